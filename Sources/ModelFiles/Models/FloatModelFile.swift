import Graphs
import Tensors

extension FloatModel {
  static let kind = "float"

  /// Reads a float model: tensors `<node>.weight` and `<node>.bias`, float32.
  ///
  /// - Throws: `ModelFileError`; also where the file holds an int8 model.
  public static func load(_ path: String) throws(ModelFileError) -> FloatModel {
    guard case .float(let model) = try ModelFile.load(path) else {
      throw ModelFileError(path: path, reason: "holds an int8 model; a float one is wanted here")
    }
    return model
  }

  init(_ description: ModelDescription, in file: SafetensorsFile) throws(ModelFileError) {
    var parameters: [Parameters?] = []
    for (node, shapes) in zip(description.graph.nodes, try parameterShapes(description, file)) {
      guard let shapes else {
        parameters.append(nil)
        continue
      }
      let weight = try file.tensor("\(node.name).weight", of: Float.self, shape: shapes.weight)
      let bias = try file.tensor("\(node.name).bias", of: Float.self, shape: shapes.bias)
      for (name, tensor) in [("weight", weight), ("bias", bias)] {
        guard tensor.elements.allSatisfy({ $0.isFinite }) else {
          throw ModelFileError(
            path: file.path, place: "tensor '\(node.name).\(name)'", reason: "holds a number that is not finite")
        }
      }
      parameters.append(Parameters(weight: weight, bias: bias))
    }
    let golden = try ModelFile.golden(in: file, for: description)
    self.init(description: description, parameters: parameters, golden: golden)
  }

  /// Writes the model, whole or not at all. The same model gives the same bytes.
  public func write(to path: String) throws(ModelFileError) { try writer().write(to: path) }

  /// The file's content.
  public func writer() -> SafetensorsWriter {
    var writer = SafetensorsWriter()
    DescriptionCoding.add(description, kind: Self.kind, to: &writer)
    for (node, parameters) in zip(description.graph.nodes, parameters) {
      guard let parameters else { continue }
      writer.add("\(node.name).weight", parameters.weight)
      writer.add("\(node.name).bias", parameters.bias)
    }
    ModelFile.add(golden: golden, input: description.graph.input, to: &writer)
    return writer
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

/// The parameter shapes of a graph that was checked when the description was read.
func parameterShapes(
  _ description: ModelDescription, _ file: SafetensorsFile
) throws(ModelFileError) -> [(weight: Shape, bias: Shape)?] {
  do throws(GraphError) {
    return try description.graph.parameterShapes()
  } catch {
    throw ModelFileError(path: file.path, place: "graph", reason: error.description)
  }
}
