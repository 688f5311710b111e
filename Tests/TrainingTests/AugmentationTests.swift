import CFloatKernels
import Tensors
import TestSupport
import Testing

@Suite struct AugmentationTests {
  /// The warp's definition: every neighbour clamped to the picture, in the same integers.
  static func warped(_ pixels: [UInt8], _ height: Int, _ width: Int, _ channels: Int, _ map: [Int32]) -> [UInt8] {
    var out: [UInt8] = []
    for y in 0..<height {
      for x in 0..<width {
        let sx = Int(map[0]) * x + Int(map[1]) * y + Int(map[2])
        let sy = Int(map[3]) * x + Int(map[4]) * y + Int(map[5])
        let (fx, fy) = (sx >> 8 & 255, sy >> 8 & 255)
        for c in 0..<channels {
          func at(_ row: Int, _ column: Int) -> Int {
            Int(pixels[(max(0, min(height - 1, row)) * width + max(0, min(width - 1, column))) * channels + c])
          }
          let (r, k) = (sy >> 16, sx >> 16)
          let sum =
            (256 - fx) * (256 - fy) * at(r, k) + fx * (256 - fy) * at(r, k + 1) + (256 - fx) * fy * at(r + 1, k)
            + fx * fy * at(r + 1, k + 1)
          out.append(UInt8((sum + 32768) >> 16))
        }
      }
    }
    return out
  }

  @Test(arguments: [1, 3])
  func warpIsItsDefinition(_ channels: Int) {
    let (height, width) = (19, 23)
    var random = CounterRandom(seed: 12, stream: UInt64(channels))
    let pixels = (0..<height * width * channels).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for number in 0..<40 {
      let reach: Float = number % 4 == 0 ? 60 : 5
      let map = [
        random.uniform(-1.5, 1.5), random.uniform(-0.6, 0.6), random.uniform(-reach, reach + 20),
        random.uniform(-0.6, 0.6), random.uniform(-1.5, 1.5), random.uniform(-reach, reach + 20),
      ].map { Int32(($0 * 65536).rounded()) }
      var out = [UInt8](repeating: 0, count: pixels.count)
      ca_warp(pixels, &out, Int32(height), Int32(width), Int32(channels), map)
      #expect(out == Self.warped(pixels, height, width, channels, map), "map \(map)")
    }
  }

  @Test func mirrorTwiceIsNothing() {
    var random = CounterRandom(seed: 3)
    let pixels = (0..<5 * 7 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    var changed = pixels
    ca_mirror(&changed, 5, 7, 3)
    #expect(changed[0..<3] == pixels[18..<21] && changed[9..<12] == pixels[9..<12])
    ca_mirror(&changed, 5, 7, 3)
    #expect(changed == pixels)
  }
}
