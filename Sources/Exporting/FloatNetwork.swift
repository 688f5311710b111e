import Models
import Numerics
import ONNXFiles

/// A float model as plain ONNX: a node or two for each of Glint's, under its name.
struct FloatNetwork {
  private(set) var list: NodeList
  private let model: FloatModel
  private let shapes: [Shape]
  /// The name of what the graph reads.
  private let input: String

  init(_ model: FloatModel) throws(GraphError) {
    self.model = model
    let graph = model.description.graph
    shapes = try graph.shapes()
    list = NodeList(reserved: (model.description.takesPictures ? ["input"] : []) + graph.nodes.map(\.name))
    input = list.input(of: model.description)
    for index in graph.nodes.indices { add(index) }
    let isAlone = graph.outputs.count == 1
    for output in graph.outputs {
      let name = graph.valueName(output.value)
      list.leave(
        name, shapes[output.value], through: output.function,
        named: isAlone ? "probabilities" : name + ".probabilities")
    }
  }

  private mutating func add(_ index: Int) {
    let node = model.description.graph.nodes[index]
    let inputs = node.inputs.map { $0 == 0 ? input : model.description.graph.valueName($0) }
    let (name, from, shape) = (node.name, shapes[node.inputs[0]], shapes[index + 1])
    if list.move(node.operator, inputs[0], from: from, to: shape, as: name) { return }
    // What a clamp follows is no value of Glint's.
    let linear = node.operator.activation == .none ? name : list.fresh(name + ".linear")
    switch node.operator {
    case .conv2D(let conv):
      list.add(
        "Conv", [inputs[0]] + parameters(index), to: linear, named: name,
        Geometry.window(conv.window, dilation: conv.dilation, groups: conv.groups))
    case .dense:
      list.add("Gemm", [inputs[0]] + parameters(index), to: linear, named: name, [("transB", .integer(1))])
    case .averagePool2D(let window):
      list.add("AveragePool", inputs, to: name, Geometry.window(window) + [("count_include_pad", .integer(0))])
    case .globalAveragePool:
      let mean = list.add("GlobalAveragePool", inputs, to: list.fresh(name + ".mean"))
      list.add("Flatten", [mean], to: name, [("axis", .integer(1))])
    case .add, .multiply:
      let second = list.spread(inputs[1], shapes[node.inputs[1]], over: shape, name)
      let isSum = node.operator == .add(node.operator.activation)
      list.add(isSum ? "Add" : "Mul", [inputs[0], second], to: linear, named: name)
    case .concatenate: list.add("Concat", inputs, to: name, [("axis", .integer(1))])
    case .function(let function): list.apply(function, inputs[0], to: name)
    case .resize(let resize):
      func weights(_ places: Operator.Sampling, _ size: Int) -> [[Float]] {
        (0..<places.count).map { index in
          let (pixel, share) = places.place(index, of: size)
          var row = [Float](repeating: 0, count: size)
          row[pixel] += Float(Operator.Sampling.pixel - share) * 0x1p-32
          if share > 0 { row[pixel + 1] += Float(share) * 0x1p-32 }
          return row
        }
      }
      list.mix(
        inputs[0], rows: weights(resize.rows, from[0]), columns: weights(resize.columns, from[1]), to: name,
        constant: { list, name, shape, numbers in list.constant(name, shape, numbers) })
    case .maxPool2D, .upsampleNearest, .rearrange, .flatten, .reshape: break
    }
    switch node.operator.activation {
    case .none: break
    case .relu: list.add("Relu", [linear], to: name, named: name + ".relu")
    case .relu6:
      let limits = [list.constant(name + ".low", [], [0]), list.constant(name + ".high", [], [6])]
      list.add("Clip", [linear] + limits, to: name, named: name + ".clip")
    }
  }

  /// Names of a node's weight and bias.
  private mutating func parameters(_ index: Int) -> [String] {
    let own = model.parameters[index]!
    let name = model.description.graph.nodes[index].name
    let weight = Geometry.places(ofWeight: own.weight.shape).map { own.weight.elements[$0] }
    return [
      list.constant(name + ".weight", Geometry.weight(own.weight.shape), weight),
      list.constant(name + ".bias", own.bias.shape.dimensions, own.bias.elements),
    ]
  }
}
