import ONNXFiles

/// Settings of nodes, with their defaults.
extension ONNXNode {
  /// A whole number.
  func integer(_ name: String, _ fallback: Int) throws(Refusal) -> Int {
    switch self[name] {
    case nil: return fallback
    case .integer(let number)?: return number
    default: throw Refusal("its attribute '\(name)' is no whole number")
    }
  }

  /// A number.
  func float(_ name: String, _ fallback: Float) throws(Refusal) -> Float {
    switch self[name] {
    case nil: return fallback
    case .float(let number)?: return number
    default: throw Refusal("its attribute '\(name)' is no number")
    }
  }

  /// Text.
  func text(_ name: String, _ fallback: String) throws(Refusal) -> String {
    switch self[name] {
    case nil: return fallback
    case .text(let text)?: return text
    default: throw Refusal("its attribute '\(name)' is no text")
    }
  }

  /// Whole numbers, nil where there are none.
  func integers(_ name: String) throws(Refusal) -> [Int]? {
    switch self[name] {
    case nil: return nil
    case .integers(let numbers)?: return numbers
    default: throw Refusal("its attribute '\(name)' is no list of whole numbers")
    }
  }

  /// As many whole numbers as asked for.
  func integers(_ name: String, count: Int, _ fallback: [Int]) throws(Refusal) -> [Int] {
    let numbers = try integers(name) ?? fallback
    guard numbers.count == count else { throw Refusal("\(numbers.count) numbers in '\(name)', not \(count)") }
    guard numbers.allSatisfy({ (0...4096).contains($0) }) else {
      throw Refusal("its attribute '\(name)' is \(numbers)", advice: "numbers from 0 to 4096 would work")
    }
    return numbers
  }

  /// Whether a result beyond the first is named.
  func hasOutput(_ index: Int) -> Bool { index < outputs.count && !outputs[index].isEmpty }
}

extension Lowering {
  /// One number that stands in an attribute up to some opset, and in an input after it.
  func number(_ node: ONNXNode, _ name: String, input: Int, _ fallback: Float) throws(Refusal) -> Float {
    if let constant = try constant(node, input, name), let number = constant.floats.first { return number }
    return try node.float(name, fallback)
  }

  /// Whole numbers that stand in an attribute up to some opset, and in an input after it.
  func axes(_ node: ONNXNode, _ name: String, input: Int) throws(Refusal) -> [Int]? {
    if let axes = try node.integers(name) { return axes }
    guard let constant = try constant(node, input, name) else { return nil }
    guard let axes = constant.integers else { throw Refusal("its \(name) are no whole numbers") }
    return axes
  }
}
