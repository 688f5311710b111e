import ArgumentParser
import Files
import Inference

/// A file of numbers as `--input` and `--output` name it: `x.npy`, or `name=x.npy` for the input or output of a name.
struct NamedFile {
  /// As it was typed.
  let text: String

  /// What stands on both sides of the first `=` behind which a path may begin.
  ///
  /// Names in files may hold `=` and `/` too: the longest beginning that is a name counts.
  private func parts(_ names: [String]) -> (name: String, path: String)? {
    let known = names.filter { text.hasPrefix($0 + "=") }.max { $0.utf8.count < $1.utf8.count }
    guard let name = known ?? text.split(separator: "=", omittingEmptySubsequences: false).first.map(String.init),
      name.utf8.count < text.utf8.count
    else { return nil }
    return (name, String(text.dropFirst(name.count + 1)))
  }

  /// The path, and the place among ports of the one that it is for; nil where it names none.
  ///
  /// - Parameter what: `input` or `output`, for errors.
  /// - Throws: `Failure` for a name that no port has, with those that there are.
  func resolved(_ ports: [NumberPorts.Port], _ what: String) throws -> (port: Int?, path: String) {
    // The whole text may be the name of a file that is there, or may go into a folder that is there.
    guard let (name, path) = parts(ports.map(\.name) + ports.map(\.own)), !Self.isFile(text) else { return (nil, text) }
    if let index = ports.firstIndex(where: { $0.name == name }) ?? ports.firstIndex(where: { $0.own == name }) {
      guard !path.isEmpty else { throw Failure("--\(what) \(text): names no file") }
      return (index, path)
    }
    if name.contains("/"), Self.isInFolder(text) { return (nil, text) }
    throw Failure("--\(what) \(text): the model has no \(what) '\(name)'; \(ports.words(what))")
  }

  private static func isFile(_ path: String) -> Bool {
    (try? FileLocation(path)).map { $0.kind != .missing } ?? false
  }

  private static func isInFolder(_ path: String) -> Bool {
    guard let slash = path.lastIndex(of: "/") else { return false }
    return (try? FileLocation(slash == path.startIndex ? "/" : String(path[..<slash]))).map { $0.kind == .folder }
      ?? false
  }
}

extension [NumberPorts.Port] {
  /// Which there are, with extents.
  func words(_ what: String) -> String {
    count == 1
      ? "its one \(what) is \(self[0].words)" : "its \(what)s are \(map(\.words).joined(separator: ", "))"
  }
}
