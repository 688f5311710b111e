import Numerics

/// How far one quantized value strays from the float value, gathered over images.
public struct LayerStatistics: Sendable {
  /// The node.
  public let name: String
  private let parameters: QuantizationParameters?
  /// Sum of the squares of the float values.
  public private(set) var signal = 0.0
  /// Sum of the squares of the differences.
  public private(set) var noise = 0.0
  /// Sum of the products of both.
  public private(set) var product = 0.0
  /// Sum of the squares of the other's values.
  public private(set) var otherSignal = 0.0
  /// Float values that lie outside what the codes can say.
  public private(set) var beyond = 0
  /// Values added.
  public private(set) var count = 0
  private var used: [Bool]

  /// Starts statistics of a value; `parameters` are those of its codes, nil for float logits.
  public init(name: String, parameters: QuantizationParameters?) {
    self.name = name
    self.parameters = parameters
    used = [Bool](repeating: false, count: parameters?.codes.count ?? 0)
  }

  /// Adds one image's values.
  ///
  /// - Parameters:
  ///   - reference: float values.
  ///   - codes: those of the same elements.
  public mutating func add(reference: UnsafeBufferPointer<Float>, codes: [Int16]) {
    guard let parameters else { return }
    let low = parameters.ends.lowerBound - parameters.scale / 2
    let high = parameters.ends.upperBound + parameters.scale / 2
    for (index, code) in codes.enumerated() {
      let real = reference[index]
      if real < low || real > high { beyond += 1 }
      used[Int(code) - Int(parameters.least)] = true
      add(real, parameters.dequantize(code))
    }
    count += codes.count
  }

  /// Adds one image's values where both are real numbers.
  public mutating func add(reference: UnsafeBufferPointer<Float>, values: [Float]) {
    for (index, value) in values.enumerated() { add(reference[index], value) }
    count += values.count
  }

  private mutating func add(_ real: Float, _ approximate: Float) {
    let (real, approximate) = (Double(real), Double(approximate))
    let error = real - approximate
    signal += real * real
    noise += error * error
    product += real * approximate
    otherSignal += approximate * approximate
  }

  /// Signal-to-quantization-noise ratio, `10 log10(sum x^2 / sum (x - q)^2)` in dB; infinite where nothing differs.
  public var sqnr: Double {
    guard noise > 0 else { return .infinity }
    return signal > 0 ? 10 * (signal / noise).logarithm10 : -.infinity
  }

  /// Cosine of the angle between the two, 1 where both are zero.
  public var cosine: Double {
    guard signal > 0, otherSignal > 0 else { return signal == otherSignal ? 1 : 0 }
    return product / (signal * otherSignal).squareRoot()
  }

  /// Share of float values that lie outside what the codes can say.
  public var clipped: Double { count > 0 ? Double(beyond) / Double(count) : 0 }

  /// How many of all codes occurred, which are 256 in 8 bits; nil for float logits.
  public var levels: Int? { parameters == nil ? nil : used.count { $0 } }

  /// Share of all codes that occurred; nil for float logits.
  public var usedLevels: Double? { levels.map { Double($0) / Double(used.count) } }
}
