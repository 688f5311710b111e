import Numerics

extension Operator {
  /// A function of one number, applied to each element. In int8 it is a table of 256 codes, equation (E).
  ///
  /// It is computed in double precision by the portable functions of `Elementary` and rounded once, so that a table is
  /// the same on every machine; hard-swish keeps its equation (H) in float.
  public struct Function: Hashable, Sendable {
    /// Which; the raw value is its name in files and tables. `a` and `b` stand for `alpha` and `beta`.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
      /// x * clamp(x + 3, 0, 6) / 6.
      case hardSwish = "hard_swish"
      /// x from 0 on, a x below.
      case leakyReLU = "leaky_relu"
      /// min(max(x, a), b).
      case clip
      /// min(max(a x + b, 0), 1).
      case hardSigmoid = "hard_sigmoid"
      /// 1 / (1 + e^-x).
      case sigmoid
      /// (e^x - e^-x) / (e^x + e^-x).
      case tanh
      /// x / (1 + e^(-a x)): SiLU where a is 1.
      case silu
      /// x from 0 on, a (e^x - 1) below.
      case elu
      /// b times ELU.
      case selu
      /// x from 0 on, a (e^(x / a) - 1) below.
      case celu
      /// ln(1 + e^x).
      case softplus
      /// x / (1 + |x|).
      case softsign
      /// x tanh(ln(1 + e^x)).
      case mish
      /// x (1 + erf(x / sqrt 2)) / 2.
      case gelu
      /// x (1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3))) / 2.
      case geluTanh = "gelu_tanh"
      /// x above a, otherwise 0.
      case thresholdedReLU = "thresholded_relu"
      /// The error function.
      case erf
      /// e^x.
      case exp
      /// The natural logarithm; not a number below 0.
      case log
      /// The square root; not a number below 0.
      case sqrt
      /// 1 / x.
      case reciprocal
      /// |x|.
      case absolute
      /// -x.
      case negate
      /// x^a; not a number below 0 where a is not whole.
      case power

      /// How many of alpha and beta it reads.
      public var parameterCount: Int {
        switch self {
        case .clip, .hardSigmoid, .selu: 2
        case .leakyReLU, .silu, .elu, .celu, .thresholdedReLU, .power: 1
        default: 0
        }
      }
    }

    /// Which function.
    public var kind: Kind
    /// The first number beside x; 0 where there is none.
    public var alpha: Float
    /// The second number beside x; 0 where there is none.
    public var beta: Float

    /// Numbers that the kind does not read have to be 0, so that equal functions are equal values.
    public init(_ kind: Kind, _ alpha: Float = 0, _ beta: Float = 0) {
      self.kind = kind
      self.alpha = alpha
      self.beta = beta
    }

    /// Whether the numbers are finite and such that the function makes sense.
    var isSound: Bool {
      guard alpha.isFinite, beta.isFinite, kind.parameterCount > 0 || alpha == 0, kind.parameterCount > 1 || beta == 0
      else { return false }
      switch kind {
      case .clip: return alpha <= beta
      case .celu: return alpha.isNormal
      default: return true
      }
    }

    /// Whether f(s x) = s f(x) for every positive s, so that factors of channels pass through.
    public var isHomogeneous: Bool {
      switch kind {
      case .leakyReLU, .absolute, .negate: true
      case .clip: alpha == 0 && beta == .greatestFiniteMagnitude
      default: false
      }
    }
  }
}

extension Operator.Function {
  /// max(x, 0).
  public static let relu = Self(.clip, 0, .greatestFiniteMagnitude)

  /// The function of a number; infinite or not a number where it has no value.
  public func callAsFunction(_ x: Float) -> Float {
    if kind == .hardSwish {
      let t = min(max(x + 3, 0), 6)
      return (x * t) / 6
    }
    return Float(exactly(Double(x), Double(alpha), Double(beta)))
  }

  private func exactly(_ x: Double, _ a: Double, _ b: Double) -> Double {
    switch kind {
    case .hardSwish: x * min(max(x + 3, 0), 6) / 6
    case .leakyReLU: x < 0 ? a * x : x
    case .clip: min(max(x, a), b)
    case .hardSigmoid: min(max(a * x + b, 0), 1)
    case .sigmoid: Elementary.sigmoid(x)
    case .tanh: Elementary.tanh(x)
    case .silu: x * Elementary.sigmoid(a * x)
    case .elu: x < 0 ? a * Elementary.expMinusOne(x) : x
    case .selu: b * (x < 0 ? a * Elementary.expMinusOne(x) : x)
    case .celu: x < 0 ? a * Elementary.expMinusOne(x / a) : x
    case .softplus: Elementary.softplus(x)
    case .softsign: x / (1 + x.magnitude)
    case .mish: x * Elementary.tanh(Elementary.softplus(x))
    case .gelu: x * (1 + Elementary.erf(x * 0.7071067811865476)) / 2
    case .geluTanh: x * (1 + Elementary.tanh(0.7978845608028654 * (x + 0.044715 * (x * x * x)))) / 2
    case .thresholdedReLU: x > a ? x : 0
    case .erf: Elementary.erf(x)
    case .exp: Elementary.exp(x)
    case .log: x > 0 ? Elementary.log(x) : x == 0 ? -.infinity : .nan
    case .sqrt: x.squareRoot()
    case .reciprocal: 1 / x
    case .absolute: x.magnitude
    case .negate: -x
    case .power: Elementary.power(x, a)
    }
  }
}
