import Files
import Inference
import NumPyFiles

/// Where `glint run` finds the numbers of the model's inputs.
struct NumberSource {
  /// The numbers of one input.
  struct Given {
    /// The numbers.
    let array: NumPyArray
    /// What names them in errors: the file, and the array where it holds several.
    let title: String
  }

  /// By input, the file that holds its numbers.
  let paths: [String]
  private let ports: NumberPorts
  private let model: String

  /// - Parameter texts: what stands behind each `--input`.
  /// - Throws: `Failure` for names that the model does not have, for inputs without a file, and for several files of
  ///   one input.
  init(_ texts: [String], _ ports: NumberPorts, model: String) throws {
    let files = try texts.map { try NamedFile(text: $0).resolved(ports.inputs, "input") }
    let inputs = ports.inputs.words("input")
    guard ports.inputs.count > 1 || files.count == 1 else {
      throw Failure("\(model): \(inputs), and --input is given \(files.count) times")
    }
    (self.ports, self.model) = (ports, model)
    let isAlone = ports.inputs.count == 1
    // An archive without a name before it holds what no other file is named for.
    let whole = files.filter { $0.port == nil }.map(\.path)
    guard whole.count <= 1, isAlone || whole.allSatisfy(Self.mayBeArchive) else {
      let name = ports.inputs[0].name
      throw Failure(
        "\(model): \(inputs); say which with each file, as in --input \(name)=\(whole[0]), or give all in one .npz")
    }
    paths = try ports.inputs.enumerated().map { index, port in
      let named = files.filter { $0.port == index }.map(\.path)
      guard named.count <= 1 else { throw Failure("\(model): --input is given \(named.count) times for \(port.words)") }
      guard let path = named.first ?? whole.first else {
        throw Failure("\(model): \(inputs), and no --input is given for '\(port.name)'")
      }
      return path
    }
  }

  /// Whether a file is an archive. One that is not there is missed when it is read.
  private static func mayBeArchive(_ path: String) -> Bool {
    NumPyArchive.isOne(path: path) || (try? FileLocation(path))?.kind == .missing
  }

  /// The numbers of each input.
  func arrays() throws -> [Given] {
    var archives: [String: NumPyArchive] = [:]
    return try zip(paths, ports.inputs.indices).map { path, index in
      try FileArguments.check(path, wanting: "an .npy or .npz file of NumPy", among: [.archive, .text])
      guard NumPyArchive.isOne(path: path) else { return Given(array: try NumPyArray(path: path), title: path) }
      let archive = try archives[path] ?? NumPyArchive(path: path)
      archives[path] = archive
      return try array(index, in: archive, path)
    }
  }

  private func array(_ index: Int, in archive: NumPyArchive, _ path: String) throws -> Given {
    let port = ports.inputs[index]
    // numpy.savez names what it is given without names arr_0, arr_1 and so on.
    let nameless = (0..<paths.count { $0 == path }).map { "arr_\($0)" }
    let place = paths[..<index].count { $0 == path }
    let name = archive.names.first { $0 == port.name || $0 == port.own }
    guard let name = name ?? (Set(archive.names) == Set(nameless) ? nameless[place] : nil),
      let array = try archive.array(name)
    else {
      throw Failure(
        "\(path): holds \(archive.names.map { "'\($0)'" }.joined(separator: ", ")), and \(model) reads \(port.words)")
    }
    return Given(array: array, title: "\(path): '\(name)'")
  }
}
