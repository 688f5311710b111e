import Models
import Numerics
import Training

extension Architecture {
  /// A network that finds faces: one cell for 8 x 8 pixels, and at each the four numbers that `Detection` describes.
  ///
  /// Convolutions 3x3 with batch normalization and ReLU. Three halvings and a residual block (He et al. 2016) at 8
  /// pixels a cell, then two more halvings, each with a residual block, that see as far as the largest face is wide.
  /// What they see is enlarged and added to the finer cells (Lin et al. 2017, "Feature pyramid networks"), so that one
  /// output serves faces of all sizes.
  ///
  /// - Parameters:
  ///   - input: `[height, width, channels]`, multiples of 16; for example 240x320x1.
  ///   - channels: at 2, 4, 8, 16 and 32 pixels a cell.
  public static func faceDetector(input: Shape, channels: [Int] = [16, 24, 32, 48, 64]) -> Architecture {
    var network = Architecture(input: input)
    func pair(_ extent: Int) -> Int { (extent + 1) / 2 }
    var (rows, columns) = (input[0], input[1])
    var stages: [(value: Int, rows: Int, columns: Int)] = []
    for (stage, width) in channels.enumerated() {
      let name = "down\(stage + 1)"
      network.appendNormalized(name, width, stride: 2)
      (rows, columns) = (pair(rows), pair(columns))
      if stage >= 2 { network.appendResidual(name, width) }
      stages.append((network.last, rows, columns))
    }
    // From coarse to fine.
    for stage in stride(from: channels.count - 1, to: 2, by: -1) {
      let (coarse, fine) = (stages[stage], stages[stage - 1])
      let name = "up\(stage)"
      network.append(name + ".larger", .upsampleNearest(factor: 2), reading: [coarse.value])
      // Where the finer map has an odd number of rows, the enlarged one has a row more: the window then ends earlier.
      let padding = Operator.Padding(
        top: 1, left: 1, bottom: 1 - (2 * coarse.rows - fine.rows), right: 1 - (2 * coarse.columns - fine.columns))
      network.appendNormalized(name, channels[stage - 1], padding: padding, activation: false)
      network.append(name + ".sum", .add, reading: [network.last, fine.value])
      network.append(name + ".sum.relu", .activation(.relu))
      stages[stage - 1].value = network.last
    }
    network.appendNormalized("head", channels[2])
    network.append("boxes", .conv2D(.init(outputChannels: Detection.channels, window: .init(1, 1))))
    return network
  }

  private mutating func appendNormalized(
    _ name: String, _ channels: Int, stride: Int = 1, padding: Operator.Padding = .all(1), activation: Bool = true
  ) {
    append(name, .conv2D(.init(outputChannels: channels, window: .init(3, 3, stride: stride, padding: padding))))
    append(name + ".norm", .batchNormalization)
    if activation { append(name + ".relu", .activation(.relu)) }
  }

  private mutating func appendResidual(_ name: String, _ channels: Int) {
    let start = last
    appendNormalized(name + ".a", channels)
    appendNormalized(name + ".b", channels, activation: false)
    append(name + ".sum", .add, reading: [last, start])
    append(name + ".sum.relu", .activation(.relu))
  }
}
