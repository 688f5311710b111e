import Files
import Models
import Numerics

extension FloatModel {
  static let kind = "float"

  /// Reads a float model: tensors `<node>.weight` and `<node>.bias`, float32.
  ///
  /// - Throws: `FormatError`; also where the file holds an int8 model.
  public static func load(
    _ path: String, limits: ModelLimits = .standard
  ) throws(FormatError) -> FloatModel {
    guard case .float(let model) = try ModelFile.load(path, limits: limits) else {
      throw FormatError(path: path, reason: "holds an int8 model; a float one is wanted here")
    }
    return model
  }

  init(_ description: ModelDescription, in file: SafetensorsFile) throws(FormatError) {
    // What `glint train --prepare` adds for another trainer.
    let pictures = ["train", "validation", "test"].flatMap { [$0 + ".pixels", $0 + ".labels"] }
    try ModelFile.checkNothingIsLeft(in: file, of: description, suffixes: [".weight", ".bias"], others: pictures)
    let parameters = try ModelFile.parameters(of: description, in: file) { (node, shapes) throws(FormatError) in
      Parameters(
        weight: try Self.numbers("\(node).weight", shapes.weight, in: file),
        bias: try Self.numbers("\(node).bias", shapes.bias, in: file))
    }
    let golden = try ModelFile.golden(in: file, for: description)
    self.init(description: description, parameters: parameters, golden: golden)
  }

  private static func numbers(
    _ name: String, _ shape: Shape, in file: SafetensorsFile
  ) throws(FormatError) -> Tensor<Float> {
    let numbers = try file.tensor(name, of: Float.self, shape: shape)
    guard numbers.elements.allSatisfy({ $0.isFinite }) else {
      throw FormatError(path: file.path, place: "tensor '\(name)'", reason: "holds a number that is not finite")
    }
    return numbers
  }

  /// Writes the model, whole or not at all. The same model gives the same bytes.
  public func write(to path: String) throws(FileError) { try writer().write(to: path) }

  /// The file's content.
  public func writer() -> SafetensorsWriter {
    ModelFile.writer(description, kind: Self.kind, parameters, golden) { node, parameters, writer in
      writer.add("\(node).weight", parameters.weight)
      writer.add("\(node).bias", parameters.bias)
    }
  }

  /// The SHA-256 of the weights and biases alone, the same wherever the same training ended.
  public var weightsSHA256: String {
    var hash = SHA256()
    for parameters in parameters {
      guard let parameters else { continue }
      parameters.weight.elements.withUnsafeBytes { hash.update($0) }
      parameters.bias.elements.withUnsafeBytes { hash.update($0) }
    }
    return hash.finishHex()
  }
}
