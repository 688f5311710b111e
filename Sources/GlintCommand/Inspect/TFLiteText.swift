import Importing
import Numerics
import TFLiteFiles

/// What `inspect` says of a TensorFlow Lite file, before it is imported.
struct TFLiteText: Encodable {
  struct Value: Encodable {
    let name: String
    let shape: String
    let type: String
    let scales: [Float]?
    let zero_points: [Int]?
  }

  let kind = "tflite"
  let origin: String
  let networks: Int
  let files: [String]
  let mean: [Float]
  let deviation: [Float]
  let inputs: [Value]
  let outputs: [Value]
  let nodes: [ONNXText.Node]
  let tensors: Int
  let parameters: Int

  private enum CodingKeys: String, CodingKey {
    case kind, origin, networks, files, mean, deviation, inputs, outputs, nodes, tensors, parameters
  }

  /// The tensors' names, each its own: the first of those that the converter joined, where no other tensor begins with
  /// it.
  static func names(in model: TFLiteModel) -> [String] {
    let all = model.tensors.indices.map { model.tensors[$0].name.isEmpty ? "tensor \($0)" : model.tensors[$0].name }
    let short = all.map { $0.split(separator: ";").first.map(String.init) ?? $0 }
    // Values come before constants: a bias goes by the name of the value that it is added to.
    var taken: Set<String> = []
    var names = all
    let order =
      model.tensors.indices.filter { model.tensors[$0].data == nil }
      + model.tensors.indices.filter { model.tensors[$0].data != nil }
    for number in order {
      let free = [short[number], all[number]].first { !taken.contains($0) } ?? "\(all[number]) (\(number))"
      names[number] = free
      taken.insert(free)
    }
    return names
  }

  init(_ model: TFLiteModel) {
    origin = model.origin
    networks = model.subgraphs
    files = model.metadata.files.map(\.name)
    (mean, deviation) = (model.metadata.mean, model.metadata.deviation)
    func value(_ number: Int) -> Value {
      let tensor = model.tensors[number]
      let shape = tensor.shape.map { _ in tensor.signature.map { $0 < 0 ? "N" : "\($0)" }.joined(separator: "x") }
      return Value(
        name: tensor.name, shape: shape ?? "?", type: "\(tensor.element)", scales: tensor.quantization?.scales,
        zero_points: tensor.quantization?.zeroPoints)
    }
    inputs = model.inputs.map(value)
    outputs = model.outputs.map(value)
    let all = Self.names(in: model)
    func names(_ numbers: [Int]) -> [String] { numbers.map { $0 < 0 ? "" : all[$0] } }
    nodes = model.operators.map {
      let made = names($0.outputs)
      return ONNXText.Node(name: made.first ?? "", operator: $0.name, reads: names($0.inputs), makes: made)
    }
    let constants = model.tensors.filter { $0.data != nil }
    tensors = constants.count
    parameters = constants.reduce(0) { $0 + ($1.shape ?? []).reduce(1, *) }
  }

  func show() {
    emit("TensorFlow Lite network, version 3, \(origin)")
    if networks > 1 { emit("of \(networks) networks in it, the first") }
    emit("weights \(grouped(parameters)) numbers in \(tensors) tensors")
    for (word, values) in [("input ", inputs), ("output", outputs)] {
      for value in values {
        var codes = ""
        if let scales = value.scales, let zeroPoints = value.zero_points, scales.count == 1 {
          codes = ", \(scales[0]) x (code - \(zeroPoints[0]))"
        }
        emit("\(word)  '\(value.name)' \(value.shape), \(value.type)\(codes)")
      }
    }
    if !files.isEmpty { emit("files   \(files.joined(separator: ", "))") }
    if !mean.isEmpty { emit("pixels  from 0 to 255, less \(mean), divided by \(deviation)") }
    ONNXText.show(nodes)
  }
}
