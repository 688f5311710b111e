import ArgumentParser
import Files

/// The first words of a command line, which name a command.
enum CommandNames {
  /// Refuses a word that names no command before its options are looked at: they would be blamed instead.
  static func check(_ words: some Sequence<String>) throws {
    var command: any ParsableCommand.Type = GlintTool.self
    var path = name(command)
    for word in words {
      let commands = command.configuration.subcommands
      guard !commands.isEmpty, !word.hasPrefix("-"), word != "help" else { return }
      guard let next = commands.first(where: { name($0) == word }) else {
        if command.configuration.defaultSubcommand != nil { return }
        if let advice = advice(onFile: word) {
          throw ValidationError("'\(path)' has no command '\(word)', which \(advice).")
        }
        let known = commands.map(name)
        let nearest = nearest(to: word, among: known)
        throw ValidationError(
          "'\(path)' has no command '\(word)'. "
            + (nearest.map { "Did you mean '\(path) \($0)'?" } ?? "It has \(known.joined(separator: ", "))."))
      }
      command = next
      path += " " + word
    }
  }

  private static func name(_ command: any ParsableCommand.Type) -> String {
    command.configuration.commandName ?? "\(command)".lowercased()
  }

  /// What to do with a file that was given without a command; nil where there is none, or nothing is done with its
  /// kind.
  private static func advice(onFile path: String) -> String? {
    guard let kind = try? FileKind(path: path) else { return nil }
    return switch kind.group {
    case .model: "is \(kind.name): 'glint inspect FILE' shows it, 'glint classify FILE PICTURES' takes it"
    case .foreignModel: kind.refusalAsModel
    case .picture: "is \(kind.name): 'glint classify FILE' labels it"
    case .companion, .video, .folder, .archive, .text, .other: nil
    }
  }

  /// The name that takes fewest corrections, if they are no more than a third of it.
  static func nearest(to word: String, among names: [String]) -> String? {
    let nearest = names.map { (name: $0, corrections: corrections(word, $0)) }.min { $0.corrections < $1.corrections }
    return nearest.flatMap { $0.corrections <= max(1, $0.name.count / 3) ? $0.name : nil }
  }

  /// How many letters must be added, left out, changed or swapped with their neighbour (the optimal string alignment
  /// distance).
  private static func corrections(_ one: String, _ other: String) -> Int {
    let (a, b) = (Array(one.lowercased()), Array(other))
    var before: [Int] = [], last = Array(0...b.count)
    for i in a.indices {
      var row = [i + 1]
      for j in b.indices {
        var least = min(row[j] + 1, last[j + 1] + 1, last[j] + (a[i] == b[j] ? 0 : 1))
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { least = min(least, before[j - 1] + 1) }
        row.append(least)
      }
      (before, last) = (last, row)
    }
    return last[b.count]
  }
}
