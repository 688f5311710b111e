import Models
import Numerics

extension Architecture {
  /// A residual network for faces: a quarter of the reference network's multiply-adds, an eighth of its weights.
  ///
  /// Convolutions 3x3 with batch normalization and ReLU throughout. Four stages of 16, 32, 64 and 128 channels, each at
  /// half the size of the one before by max pooling; all but the first end with a residual block (He et al. 2016). Then
  /// the mean over the picture, dropout, and the logits.
  ///
  /// - Parameters:
  ///   - input: `[height, width, channels]`, at least 16x16, for example 64x64x1.
  ///   - logits: one for two classes, otherwise one a class.
  public static func compact(input: Shape, logits: Int) -> Architecture {
    var network = Architecture(input: input)
    for (stage, channels) in [16, 32, 64, 128].enumerated() {
      let name = "stage\(stage + 1)"
      network.appendConvolution(name, channels)
      network.append(name + ".relu", .activation(.relu))
      let pooled = network.append(name + ".pool", .maxPool2D(.init(2, 2, stride: 2)))
      guard stage > 0 else { continue }
      network.appendConvolution(name + ".a", channels)
      network.append(name + ".a.relu", .activation(.relu))
      network.appendConvolution(name + ".b", channels)
      network.append(name + ".sum", .add, reading: [network.last, pooled])
      network.append(name + ".sum.relu", .activation(.relu))
    }
    network.append("mean", .globalAveragePool)
    network.append("dropout", .dropout(0.3))
    network.append("logits", .dense(outputs: logits))
    return network
  }

  /// Convolution 3x3 that keeps the size, and batch normalization.
  private mutating func appendConvolution(_ name: String, _ channels: Int) {
    append(name, .conv2D(.init(outputChannels: channels, window: .init(3, 3, padding: .all(1)))))
    append(name + ".norm", .batchNormalization)
  }

  /// The reference network with `logits` logits.
  public static func happySad(input: Shape, logits: Int) -> Architecture {
    var network = Architecture(input: input)
    for (index, channels) in [16, 32, 16].enumerated() {
      network.append("conv\(index + 1)", .conv2D(.init(outputChannels: channels, window: .init(3, 3))))
      network.append("conv\(index + 1).relu", .activation(.relu))
      network.append("pool\(index + 1)", .maxPool2D(.init(2, 2, stride: 2)))
    }
    network.append("flatten", .flatten)
    network.append("dense1", .dense(outputs: 256))
    network.append("dense1.relu", .activation(.relu))
    network.append("dense2", .dense(outputs: logits))
    return network
  }
}
