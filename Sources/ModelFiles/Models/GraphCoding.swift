import Files
import Models
import Numerics

/// How graphs, preprocessing and cards stand in a model file's metadata, as JSON.
///
/// A graph is `{"input":[h,w,c],"nodes":[{"name","operator","inputs":[names],...}],"outputs":[{"value","function"}]}`;
/// values are named by the node that makes them, and the input is "input". Numbers of a window are
/// `"kernel":[h,w],"stride":s,"padding":[top,left,bottom,right]`. Numbers that need not be whole are `[m,e]`, m * 2^e.
enum GraphCoding {
  static func encode(_ graph: Graph) -> JSONValue {
    .object([
      .init("input", integers(graph.input.dimensions)),
      .init("nodes", .array(graph.nodes.map { encode($0, in: graph) })),
      .init(
        "outputs",
        .array(
          graph.outputs.map {
            .object([
              .init("value", .string(graph.valueName($0.value))), .init("function", .string($0.function.rawValue)),
            ])
          })),
    ])
  }

  private static func encode(_ node: Graph.Node, in graph: Graph) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("name", .string(node.name)),
      .init("operator", .string(node.operator.fileName)),
      .init("inputs", .array(node.inputs.map { .string(graph.valueName($0)) })),
    ]
    switch node.operator {
    case .conv2D(let conv):
      members.append(.init("outputs", .integer(conv.outputChannels)))
      members += window(conv.window)
      members.append(.init("dilation", .integer(conv.dilation)))
      members.append(.init("groups", .integer(conv.groups)))
      members.append(.init("activation", .string(conv.activation.rawValue)))
    case .maxPool2D(let pool), .averagePool2D(let pool): members += window(pool)
    case .dense(let dense):
      members.append(.init("outputs", .integer(dense.outputs)))
      members.append(.init("activation", .string(dense.activation.rawValue)))
    case .add(let activation), .multiply(let activation):
      members.append(.init("activation", .string(activation.rawValue)))
    case .upsampleNearest(let factor): members.append(.init("factor", .integer(factor)))
    case .resize(let resize):
      members.append(.init("rows", sampling(resize.rows)))
      members.append(.init("columns", sampling(resize.columns)))
    case .function(let function):
      let count = function.kind.parameterCount
      if count > 0 { members.append(.init("alpha", exact(function.alpha))) }
      if count > 1 { members.append(.init("beta", exact(function.beta))) }
    case .rearrange(let arrangement):
      members.append(.init("shape", integers(arrangement.shape.dimensions)))
      members.append(.init("axes", .array(arrangement.axes.map { integers([$0.size, $0.stride]) })))
      members.append(.init("offset", .integer(arrangement.offset)))
    case .reshape(let shape): members.append(.init("shape", integers(shape.dimensions)))
    case .globalAveragePool, .concatenate, .flatten: break
    }
    return .object(members)
  }

  private static func window(_ window: Operator.Window) -> [JSONValue.Member] {
    let pad = window.padding
    return [
      .init("kernel", integers([window.height, window.width])),
      .init("stride", .integer(window.stride)),
      .init("padding", integers([pad.top, pad.left, pad.bottom, pad.right])),
    ]
  }

  private static func sampling(_ places: Operator.Sampling) -> JSONValue {
    integers([places.count, places.start, places.step])
  }

  /// A finite number without loss: `[m, e]` with m odd, or 0.
  static func exact(_ number: Float) -> JSONValue {
    guard number != 0 else { return integers([0, 0]) }
    let exponent = Int(number.exponent) - 23
    // A normal number's significand has 24 bits, a smaller number's fewer.
    let whole = Int(number.significand * 0x1p23)
    let zeros = whole.trailingZeroBitCount
    return integers([(whole >> zeros) * (number < 0 ? -1 : 1), exponent + zeros])
  }

  private static func integers(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }
}

extension Operator {
  /// The operator's name in files; a grouped convolution is a convolution there.
  var fileName: String { if case .conv2D = self { "conv2d" } else { name } }
}
