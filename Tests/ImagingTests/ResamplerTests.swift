import Imaging
import Models
import Numerics
import TestSupport
import Testing

/// The rule once more, straight from its definition: slow, and sharing nothing with the tables and kernels.
private func defined(_ image: Image, _ region: PixelRegion, _ width: Int, _ height: Int) -> Image {
  func weights(_ n: Int, _ m: Int, _ i: Int) -> [Int] {
    let p = (2 * i + 1) * n - m, reach = 2 * max(n, m)
    let u = (0..<n).map { max(0, reach - abs(2 * m * $0 - p)) }
    let total = u.reduce(0, +)
    var before = 0
    return u.map { part in
      defer { before += part }
      return ((before + part) * 16384 + total / 2) / total - (before * 16384 + total / 2) / total
    }
  }
  func sample(_ x: Int, _ y: Int, _ c: Int) -> Int {
    let x = min(max(region.x + x, 0), image.width - 1), y = min(max(region.y + y, 0), image.height - 1)
    return Int(image.pixels[(y * image.width + x) * image.channels + c])
  }
  var out: [UInt8] = []
  let across = (0..<width).map { weights(region.width, width, $0) }
  for i in 0..<height {
    let down = weights(region.height, height, i)
    var row = [[Int]](repeating: [0, 0, 0], count: region.width)
    for x in 0..<region.width {
      for c in 0..<image.channels {
        var sum = 8192
        for y in 0..<region.height { sum += down[y] * sample(x, y, c) }
        row[x][c] = sum >> 14
      }
    }
    for j in 0..<width {
      for c in 0..<image.channels {
        var sum = 8192
        for x in 0..<region.width { sum += across[j][x] * row[x][c] }
        out.append(UInt8(sum >> 14))
      }
    }
  }
  return Image(width: width, height: height, channels: image.channels, pixels: out)
}

@Suite struct ResamplerTests {
  @Test(arguments: [1, 3]) func equalsItsDefinition(_ channels: Int) {
    var random = CounterRandom(seed: 20, stream: UInt64(channels))
    for round in 0..<120 {
      let width = 1 + random.below(40), height = 1 + random.below(40)
      let image = testPicture(width, height, channels: channels, seed: UInt64(round))
      let region = PixelRegion(
        x: random.below(60) - 20, y: random.below(60) - 20, width: 1 + random.below(60), height: 1 + random.below(60))
      let toWidth = 1 + random.below(48), toHeight = 1 + random.below(48)
      #expect(
        image.resampled(region, width: toWidth, height: toHeight) == defined(image, region, toWidth, toHeight),
        "round \(round): \(width) x \(height), \(region) to \(toWidth) x \(toHeight)")
    }
  }

  @Test func sameSizeIsTheSamePicture() {
    let image = testPicture(41, 29)
    #expect(image.resampled(width: 41, height: 29) == image)
  }

  @Test func flatStaysFlat() {
    for value: UInt8 in [0, 1, 127, 254, 255] {
      let image = Image(width: 97, height: 55, channels: 3, filledWith: value)
      for side in [1, 7, 54, 55, 56, 97, 256] {
        #expect(
          image.resampled(width: side, height: side) == Image(width: side, height: side, channels: 3, filledWith: value)
        )
      }
    }
  }

  @Test func shrinkingAverages() {
    // A fine chequerboard would alias to black or white where a filter is not widened.
    let pixels: [UInt8] = (0..<64 * 64).map { place in
      let isWhite = (place % 64 + place / 64) % 2 == 1
      return isWhite ? 255 : 0
    }
    let small = Image(width: 64, height: 64, channels: 1, pixels: pixels).resampled(width: 16, height: 16)
    #expect(small.pixels.allSatisfy { (120...135).contains($0) })
  }

  @Test func bytesOfVersion1NeverChange() {
    // A model's training depends on these: a change of the rule is a new version. The digest is FNV-1a.
    let input = Preprocessing(width: 64, height: 64).apply(to: testPicture(160, 120))
    let digest = input.pixels.reduce(UInt64(0xCBF2_9CE4_8422_2325)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    #expect(digest == 0xE45E_346B_D211_904A, "digest \(String(digest, radix: 16))")
  }
}
