import Models
import Training

/// A layer of a network that is trained, as the file of `glint bench --training --record` tells it to other trainers.
struct RecordedNode: Encodable {
  let name: String
  /// What it computes, in the words of network texts (`conv`, `norm`, `relu`, ...).
  let kind: String
  /// Numbers of the values that it reads: 0 is the input, i + 1 the result of layer i.
  let inputs: [Int]
  /// Of a convolution or a pool, rows and columns.
  var window: [Int]?
  var stride: Int?
  var dilation: Int?
  var groups: Int?
  /// Above, left, below and right.
  var padding: [Int]?
  /// Of a convolution or a dense layer: channels of its result.
  var outputs: Int?
  /// How often `upsample` repeats.
  var times: Int?

  init(_ node: Architecture.Node) {
    name = node.name
    inputs = node.inputs
    switch node.kind {
    case .conv2D(let convolution):
      kind = "conv"
      outputs = convolution.outputChannels
      (dilation, groups) = (convolution.dilation, convolution.groups)
      take(convolution.window)
    case .batchNormalization: kind = "norm"
    case .activation(let activation): kind = activation.rawValue
    case .maxPool2D(let window):
      kind = "maxpool"
      take(window)
    case .globalAveragePool: kind = "mean"
    case .dense(let count):
      kind = "dense"
      outputs = count
    case .flatten: kind = "flatten"
    case .dropout: kind = "dropout"
    case .add: kind = "add"
    case .upsampleNearest(let factor):
      kind = "upsample"
      times = factor
    case .fakeQuantization: kind = "fake quantization"
    }
  }

  private mutating func take(_ own: Operator.Window) {
    window = [own.height, own.width]
    stride = own.stride
    padding = [own.padding.top, own.padding.left, own.padding.bottom, own.padding.right]
  }
}
