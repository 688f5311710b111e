import Models
import Numerics
import ONNXFiles

/// Arithmetic that is one of the well-known functions of its input, however an exporter wrote it: x * Sigmoid(x),
/// x * Clip(x + 3, 0, 6) / 6, x * (Erf(x / sqrt 2) + 1) / 2. As one function it is one table in int8, rounded once.
///
/// Such a node is known by its numbers: what the nodes between some earlier value and it make of many numbers is held
/// against each of the functions.
struct FunctionRecognition {
  private var makers: [String: ONNXNode] = [:]
  private var scalars: [String: Double] = [:]

  /// What is looked for, and the numbers at which it is.
  private static let functions: [(type: String, attributes: [ONNXAttribute.Pair], function: Operator.Function)] = [
    ("HardSwish", [], .init(.hardSwish)), ("Swish", [("alpha", 1)], .init(.silu, 1)), ("Gelu", [], .init(.gelu)),
    ("Gelu", [("approximate", nil)], .init(.geluTanh)), ("Mish", [], .init(.mish)),
    ("HardSigmoid", [("alpha", 1.0 / 6), ("beta", 0.5)], .init(.hardSigmoid, 1.0 / 6, 0.5)),
    ("Swish", [("alpha", 1.702)], .init(.silu, 1.702)),
  ]
  private static let places = (-32...32).map { Double($0) * 0.2421 + 0.0173 }
  private static let wanted = functions.map { entry in places.map { Double(entry.function(Float($0))) } }

  /// The most names that may lie between a value and its function.
  private static let mostNames = 24

  init(_ graph: ONNXGraph) {
    for node in graph.nodes { for name in node.outputs where !name.isEmpty { makers[name] = node } }
    for tensor in graph.initializers where tensor.count == 1 && tensor.dimensions.count <= 1 {
      scalars[tensor.name] = Constant(tensor).floats.first.map(Double.init)
    }
    for node in graph.nodes where node.operatorType == "Constant" {
      guard let name = node.outputs.first else { continue }
      switch node.attributes.first?.value {
      case .tensor(let tensor)? where tensor.count == 1 && tensor.dimensions.count <= 1:
        scalars[name] = Constant(tensor).floats.first.map(Double.init)
      case .float(let number)?: scalars[name] = Double(number)
      default: break
      }
    }
  }

  /// The node as one of the functions, nil where it is none.
  func recognized(_ node: ONNXNode) -> ONNXNode? {
    guard node.operatorType == "Mul" || node.operatorType == "Div", node.domain.isEmpty, let name = node.outputs.first
    else { return nil }
    for root in ancestors(of: node) {
      var known: [String: [Double]?] = [root: Self.places]
      guard let found = numbers(name, &known, depth: 0) else { continue }
      for (entry, wanted) in zip(Self.functions, Self.wanted) {
        guard zip(found, wanted).allSatisfy({ abs($0 - $1) <= 2e-6 * max(1, abs($1)) }) else { continue }
        var result = node
        result.operatorType = entry.type
        result.inputs = [root]
        result.attributes = entry.attributes.map { name, number in
          ONNXAttribute(name: name, value: number.map { .float($0) } ?? .text("tanh"))
        }
        return result
      }
    }
    return nil
  }

  /// Values from which a node may be computed number by number, nearest first.
  private func ancestors(of node: ONNXNode) -> [String] {
    var found: [String] = []
    var open = node.inputs[...]
    while let name = open.popFirst(), found.count < Self.mostNames {
      guard scalars[name] == nil, !name.isEmpty, !found.contains(name) else { continue }
      found.append(name)
      if let maker = makers[name], isElementwise(maker) { open += maker.inputs }
    }
    return found
  }

  private func isElementwise(_ node: ONNXNode) -> Bool {
    ["Add", "Sub", "Mul", "Div", "Relu", "Clip", "Sigmoid", "Pow", "Neg", "Min", "Max"].contains(node.operatorType)
      || ((try? node.elementFunction()) ?? nil) != nil
  }

  /// What a value is where the root is each of the places; nil where it depends on something else.
  private func numbers(_ name: String, _ known: inout [String: [Double]?], depth: Int) -> [Double]? {
    if let numbers = known[name] { return numbers }
    if let number = scalars[name] { return [Double](repeating: number, count: Self.places.count) }
    // Until it is known otherwise, also against circles.
    known[name] = .some(nil)
    guard depth < Self.mostNames, let node = makers[name], node.domain.isEmpty, node.outputs.count == 1,
      isElementwise(node)
    else { return nil }
    var operands: [[Double]?] = []
    for input in node.inputs {
      guard !input.isEmpty else {
        operands.append(nil)
        continue
      }
      guard let numbers = numbers(input, &known, depth: depth + 1) else { return nil }
      operands.append(numbers)
    }
    let result = Self.apply(node, operands)
    known[name] = .some(result)
    return result
  }

  private static func apply(_ node: ONNXNode, _ operands: [[Double]?]) -> [Double]? {
    guard let first = operands.first ?? nil else { return nil }
    let second = operands.count > 1 ? operands[1] : nil
    func joined(_ operation: (Double, Double) -> Double) -> [Double]? {
      guard operands.count == 2, let second else { return nil }
      return zip(first, second).map(operation)
    }
    switch node.operatorType {
    case "Add": return joined(+)
    case "Sub": return joined(-)
    case "Mul": return joined(*)
    case "Div": return joined(/)
    case "Min": return joined(Swift.min)
    case "Max": return joined(Swift.max)
    case "Pow": return joined(Elementary.power)
    case "Neg": return first.map { -$0 }
    case "Relu": return first.map { max($0, 0) }
    case "Sigmoid": return first.map(Elementary.sigmoid)
    case "Clip":
      let low = second?.first ?? (try? node.float("min", -.infinity)).map(Double.init) ?? -.infinity
      let high =
        (operands.count > 2 ? operands[2]?.first : nil) ?? (try? node.float("max", .infinity)).map(Double.init)
        ?? .infinity
      return first.map { min(max($0, low), high) }
    default:
      guard let function = (try? node.elementFunction()) ?? nil else { return nil }
      return first.map { Double(function(Float($0))) }
    }
  }
}

extension ONNXAttribute {
  /// A name, and a number or none.
  fileprivate typealias Pair = (name: String, number: Float?)
}
