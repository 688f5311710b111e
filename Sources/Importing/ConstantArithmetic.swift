import Numerics
import ONNXFiles

/// Arithmetic on constants: whole numbers as C has it, floats in single precision.
enum ConstantArithmetic {
  /// An operator of two operands, broadcast.
  static func apply(_ op: String, _ a: Constant, _ b: Constant) throws(Refusal) -> Constant {
    guard let shape = Broadcasting.shape(a.dimensions, b.dimensions) else {
      throw Refusal("of \(a.dimensions.extents) and \(b.dimensions.extents)")
    }
    guard shape.reduce(1, { $0.multipliedReportingOverflow(by: $1).partialValue }) <= Constant.mostFolded else {
      throw Refusal("makes a constant of \(shape.extents)")
    }
    let (left, right) = (
      Broadcasting.places(of: a.dimensions, in: shape), Broadcasting.places(of: b.dimensions, in: shape)
    )
    if let x = a.integers, let y = b.integers {
      var result: [Int] = []
      for place in left.indices { result.append(try whole(op, x[left[place]], y[right[place]])) }
      return Constant(shape, .integers(result))
    }
    let (x, y) = (a.floats, b.floats)
    if let holds: (Float, Float) -> Bool = comparison(op) {
      return Constant(shape, .integers(left.indices.map { holds(x[left[$0]], y[right[$0]]) ? 1 : 0 }))
    }
    return Constant(shape, .floats(try real(op, x, y, left, right)))
  }

  /// What an operator that compares says of two numbers, nil for the others.
  private static func comparison<Number: Comparable>(_ op: String) -> ((Number, Number) -> Bool)? {
    switch op {
    case "Equal": { $0 == $1 }
    case "Greater": { $0 > $1 }
    case "GreaterOrEqual": { $0 >= $1 }
    case "Less": { $0 < $1 }
    case "LessOrEqual": { $0 <= $1 }
    default: nil
    }
  }

  private static func real(
    _ op: String, _ a: [Float], _ b: [Float], _ left: [Int], _ right: [Int]
  ) throws(Refusal) -> [Float] {
    var result: [Float] = []
    for place in left.indices {
      let (x, y) = (a[left[place]], b[right[place]])
      switch op {
      case "Add": result.append(x + y)
      case "Sub": result.append(x - y)
      case "Mul": result.append(x * y)
      case "Div": result.append(x / y)
      case "Min": result.append(min(x, y))
      case "Max": result.append(max(x, y))
      case "Pow" where y == 2: result.append(x * x)
      case "Pow" where y == 0.5: result.append(x.squareRoot())
      default: throw Refusal("\(op) of fractions")
      }
    }
    return result
  }

  private static func whole(_ op: String, _ x: Int, _ y: Int) throws(Refusal) -> Int {
    switch op {
    case "Add": return x &+ y
    case "Sub": return x &- y
    case "Mul": return x &* y
    case "Div":
      guard y != 0 else { throw Refusal("divides by 0") }
      return x.dividedReportingOverflow(by: y).partialValue
    case "Mod":
      guard y != 0 else { throw Refusal("divides by 0") }
      let rest = x.remainderReportingOverflow(dividingBy: y).partialValue
      return rest != 0 && (rest < 0) != (y < 0) ? rest + y : rest
    case "Min": return min(x, y)
    case "Max": return max(x, y)
    case "And": return x != 0 && y != 0 ? 1 : 0
    case "Or": return x != 0 || y != 0 ? 1 : 0
    case "Xor": return (x != 0) != (y != 0) ? 1 : 0
    default:
      guard let holds: (Int, Int) -> Bool = comparison(op) else { throw Refusal("\(op) of whole numbers") }
      return holds(x, y) ? 1 : 0
    }
  }

  /// An operator of one operand; whole numbers stay as they are under rounding.
  static func apply(_ op: String, _ a: Constant) -> Constant {
    if let whole = a.integers {
      switch op {
      case "Floor", "Ceil", "Round": return a
      case "Sign": return Constant(a.dimensions, .integers(whole.map { $0.signum() }))
      case "Not": return Constant(a.dimensions, .integers(whole.map { $0 == 0 ? 1 : 0 }))
      case "Abs": return Constant(a.dimensions, .integers(whole.map { Int(clamping: $0.magnitude) }))
      default: break
      }
    }
    return a.mapped {
      switch op {
      case "Floor": $0.rounded(.down)
      case "Ceil": $0.rounded(.up)
      case "Round": $0.rounded(.toNearestOrEven)
      case "Sign": $0 > 0 ? 1 : $0 < 0 ? -1 : 0
      case "Sigmoid": Float(Elementary.sigmoid(Double($0)))
      case "Sqrt": $0.squareRoot()
      case "Exp": Elementary.exp($0)
      default: abs($0)
      }
    }
  }
}

extension Constant {
  /// The same numbers as whole ones or floats, as another constant has them.
  func like(_ other: Constant) -> Constant {
    other.integers == nil ? Constant(dimensions, .floats(floats)) : self
  }
}
