import Tensors

/// The picture that models carry for their self-test: smooth waves with a grain, painted by arithmetic alone, so that
/// no photo travels with a model.
public enum TestPattern {
  /// Pixels `[height, width, channels]`.
  ///
  /// - Parameter shape: of the network's input.
  public static func pixels(_ shape: Shape) -> [UInt8] {
    var random = CounterRandom(seed: 0x60_1D)
    var pixels: [UInt8] = []
    pixels.reserveCapacity(shape.count)
    for y in 0..<shape[0] {
      for x in 0..<shape[1] {
        for channel in 0..<shape[2] {
          let wave = triangle(x * (channel + 2) * 256 / shape[1]) + triangle(y * (3 - channel % 3) * 256 / shape[0])
          let grain = random.below(33) - 16
          pixels.append(UInt8(max(0, min(255, wave / 2 + grain))))
        }
      }
    }
    return pixels
  }

  /// A wave of period 256 that rises from 0 to 255 and falls back.
  private static func triangle(_ phase: Int) -> Int {
    let place = phase % 256
    return place < 128 ? place * 2 : 511 - place * 2
  }
}
