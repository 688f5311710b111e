import Numerics

/// Pictures for self-tests: smooth waves with a grain, painted by integer arithmetic alone, so that no photo travels
/// with a model and every machine sees the same.
public enum TestPattern {
  /// Pixels `[height, width, channels]`.
  ///
  /// - Parameters:
  ///   - shape: of the network's input.
  ///   - number: which picture; models carry number 0.
  public static func pixels(_ shape: Shape, number: Int = 0) -> [UInt8] {
    var random = CounterRandom(seed: 0x60_1D, stream: UInt64(number))
    var pixels: [UInt8] = []
    pixels.reserveCapacity(shape.count)
    for y in 0..<shape[0] {
      for x in 0..<shape[1] {
        for channel in 0..<shape[2] {
          let across = (x * (channel + 2) + number * 5) * 256 / shape[1]
          let down = (y * (3 - channel % 3) + number * 11) * 256 / shape[0]
          let grain = random.below(33) - 16
          pixels.append(UInt8(max(0, min(255, (triangle(across) + triangle(down)) / 2 + grain))))
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
