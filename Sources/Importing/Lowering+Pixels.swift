import Models
import Numerics
import ONNXFiles

/// From pixels, whose codes Glint fixes, to the codes that a quantized network begins with.
extension Lowering {
  /// Lowers a QuantizeLinear that reads the input, perhaps behind arithmetic with constants; false for all others.
  mutating func quantizePixels(
    _ node: ONNXNode, _ source: Computed, _ own: QuantizationParameters, _ isUnsigned: Bool
  ) throws(Refusal) -> Bool {
    guard let convention, let lines = pixelLines(source.value, convention) else { return false }
    try setPixels(node, source, own, isUnsigned, lines, convention)
    return true
  }

  /// The input as codes of its own: each stands for a pixel.
  mutating func readPixelCodes(
    _ node: ONNXNode, _ source: Computed, _ own: QuantizationParameters, _ isUnsigned: Bool
  ) throws(Refusal) {
    guard let convention else { throw Refusal("the input has codes") }
    guard !own.isSixteenBits else {
      throw Refusal("the input has codes of 16 bits", advice: "an input in float, or codes of 8 bits, would work")
    }
    // Codes run from 0 for uint8, as pixels do, and from -128 for int8.
    let first = -128 - Double(own.zeroPoint)
    let line = Line(scale: 255 * Double(own.scale), shift: first * Double(own.scale))
    let lines = [Line](repeating: line, count: builder.shapes[0][2])
    try setPixels(node, source, own, isUnsigned, lines, convention)
  }

  /// What a channel of the network reads for a pixel: `scale * pixel / 255 + shift`.
  struct Line {
    var scale: Double
    var shift: Double
  }

  /// The lines of a value that is the input, or one factor and one term for each channel of it; nil for others.
  private func pixelLines(_ value: Int, _ convention: PixelConvention) -> [Line]? {
    var lines = zip(convention.scale, convention.shift).map { Line(scale: $0, shift: $1) }
    guard value != 0 else { return lines }
    let node = builder.nodes[value - 1]
    guard node.inputs == [0], case .conv2D(let conv) = node.operator, let own = builder.parameters[value - 1],
      conv.window == .init(1, 1), conv.groups == conv.outputChannels, conv.groups == lines.count,
      conv.activation == .none, quantized.layers[node.name] == nil
    else { return nil }
    for channel in lines.indices {
      let (factor, term) = (Double(own.weight.elements[channel]), Double(own.bias.elements[channel]))
      lines[channel].scale *= factor
      lines[channel].shift = lines[channel].shift * factor + term
    }
    return lines
  }

  private mutating func setPixels(
    _ node: ONNXNode, _ source: Computed, _ own: QuantizationParameters, _ isUnsigned: Bool, _ lines: [Line],
    _ convention: PixelConvention
  ) throws(Refusal) {
    guard lines.allSatisfy({ $0.scale != 0 && $0.scale.isFinite && $0.shift.isFinite }) else {
      throw Refusal("a channel of the input is multiplied by 0")
    }
    if quantized.pixels[own] == nil {
      quantized.pixels[own] =
        own.isSixteenBits ? pixelLayerOfSixteenBits(lines, convention) : pixelLayer(own, lines, convention)
      note(own, isUnsigned, quantized.pixels[own]!)
    }
    let value = quantized.pixels[own]!
    if value == source.value { alias(node, source, source.view) } else { set(node, value, source.view) }
  }

  /// The value that holds the codes: the input itself, a copy under another scale, or a layer of one weight a channel.
  private mutating func pixelLayer(
    _ own: QuantizationParameters, _ lines: [Line], _ convention: PixelConvention
  ) -> Int {
    let tables = lines.map { line in
      (0..<256).map { Int8(own.quantize(Float(line.scale * Double($0) / 255 + line.shift))) }
    }
    let shape = builder.shapes[0]
    let isPixel = !convention.swaps && tables.allSatisfy { $0 == (-128...127).map { Int8($0) } }
    if isPixel, own.zeroPoint == -128 {
      guard own != .pixel else { return 0 }
      // Calibration may have found 1 to be a little less: the codes are the same all the same.
      if CodeTables.requantized(.pixel, own) == tables[0] {
        return builder.append("pixels", .reshape(shape), [0], shape)
      }
    }
    let fits = lines.enumerated().map { (channel, line) in
      let scale = Double(own.scale)
      let fit = CodeTables.affine(
        tables[channel], from: .pixel, slope: line.scale / 255 / scale, start: line.shift / scale, to: own)
      if fit.wrong > 0 {
        quantized.remarks.append("\(fit.wrong) of 256 pixel values of channel \(channel) become a neighbouring code")
      }
      return (weight: Float(fit.weight) * fit.scale, scale: fit.scale, bias: fit.bias)
    }
    return pixelLayer(fits, convention)
  }

  /// The value of a layer that makes codes of pixels: of each channel a weight in real numbers, its scale and a whole
  /// bias.
  mutating func pixelLayer(_ fits: [(weight: Float, scale: Float, bias: Int)], _ convention: PixelConvention) -> Int {
    let (channels, shape) = (fits.count, builder.shapes[0])
    var weight = [Float](repeating: 0, count: channels * (convention.swaps ? channels : 1))
    for (channel, fit) in fits.enumerated() {
      weight[convention.swaps ? channel * channels + convention.source(channel) : channel] = fit.weight
    }
    let groups = convention.swaps ? 1 : channels
    let bias = fits.map { Float($0.bias) * (QuantizationParameters.pixel.scale * $0.scale) }
    let layer = QuantizationNotes.Layer(
      scales: fits.map(\.scale), bias: fits.map(\.bias),
      real: .init(weight: Tensor([channels, 1, 1, channels / groups], weight), bias: Tensor([channels], bias)))
    let conv = Operator.Convolution(outputChannels: channels, window: .init(1, 1), groups: groups)
    let value = builder.append("pixels", .conv2D(conv), [0], shape, layer.real)
    quantized.layers[maker(value)] = layer
    return value
  }
}
