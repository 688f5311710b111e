import Models
import Numerics

/// Scales and zero points of values between nodes that one of the file's operators became, for which the file has none:
/// those with which a value's reader gives the codes that it would give for the real number, so that all of them
/// together round once, as the file does.
struct ImpliedScales {
  /// By the number of the builder's value.
  private(set) var values: [Int: QuantizationParameters] = [:]

  private let builder: GraphBuilder
  private let notes: QuantizationNotes

  init(_ builder: GraphBuilder, _ notes: QuantizationNotes) {
    (self.builder, self.notes) = (builder, notes)
    var readers: [[Int]] = .init(repeating: [], count: builder.nodes.count + 1)
    for (index, node) in builder.nodes.enumerated() {
      for input in Set(node.inputs) { readers[input].append(index) }
    }
    for value in readers.indices.dropFirst().reversed() where notes.values[builder.nodes[value - 1].name] == nil {
      let asked = readers[value].map { implied(value, by: $0) }
      guard let first = asked.first ?? nil, asked.allSatisfy({ $0 == first }) else { continue }
      values[value] = first
    }
  }

  /// What a reader asks of a value; nil where no scale would do, or where it has none of its own.
  private func implied(_ value: Int, by reader: Int) -> QuantizationParameters? {
    let node = builder.nodes[reader]
    // Scales of 16 bits are implied by none.
    guard let target = notes.values[node.name] ?? values[reader + 1], !target.isSixteenBits else { return nil }
    switch node.operator {
    // Codes are moved, or the largest is taken of some, which rounding leaves the largest.
    case .maxPool2D, .flatten, .reshape, .upsampleNearest, .rearrange: return target
    case .function(let function) where function.kind == .negate:
      return .init(scale: target.scale, zeroPoint: -1 - target.zeroPoint)
    case .conv2D: return ChannelArithmetic(node, builder.parameters[reader]).flatMap { implied(value, by: $0, target) }
    case .add: return summand(value, of: node, target)
    default: return nil
    }
  }

  /// Of arithmetic with constants: one step of the value is one step of the result, and each term is whole steps.
  private func implied(
    _ value: Int, by arithmetic: ChannelArithmetic, _ target: QuantizationParameters
  ) -> QuantizationParameters? {
    guard let factor = arithmetic.factor, arithmetic.terms.allSatisfy({ isCode($0, target) }) else { return nil }
    let scale = target.scale / abs(factor)
    guard scale.isNormal else { return nil }
    if let end = oneSided(value) { return .init(scale: scale, zeroPoint: end) }
    guard let term = arithmetic.term else { return nil }
    // Where the value is 0, the result is the term.
    let code = Int8(target.quantize(term))
    return .init(scale: scale, zeroPoint: factor > 0 ? code : -1 - code)
  }

  /// Of a sum: one whose summands are both whole steps of it, or of which one is always 0.
  private func summand(
    _ value: Int, of node: Graph.Node, _ target: QuantizationParameters
  ) -> QuantizationParameters? {
    if let maker = builder.node(of: unmoved(value)), notes.alternatives.contains(maker.name) { return target }
    // Where a code may be the neighbour, two roundings of half a step are as good as one.
    guard let other = node.inputs.first(where: { $0 != value }), let scale = known(other)?.scale,
      scale == target.scale || !notes.isExact
    else { return nil }
    return oneSided(value).map { .init(scale: target.scale, zeroPoint: $0) }
  }

  /// The value whose elements another one has in another order or shape.
  private func unmoved(_ value: Int) -> Int {
    guard let node = builder.node(of: value) else { return value }
    switch node.operator {
    case .flatten, .reshape, .rearrange: return unmoved(node.inputs[0])
    default: return value
    }
  }

  /// The zero point with which 255 steps are there for a value that is never negative, or never positive.
  private func oneSided(_ value: Int) -> Int8? {
    guard let node = builder.node(of: unmoved(value)) else { return nil }
    if node.operator.activation == .relu { return -128 }
    guard case .function(let function) = node.operator, function.kind == .negate else { return nil }
    return oneSided(node.inputs[0]).map { -1 - $0 }
  }

  private func known(_ value: Int) -> QuantizationParameters? {
    guard let node = builder.node(of: value) else { return nil }
    return notes.values[node.name] ?? (node.operator.keepsQuantization ? known(node.inputs[0]) : nil)
  }

  /// Whether a number is whole steps from the zero point, and its code is none that stands for numbers beyond.
  private func isCode(_ number: Float, _ parameters: QuantizationParameters) -> Bool {
    let steps = number / parameters.scale
    let code = steps.rounded() + Float(parameters.zeroPoint)
    return abs(steps - steps.rounded()) < 1e-3 && (-128...127).contains(code)
  }
}

/// A layer of one weight a channel: `x * factor + term`.
struct ChannelArithmetic {
  private let factors: [Float]
  /// One a channel.
  let terms: [Float]

  /// The layer that a node is; nil for others.
  init?(_ node: Graph.Node, _ own: GraphBuilder.Parameters?) {
    guard let own, own.weight.shape.count == own.bias.shape.count else { return nil }
    (factors, terms) = (own.weight.elements, own.bias.elements)
  }

  /// The factor of all channels, where they have the same.
  var factor: Float? { same(factors).flatMap { $0.isNormal ? $0 : nil } }

  /// The term of all channels, where they have the same.
  var term: Float? { same(terms) }

  private func same(_ numbers: [Float]) -> Float? {
    numbers.first.flatMap { first in numbers.allSatisfy { $0 == first } ? first : nil }
  }
}
