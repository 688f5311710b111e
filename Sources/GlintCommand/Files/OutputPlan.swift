import Files
import Glibc

/// What a command reads and what it writes, compared before any work: no output takes the place of an input or of
/// another output, whatever names they go by, and none that of a file that Glint did not make.
struct OutputPlan {
  private struct Input {
    let role: String
    let path: String
    let location: FileLocation
  }

  private struct Output {
    let role: String
    let kind: OutputKind
    let location: FileLocation
  }

  private var inputs: [Input] = []
  private var outputs: [Output] = []

  /// Notes a file or a folder that is read, with all that is in it. What is not there is for others to report.
  ///
  /// - Parameter role: what it is, for a sentence: "the model".
  mutating func read(_ role: String, _ path: String?) {
    guard let path, let location = try? FileLocation(path), location.kind != .missing else { return }
    inputs.append(Input(role: role, path: path, location: location))
  }

  /// Notes a file that is to be written, and finds out whether it can be.
  ///
  /// - Parameters:
  ///   - role: the option that names it, or what it is.
  ///   - isAsked: whether its place was asked for: where it follows from another, only what stands there counts.
  /// - Throws: `FileError` where it cannot be written.
  mutating func write(_ role: String, _ path: String?, _ kind: OutputKind, isAsked: Bool = true) throws {
    guard let path else { return }
    if isAsked { try AtomicFile.checkWritable(path) }
    guard let location = isAsked ? try FileLocation(path) : try? FileLocation(path) else { return }
    // What is no file keeps nothing that could be lost.
    if location.kind == .file || location.kind == .missing {
      outputs.append(Output(role: role, kind: kind, location: location))
    }
  }

  /// Compares all with all.
  ///
  /// - Parameter force: whether files that Glint did not make may be replaced; those that are read may not.
  /// - Throws: `Failure` that says which output would take the place of what.
  func check(force: Bool) throws {
    try checkOutputsDiffer()
    try checkStreams()
    try checkInputsStay()
    try checkFoldersStay()
    if !force { try checkOthersStay() }
  }

  private func checkOutputsDiffer() throws {
    var places: [FileLocation.Key: [Output]] = [:]
    for output in outputs {
      let key = output.location.key
      for other in places[key] ?? [] where output.location.isSame(as: other.location) {
        throw Failure(
          "\(other.role) and \(output.role) name the same file, \(output.location.path): give each one of its own")
      }
      places[key, default: []].append(output)
    }
  }

  /// Redirected output and a file of the same name would write over each other.
  private func checkStreams() throws {
    for (name, descriptor) in [("standard output", STDOUT_FILENO), ("standard error", STDERR_FILENO)] {
      guard let identity = FileIdentity(descriptor: descriptor) else { continue }
      for output in outputs where output.location.identity == identity {
        throw Failure("\(output.role) \(output.location.path): \(name) goes to this file: name another one")
      }
    }
  }

  private func checkInputsStay() throws {
    var existing: [FileIdentity: Output] = [:]
    for output in outputs { if let identity = output.location.identity { existing[identity] = output } }
    guard !existing.isEmpty else { return }
    for input in inputs {
      if let identity = input.location.identity, let output = existing[identity] {
        throw Failure(
          "\(output.role) \(output.location.path): would replace \(input.role)"
            + (input.path == output.location.path ? "" : ", \(input.path)") + ": name another file")
      }
      guard input.location.kind == .folder else { continue }
      let found = FileIdentity.found(in: input.path, of: Array(existing.keys))
      if let output = outputs.first(where: { $0.location.identity.map(found.contains) ?? false }) {
        throw Failure(
          "\(output.role) \(output.location.path): would replace a file of \(input.role), in \(input.path): name "
            + "another file")
      }
    }
  }

  /// A picture that is drawn into a folder of pictures would be read as one of them the next time.
  private func checkFoldersStay() throws {
    guard let output = outputs.first(where: { $0.kind == .sheet || $0.kind == .copy }) else { return }
    for input in inputs where input.location.kind == .folder {
      guard let folder = output.location.folder else { continue }
      // Copies may go to a folder within: the pictures are known before the first of them is drawn.
      let isIn = output.kind == .sheet && !FileIdentity.found(in: input.path, of: [folder]).isEmpty
      guard isIn || folder == input.location.identity else { continue }
      throw Failure(
        "\(output.role) \(output.location.path): would be read with \(input.role) the next time: name another folder "
          + "than \(input.path)")
    }
  }

  private func checkOthersStay() throws {
    for output in outputs where output.location.kind == .file && !output.kind.isOurs(output.location.path) {
      throw Failure(
        "\(output.role) \(output.location.path): is there already and is no \(output.kind.words): name another file, "
          + "or replace it with --force")
    }
  }
}

extension OutputPlan {
  /// Notes several files or folders that are read.
  mutating func read(_ role: String, _ paths: [String]) {
    for path in paths { read(role, path) }
  }
}
