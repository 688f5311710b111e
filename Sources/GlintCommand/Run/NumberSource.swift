import Files
import Inference
import NumPyFiles

/// Where `glint run` finds the numbers of the model's one input.
struct NumberSource {
  /// The file.
  let path: String
  private let ports: NumberPorts
  private let model: String

  /// - Parameter texts: what stands behind each `--input`.
  /// - Throws: `Failure` for names that the model does not have, and for several files of one input.
  init(_ texts: [String], _ ports: NumberPorts, model: String) throws {
    let files = try texts.map { try NamedFile(text: $0).resolved([ports.input], "input").path }
    guard files.count == 1 else {
      throw Failure("\(model): \([ports.input].words("input")), and --input is given \(files.count) times")
    }
    (path, self.ports, self.model) = (files[0], ports, model)
  }

  /// The array, and what names it in errors.
  func array() throws -> (array: NumPyArray, title: String) {
    guard NumPyArchive.isOne(path: path) else { return (try NumPyArray(path: path), path) }
    let archive = try NumPyArchive(path: path)
    // numpy.savez names what it is given without names arr_0, arr_1 and so on.
    let isNameless = archive.names == ["arr_0"]
    let name = archive.names.first { $0 == ports.input.name || $0 == ports.input.own }
    guard let name = name ?? (isNameless ? "arr_0" : nil), let array = try archive.array(name) else {
      throw Failure(
        "\(path): holds \(archive.names.map { "'\($0)'" }.joined(separator: ", ")), and \(model) reads "
          + ports.input.words)
    }
    return (array, "\(path): '\(name)'")
  }
}
