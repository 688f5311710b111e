import Models
import Numerics
import ONNXFiles

/// Codes of 16 bits in a file: int16 around 0, or uint16 around 32768, which is the same moved.
extension Lowering {
  /// The parameters of activations with such codes.
  static func sixteenBits(
    _ scale: Float, _ zeroPoint: Int, _ element: ONNXElement
  ) throws(Refusal) -> QuantizationParameters {
    guard zeroPoint == (element == .uint16 ? 32768 : 0) else {
      throw Refusal(
        "codes of 16 bits around \(zeroPoint)", advice: "symmetric ones (zero point 0, or 32768 for uint16) would work")
    }
    return QuantizationParameters(sixteenBits: scale)
  }

  /// The value that holds the input's codes of 16 bits: the pixels under another scale where nothing else is between,
  /// otherwise a layer of one weight a channel.
  mutating func pixelLayerOfSixteenBits(_ lines: [Line], _ convention: PixelConvention) -> Int {
    let shape = builder.shapes[0]
    if !convention.swaps, lines.allSatisfy({ $0.scale == 1 && $0.shift == 0 }) {
      return builder.append("pixels", .reshape(shape), [0], shape)
    }
    return pixelLayer(
      lines.map { line in
        let fit = SixteenBitFit(factor: line.scale, term: line.shift, from: .pixel)
        return (weight: Float(fit.weight) * fit.scale, scale: fit.scale, bias: Int(fit.bias))
      }, convention)
  }
}

/// A factor and a term as a weight of 127 with its scale and a whole bias.
struct SixteenBitFit {
  let weight: Int8
  let scale: Float
  let bias: Int32

  /// The bias is rounded to a 127th of a step of what is read.
  init(factor: Double, term: Double, from source: QuantizationParameters) {
    weight = factor < 0 ? -127 : 127
    scale = Float(abs(factor) / 127)
    let steps = (term / (Double(source.scale) * Double(scale))).rounded(.toNearestOrEven)
    bias = Int32(max(-0x1p30, min(0x1p30, steps)))
  }

  /// A layer of one factor and one term a channel; nil where one is beyond what a scale and a bias can say.
  static func layer(
    _ real: FloatModel.Parameters, from source: QuantizationParameters
  ) -> QuantizedModel.Parameters? {
    let fits = zip(real.weight.elements, real.bias.elements).map {
      SixteenBitFit(factor: Double($0), term: Double($1), from: source)
    }
    guard fits.allSatisfy({ $0.scale.isNormal && $0.bias.magnitude < 1 << 30 }) else { return nil }
    return .init(
      weight: Tensor(real.weight.shape, fits.map(\.weight)), bias: Tensor(real.bias.shape, fits.map(\.bias)),
      scales: fits.map(\.scale))
  }
}

/// What a network's values of 16 bits may hold, so that sums of the layers that read them stay in 32 bits.
enum SumRoom {
  /// Codes that reach too far become fewer over the same range, and the biases of layers that read them follow.
  ///
  /// - Parameters:
  ///   - parameters: one entry a node.
  ///   - quantization: one entry a value.
  /// - Returns: what a person should know of it.
  static func make(
    _ graph: Graph, _ parameters: inout [QuantizedModel.Parameters?], _ quantization: inout [QuantizationParameters]
  ) -> [String] {
    var remarks = [
      "values of 16 bits: a code may be the neighbour of ONNX Runtime's, which computes what reads them in float"
    ]
    let bounds = QuantizedModel.largestCodes(graph, parameters)
    let changed = quantization.indices.filter {
      quantization[$0].isSixteenBits && quantization[$0].largest > bounds[$0]
    }
    for value in changed {
      // With room for biases, which grow less than codes shrink.
      let old = quantization[value]
      let largest = Int16(max(128, bounds[value] - bounds[value] / 32))
      let scale = old.scale * Float(old.largest) / Float(largest)
      quantization[value] = QuantizationParameters(sixteenBits: scale, largest: largest)
      remarks.append(
        "'\(graph.valueName(value))': its codes reach \(largest) instead of \(old.largest) over the same range, so "
          + "that sums stay in 32 bits")
      for reader in graph.readers(of: value) where graph.nodes[reader].inputs[0] == value {
        guard var own = parameters[reader] else { continue }
        let ratio = Double(old.scale) / Double(scale)
        own.bias = Tensor(
          own.bias.shape, own.bias.elements.map { Int32((Double($0) * ratio).rounded(.toNearestOrEven)) })
        parameters[reader] = own
      }
    }
    return remarks
  }
}
