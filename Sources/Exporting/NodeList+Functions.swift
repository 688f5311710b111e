import Models
import ONNXFiles

/// Functions of one number, and mixtures of rows and columns, by operators of opset 13.
extension NodeList {
  /// Appends a function of each element of `x`.
  mutating func apply(_ function: Operator.Function, _ x: String, to output: String) {
    let (alpha, beta) = (function.alpha, function.beta)
    func setting(_ name: String, _ number: Float) -> (String, ONNXAttribute.Value) { (name, .float(number)) }
    switch function.kind {
    case .hardSwish:
      // HardSwish itself came with opset 14.
      gate(x, part("HardSigmoid", [x], output, "gate", [setting("alpha", 1.0 / 6), setting("beta", 0.5)]), output)
    case .leakyReLU: add("LeakyRelu", [x], to: output, [setting("alpha", alpha)])
    case .clip where function == .relu: add("Relu", [x], to: output)
    case .clip: add("Clip", [x, number(alpha, output, "low"), number(beta, output, "high")], to: output)
    case .hardSigmoid: add("HardSigmoid", [x], to: output, [setting("alpha", alpha), setting("beta", beta)])
    case .sigmoid: add("Sigmoid", [x], to: output)
    case .tanh: add("Tanh", [x], to: output)
    case .silu:
      let inner = alpha == 1 ? x : part("Mul", [x, number(alpha, output, "factor")], output, "inner")
      gate(x, part("Sigmoid", [inner], output, "gate"), output)
    case .elu: add("Elu", [x], to: output, [setting("alpha", alpha)])
    case .selu: add("Selu", [x], to: output, [setting("alpha", alpha), setting("gamma", beta)])
    case .celu: add("Celu", [x], to: output, [setting("alpha", alpha)])
    case .softplus: add("Softplus", [x], to: output)
    case .softsign: add("Softsign", [x], to: output)
    case .mish: gate(x, part("Tanh", [part("Softplus", [x], output, "softplus")], output, "gate"), output)
    case .gelu:
      let scaled = part("Mul", [x, number(0.707_106_78, output, "factor")], output, "scaled")
      half(x, part("Erf", [scaled], output, "erf"), output)
    case .geluTanh:
      let square = part("Mul", [x, x], output, "square")
      let cube = part("Mul", [square, x], output, "cube")
      let small = part("Mul", [cube, number(0.044_715, output, "small")], output, "smaller")
      let sum = part("Add", [x, small], output, "sum")
      let scaled = part("Mul", [sum, number(0.797_884_56, output, "factor")], output, "scaled")
      half(x, part("Tanh", [scaled], output, "tanh"), output)
    case .thresholdedReLU: add("ThresholdedRelu", [x], to: output, [setting("alpha", alpha)])
    case .erf: add("Erf", [x], to: output)
    case .exp: add("Exp", [x], to: output)
    case .log: add("Log", [x], to: output)
    case .sqrt: add("Sqrt", [x], to: output)
    case .reciprocal: add("Reciprocal", [x], to: output)
    case .absolute: add("Abs", [x], to: output)
    case .negate: add("Neg", [x], to: output)
    case .power: add("Pow", [x, number(alpha, output, "exponent")], to: output)
    }
  }

  private mutating func number(_ number: Float, _ output: String, _ name: String) -> String {
    constant("\(output).\(name)", [], [number])
  }

  private mutating func part(
    _ type: String, _ inputs: [String], _ output: String, _ name: String,
    _ attributes: [(String, ONNXAttribute.Value)] = []
  ) -> String {
    add(type, inputs, to: fresh("\(output).\(name)"), attributes)
  }

  private mutating func gate(_ x: String, _ gate: String, _ output: String) { add("Mul", [x, gate], to: output) }

  /// x (1 + f) / 2.
  private mutating func half(_ x: String, _ f: String, _ output: String) {
    let sum = part("Add", [f, number(1, output, "one")], output, "shifted")
    let product = part("Mul", [x, sum], output, "product")
    add("Mul", [product, number(0.5, output, "half")], to: output)
  }

  /// Appends mixtures of a picture's columns, then of its rows.
  ///
  /// - Parameters:
  ///   - rows: for each row of the result, the weights of those of the input.
  ///   - columns: likewise.
  ///   - constant: adds weights under a name, of the type that `input` has.
  mutating func mix(
    _ input: String, rows: [[Float]], columns: [[Float]], to output: String,
    constant: (inout NodeList, _ name: String, _ shape: [Int], _ numbers: [Float]) -> String
  ) {
    let (height, width) = (rows[0].count, columns[0].count)
    let right = constant(
      &self, output + ".columns", [width, columns.count],
      (0..<width).flatMap { column in columns.map { $0[column] } })
    let left = constant(&self, output + ".rows", [rows.count, height], rows.flatMap { $0 })
    let across = part("MatMul", [input, right], output, "across")
    add("MatMul", [left, across], to: output)
  }
}
