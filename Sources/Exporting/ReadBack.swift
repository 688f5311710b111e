import Files
import ModelFiles
import Models
import Numerics
import ONNXFiles

/// What an ONNX file has to do with a model of Glint's.
public enum ExportedModel: Sendable {
  /// Another program made it.
  case foreign
  /// `glint export` made it, and it was changed since: why it is no longer the model of its notes.
  case changed(String)
  /// `glint export` made it of this model.
  case model(LoadedModel)

  /// Finds out. The model of the notes, with the weights of the network, is exported again: where that makes another
  /// network, the file was changed, and its notes are no longer believed.
  ///
  /// - Parameter limits: what the model may ask of this machine.
  public init(_ file: ONNXModel, limits: ModelLimits = .standard) {
    func note(_ key: String) -> String? { file.properties.first { $0.key == key }?.value }
    guard note("format") == "glint", note("graph") != nil else {
      self = .foreign
      return
    }
    let texts = MetadataTexts.keys.compactMap { key in note(key).map { MetadataTexts.Entry(key, $0) } }
    let description: ModelDescription
    do throws(FormatError) {
      description = try MetadataTexts(path: file.path, texts).description(limits: limits)
    } catch {
      self = .changed(error.description)
      return
    }
    let weights = StoredWeights(file.graph, description.graph)
    guard let golden = note("golden").flatMap({ ExportedNotes.golden($0, description.graph.input) }) else {
      self = .changed("its note 'golden' holds no samples")
      return
    }
    let model: LoadedModel
    if note("kind") == "int8" {
      guard let parameters = weights.int8,
        let values = note("values").flatMap(ExportedNotes.values),
        values.quantization.count == description.graph.nodes.count + 1, values.quantization[0] == .pixel,
        [0, values.quantization.count].contains(values.saturation.count)
      else {
        self = .changed("its weights or scales are not those that its notes name")
        return
      }
      model = .int8(
        QuantizedModel(
          description: description, parameters: parameters, quantization: values.quantization,
          saturation: values.saturation, golden: golden))
    } else {
      guard let parameters = weights.float else {
        self = .changed("its weights are not those that its notes name")
        return
      }
      model = .float(FloatModel(description: description, parameters: parameters, golden: golden))
    }
    guard let logits = try? description.graph.shapes(),
      golden.allSatisfy({ sample in
        sample.logits.count == description.graph.outputs.reduce(0) { $0 + logits[$1.value].count }
      })
    else {
      self = .changed("its note 'golden' does not fit the network")
      return
    }
    let codes = note("codes").flatMap(CodeType.init(rawValue:)) ?? .int8
    guard let again = try? ONNXModel(exporting: model, codes: codes), again.graph == file.graph else {
      self = .changed("its nodes are not those that its notes describe")
      return
    }
    self = .model(model)
  }
}

/// The weights of the nodes of a graph, as the network of the same names holds them.
private struct StoredWeights {
  private let nodes: [String: ONNXNode]
  private let makers: [String: ONNXNode]
  private let tensors: [String: ONNXTensor]
  private let graph: Graph

  init(_ network: ONNXGraph, _ graph: Graph) {
    self.graph = graph
    nodes = Dictionary(network.nodes.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    makers = Dictionary(
      network.nodes.compactMap { node in node.outputs.first.map { ($0, node) } },
      uniquingKeysWith: { first, _ in first })
    tensors = Dictionary(network.initializers.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
  }

  /// By node index; nil where a tensor is missing, or of another type or size.
  var float: [FloatModel.Parameters?]? {
    collect { node, weight, bias in
      guard let values = tensor(node.inputs[1], weight.count), let biases = tensor(node.inputs[2], bias.count),
        case .floats(let numbers) = values.elements, case .floats(let shifts) = biases.elements,
        (numbers + shifts).allSatisfy(\.isFinite)
      else { return nil }
      return FloatModel.Parameters(
        weight: Self.channelsLast(numbers, weight), bias: Tensor(bias, shifts))
    }
  }

  var int8: [QuantizedModel.Parameters?]? {
    collect { node, weight, bias in
      guard let sources = makers[node.inputs[1]]?.inputs, let shifts = makers[node.inputs[2]]?.inputs,
        sources.count >= 2, let first = shifts.first,
        let codes = tensor(sources[0], weight.count), codes.element == .int8,
        let scales = tensor(sources[1], bias.count), case .floats(let factors) = scales.elements,
        let biases = tensor(first, bias.count), biases.element == .int32,
        case .integers(let numbers) = codes.elements, case .integers(let terms) = biases.elements,
        numbers.allSatisfy({ (-127...127).contains($0) }), factors.allSatisfy({ $0.isNormal && $0 > 0 })
      else { return nil }
      return QuantizedModel.Parameters(
        weight: Self.channelsLast(numbers.map { Int8($0) }, weight), bias: Tensor(bias, terms.map { Int32($0) }),
        scales: factors)
    }
  }

  private func collect<Parameters>(
    _ read: (ONNXNode, _ weight: Shape, _ bias: Shape) -> Parameters?
  ) -> [Parameters?]? {
    guard let shapes = try? graph.parameterShapes() else { return nil }
    var all: [Parameters?] = []
    for (node, shape) in zip(graph.nodes, shapes) {
      guard let shape else {
        all.append(nil)
        continue
      }
      guard let stored = nodes[node.name], stored.inputs.count == 3,
        let own = read(stored, shape.weight, shape.bias)
      else { return nil }
      all.append(own)
    }
    return all
  }

  private func tensor(_ name: String, _ count: Int) -> ONNXTensor? {
    tensors[name].flatMap { $0.count == count ? $0 : nil }
  }

  /// Weights in ONNX's order as Glint has them.
  private static func channelsLast<Number: Sendable>(_ numbers: [Number], _ shape: Shape) -> Tensor<Number> {
    var result = numbers
    for (number, place) in zip(numbers, Geometry.places(ofWeight: shape)) { result[place] = number }
    return Tensor(shape, result)
  }
}
