import Files
import Inference
import NumPyFiles

/// Where `glint run` writes what comes out: an array a file, or several by name in an archive.
struct NumberSink {
  /// A file, and the outputs that go into it, by their places.
  private struct Target {
    let path: String
    var outputs: [Int]
    let isArchive: Bool
  }

  private var targets: [Target] = []
  private let ports: [NumberPorts.Port]

  /// The files.
  var paths: [String] { targets.map(\.path) }
  /// The outputs that go anywhere.
  var chosen: Set<Int> { Set(targets.flatMap(\.outputs)) }

  /// - Parameter texts: what stands behind each `--output`.
  /// - Throws: `Failure` for names that the model does not have, and for one file of several outputs.
  init(_ texts: [String], _ ports: NumberPorts, model: String) throws {
    self.ports = ports.outputs
    for text in texts {
      let (port, path) = try NamedFile(text: text).resolved(ports.outputs, "output")
      let isArchive = path.hasSuffix(".npz")
      if isArchive, let port, let known = targets.firstIndex(where: { $0.path == path }) {
        guard !targets[known].outputs.contains(port) else {
          throw Failure("--output \(text): is given twice")
        }
        targets[known].outputs.append(port)
        continue
      }
      guard isArchive || port != nil || ports.outputs.count == 1 else {
        throw Failure(
          "\(model): \(ports.outputs.words("output")); name one, as in "
            + "--output \(ports.outputs[0].name)=\(path), or write all with --output all.npz")
      }
      let outputs = port.map { [$0] } ?? Array(ports.outputs.indices)
      targets.append(Target(path: path, outputs: outputs, isArchive: isArchive))
    }
  }

  /// Writes all files.
  func write(_ array: (_ output: Int) -> NumPyArray) throws {
    for target in targets {
      guard target.isArchive else {
        try array(target.outputs[0]).write(to: target.path)
        continue
      }
      try NumPyArchive.write(target.outputs.map { (ports[$0].name, array($0)) }, to: target.path)
    }
  }
}
