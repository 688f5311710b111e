import Models
import Numerics

/// How the numbers that a network was trained on come from pixels: channel `c` of the network reads
/// `scale[c] * pixel / 255 + shift[c]`, and where the network sees blue first, the pixel of channel `2 - c`.
struct PixelConvention {
  private(set) var scale: [Double]
  private(set) var shift: [Double]
  /// Whether the network sees blue first.
  let swaps: Bool
  /// The convention in words.
  let words: String

  /// ImageNet's means and deviations of red, green and blue, pixels from 0 to 1.
  private static let imagenet = (mean: [0.485, 0.456, 0.406], deviation: [0.229, 0.224, 0.225])

  init(_ options: ImportOptions, channels: Int, takesBytes: Bool) throws(Refusal) {
    let colour = options.colour ?? (channels == 1 ? .grey : .rgb)
    guard (colour == .grey) == (channels == 1) else {
      throw Refusal("--colour \(colour.rawValue): the network's input has \(channels) channels")
    }
    swaps = colour == .bgr
    let range = options.range ?? (takesBytes ? .bytes : .unit)
    var words = "\(colour.rawValue), \(range.rawValue)"
    switch range {
    case .unit: (scale, shift) = ([1], [0])
    case .symmetric: (scale, shift) = ([2], [-1])
    case .bytes: (scale, shift) = ([255], [0])
    case .imagenet:
      guard channels == 3, options.mean.isEmpty, options.deviation.isEmpty else {
        throw Refusal("--range imagenet has the means and deviations of three channels itself")
      }
      scale = Self.imagenet.deviation.map { 1 / $0 }
      shift = zip(Self.imagenet.mean, Self.imagenet.deviation).map { -$0 / $1 }
      if swaps { (scale, shift) = (scale.reversed(), shift.reversed()) }
    }
    for (name, list) in [("--mean", options.mean), ("--std", options.deviation)] {
      guard list.isEmpty || list.count == 1 || list.count == channels else {
        throw Refusal("\(name) has \(list.count) numbers for \(channels) channels")
      }
      guard list.allSatisfy({ $0.isFinite }) else { throw Refusal("\(name) takes numbers") }
    }
    guard range != .unit || options.mean.allSatisfy({ abs($0) <= 1 }) else {
      throw Refusal("--mean \(options.mean[0]) is beyond pixels from 0 to 1; say --range 0..255 with it")
    }
    guard options.deviation.allSatisfy({ $0 > 0 }) else { throw Refusal("--std takes numbers above 0") }
    func repeated(_ list: [Double]) -> [Double] {
      list.count == channels ? list : [Double](repeating: list[0], count: channels)
    }
    (scale, shift) = (repeated(scale), repeated(shift))
    if !options.mean.isEmpty {
      shift = zip(shift, repeated(options.mean.map(Double.init))).map { $0 - $1 }
      words += ", mean \(options.mean.map { "\($0)" }.joined(separator: ","))"
    }
    if !options.deviation.isEmpty {
      let deviation = repeated(options.deviation.map(Double.init))
      (scale, shift) = (zip(scale, deviation).map { $0 / $1 }, zip(shift, deviation).map { $0 / $1 })
      words += ", deviation \(options.deviation.map { "\($0)" }.joined(separator: ","))"
    }
    self.words = words
  }

  var changesNothing: Bool {
    !swaps && scale.allSatisfy { $0 == 1 } && shift.allSatisfy { $0 == 0 }
  }

  /// Glint's channel that the network's channel `c` reads.
  func source(_ c: Int) -> Int { swaps ? 2 - c : c }

  /// Builds the convention into the network, whose input is then pixel / 255 with red first.
  ///
  /// Weights of a first layer take factors and order in, and its bias the offsets, as long as it has no border: a
  /// border holds 0 where the network was trained on 0, which is another number before the offset. A layer of 1x1 in
  /// front does it exactly then.
  ///
  /// - Returns: whether a layer was put in front, so that each value's number is one more.
  func build(into builder: inout GraphBuilder) -> Bool {
    guard !changesNothing else { return false }
    let channels = scale.count
    if let layers = firstLayers(of: builder) {
      for value in layers {
        builder.replace(folded(builder.parameters[value - 1]!, builder.nodes[value - 1]), of: value)
      }
      return false
    }
    let bias = Tensor([channels], shift.map { Float($0) })
    if swaps {
      var matrix = [Float](repeating: 0, count: 9)
      for c in 0..<3 { matrix[c * 3 + source(c)] = Float(scale[c]) }
      builder.insertFirst(
        "pixels", .conv2D(.init(outputChannels: 3, window: .init(1, 1))),
        .init(weight: Tensor([3, 1, 1, 3], matrix), bias: bias))
    } else {
      builder.insertFirst(
        "pixels", .conv2D(.init(outputChannels: channels, window: .init(1, 1), groups: channels)),
        .init(weight: Tensor([channels, 1, 1, 1], scale.map { Float($0) }), bias: bias))
    }
    return true
  }

  /// The layers that read the input and can take the convention in; nil where one cannot.
  private func firstLayers(of builder: GraphBuilder) -> [Int]? {
    var layers: [Int] = []
    var open = [0]
    while let value = open.popLast() {
      for (index, node) in builder.nodes.enumerated() where node.inputs.contains(value) {
        switch node.operator {
        case .conv2D(let conv):
          guard conv.window.padding == .none || shift.allSatisfy({ $0 == 0 }), conv.groups == 1 || !swaps,
            builder.shapes[value] == builder.shapes[0]
          else { return nil }
          layers.append(index + 1)
        case .dense: layers.append(index + 1)
        case .flatten: open.append(index + 1)
        default: return nil
        }
      }
    }
    return layers
  }

  /// Weights and biases that do to pixels what the given ones do to the network's numbers. The last axis of weights
  /// runs through channels; that of a dense layer through all pixels' channels.
  private func folded(_ own: GraphBuilder.Parameters, _ node: Graph.Node) -> GraphBuilder.Parameters {
    var result = own
    let channels = scale.count
    let outputs = own.weight.shape[0]
    let taps = own.weight.shape.count / outputs
    var (perGroup, groupOutputs) = (channels, outputs)
    if case .conv2D(let conv) = node.operator {
      (perGroup, groupOutputs) = (channels / conv.groups, outputs / conv.groups)
    }
    for output in 0..<outputs {
      let first = output / groupOutputs * perGroup
      var bias = Double(own.bias.elements[output])
      for tap in 0..<taps {
        let c = first + tap % perGroup
        let weight = Double(own.weight.elements[output * taps + tap])
        let place = swaps ? tap - tap % perGroup + source(c) : tap
        result.weight.elements[output * taps + place] = Float(weight * scale[c])
        bias += weight * shift[c]
      }
      result.bias.elements[output] = Float(bias)
    }
    return result
  }
}
