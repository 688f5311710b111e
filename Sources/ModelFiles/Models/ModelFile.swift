import Files
import Models
import Numerics

/// What a model file turned out to hold.
public enum LoadedModel: Sendable {
  /// Float weights.
  case float(FloatModel)
  /// int8 weights.
  case int8(QuantizedModel)

  /// Graph, preprocessing, labels, card.
  public var description: ModelDescription {
    get {
      switch self {
      case .float(let model): model.description
      case .int8(let model): model.description
      }
    }
    set {
      switch self {
      case .float(var model):
        model.description = newValue
        self = .float(model)
      case .int8(var model):
        model.description = newValue
        self = .int8(model)
      }
    }
  }

  /// Writes the model's file, whole or not at all.
  ///
  /// - Throws: `FileError` where it cannot be written.
  public func write(to path: String) throws(FileError) {
    switch self {
    case .float(let model): try model.write(to: path)
    case .int8(let model): try model.write(to: path)
    }
  }
}

/// Model files of either kind; what is in them tells which, not their names.
public enum ModelFile {
  /// The most samples that a file may bring for the self-test, each of which is run at load.
  static let mostGolden = 16

  /// Reads the model at `path` and checks all of it: checksums, graph, shapes, enums, ranges of numbers, and that
  /// nothing in it is left over.
  ///
  /// - Parameter limits: what the model may ask of this machine.
  /// - Throws: `FormatError` naming the file and the place.
  public static func load(
    _ path: String, limits: ModelLimits = .standard
  ) throws(FormatError) -> LoadedModel {
    do throws(FileError) {
      if let reason = try FileKind(path: path).refusalAsModel { throw FileError(path: path, reason: reason) }
    } catch { throw FormatError(error) }
    let file = try SafetensorsFile(path: path, mostHeaderBytes: limits.headerBytes)
    if file.metadata("format") == "glint" { try file.verifyChecksums() }
    let texts = file.metadata.map { MetadataTexts.Entry($0.name, $0.value.string ?? "") }
    let description = try MetadataTexts(path: path, texts).description(limits: limits)
    switch file.metadata("kind") {
    case FloatModel.kind: return .float(try FloatModel(description, in: file))
    case QuantizedModel.kind: return .int8(try QuantizedModel(description, in: file))
    default: throw FormatError(path: path, place: "kind", reason: "is neither float nor int8")
    }
  }

  /// Reads a model that labels pictures.
  ///
  /// - Parameter limits: what the model may ask of this machine.
  /// - Throws: `FormatError`; also where the model finds faces, or names no classes.
  public static func loadClassifier(
    _ path: String, limits: ModelLimits = .standard
  ) throws(FormatError) -> LoadedModel {
    let model = try load(path, limits: limits)
    guard model.description.isClassifier else {
      throw FormatError(path: path, reason: refusalAsClassifier(model.description))
    }
    return model
  }

  private static func refusalAsClassifier(_ description: ModelDescription) -> String {
    if let inputs = description.interface?.inputs, inputs.count > 1 {
      return "reads the numbers of \(inputs.count) inputs, and no pictures; 'glint run' takes it"
    }
    let what = description.detection != nil ? "finds faces and names" : "names"
    return "\(what) no classes; a classifier's file is wanted here"
  }

  /// Refuses tensors that no node and no value has: a reader that passes over them may compute something else than
  /// what wrote the file.
  ///
  /// - Parameters:
  ///   - suffixes: of the tensors that each node with parameters has.
  ///   - others: tensors that are of no node.
  static func checkNothingIsLeft(
    in file: SafetensorsFile, of description: ModelDescription, suffixes: [String], others: [String]
  ) throws(FormatError) {
    var known = Set(others + ["golden.pixels", "golden.logits"])
    for node in description.graph.nodes where node.operator.hasParameters {
      for suffix in suffixes { known.insert(node.name + suffix) }
    }
    for entry in file.entries where !known.contains(entry.name) {
      throw FormatError(path: file.path, place: "tensor '\(entry.name)'", reason: "belongs to no node of the graph")
    }
  }

  /// What `read` makes of each node that has a weight and a bias, by node index; nil for the others.
  ///
  /// - Parameter read: gets the node's name and the shapes that its tensors must have.
  static func parameters<Parameters>(
    of description: ModelDescription, in file: SafetensorsFile,
    _ read: (_ node: String, _ shapes: (weight: Shape, bias: Shape)) throws(FormatError) -> Parameters
  ) throws(FormatError) -> [Parameters?] {
    let allShapes: [(weight: Shape, bias: Shape)?]
    do throws(GraphError) {
      allShapes = try description.graph.parameterShapes()
    } catch {
      throw FormatError(path: file.path, place: "graph", reason: error.description)
    }
    var parameters: [Parameters?] = []
    for (node, shapes) in zip(description.graph.nodes, allShapes) {
      if let shapes {
        parameters.append(try read(node.name, shapes))
      } else {
        parameters.append(nil)
      }
    }
    return parameters
  }

  /// The samples that the file brings for the self-test at load.
  static func golden(
    in file: SafetensorsFile, for description: ModelDescription
  ) throws(FormatError) -> [GoldenSample] {
    guard file.contains("golden.pixels") || file.contains("golden.logits") else { return [] }
    let pixels = try file.tensor("golden.pixels", of: UInt8.self)
    let logits = try file.tensor("golden.logits", of: Float.self)
    let size = description.graph.input.count
    func failure(_ reason: String) -> FormatError {
      FormatError(path: file.path, place: "golden samples", reason: reason)
    }
    guard let samples = pixels.shape.dimensions.first, (1...mostGolden).contains(samples) else {
      throw failure("are not 1 to \(mostGolden)")
    }
    // At most 16 * 2^28 pixels and 16 * 64 * 2^28 logits.
    guard pixels.shape.dimensions == [samples] + description.graph.input.dimensions,
      let shapes = try? description.graph.shapes(),
      logits.shape.dimensions == [samples, description.graph.outputs.reduce(0, { $0 + shapes[$1.value].count })]
    else { throw failure("do not fit the graph") }
    guard logits.elements.allSatisfy({ $0.isFinite }) else { throw failure("hold a logit that is not finite") }
    return (0..<samples).map { index in
      GoldenSample(
        pixels: Array(pixels.elements[(index * size)..<((index + 1) * size)]),
        logits: Array(logits.elements[(index * logits.shape[1])..<((index + 1) * logits.shape[1])]))
    }
  }

  static func add(golden: [GoldenSample], input: Shape, to writer: inout SafetensorsWriter) {
    guard let first = golden.first else { return }
    writer.add(
      "golden.pixels", Tensor([golden.count] + input.dimensions, golden.flatMap { $0.pixels }))
    writer.add("golden.logits", Tensor([golden.count, first.logits.count], golden.flatMap { $0.logits }))
  }
}

extension Tensor {
  fileprivate init(_ dimensions: [Int], _ elements: [Element]) { self.init(Shape(dimensions), elements) }
}
