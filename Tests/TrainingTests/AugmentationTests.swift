import CFloatKernels
import Datasets
import Imaging
import Models
import Numerics
import TestSupport
import Testing
import Training

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
      ca_warp(
        pixels, Int32(height), Int32(width), &out, Int32(height), Int32(width), Int32(channels), map)
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

  @Test(arguments: Augmentation.Level.allCases)
  func changesFollowFromSeedEpochAndNumber(_ level: Augmentation.Level) throws {
    var random = CounterRandom(seed: 5)
    let pixels = (0..<40 * 50 * 3).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let picture = Dataset.Picture(
      name: "noise", label: 0, source: .image(Image(width: 50, height: 40, channels: 3, pixels: pixels)),
      face: FaceBox(x: 10, y: 8, width: 20, height: 24))
    for colour in Preprocessing.Colour.allCases {
      let rule = Preprocessing(width: 24, height: 24, colour: colour, fit: .face(marginPercent: 10))
      func examples(_ seed: UInt64, _ index: Int) throws -> [Image] {
        try level.augmentation.examples(of: picture, preprocessing: rule, count: 12, seed: seed, index: index)
      }
      let (first, again, other) = try (examples(1, 7), examples(1, 7), examples(1, 8))
      guard case .image(let whole) = picture.source else { return }
      #expect(first[0] == rule.apply(to: whole, face: picture.face))
      #expect(first.count == 13 && first == again)
      #expect(Set(first.map(\.pixels)).count == (level == .none ? 1 : 13))
      #expect((first == other) == (level == .none))
    }
  }

  /// What lies beside the face comes into the picture when it is shifted: a slope goes on to the edge.
  @Test func movingBringsInWhatIsThere() throws {
    let slope = Image(
      width: 120, height: 100, channels: 1, pixels: (0..<100).flatMap { _ in (0..<120).map { UInt8(2 * $0) } })
    let rule = Preprocessing(width: 32, height: 32, colour: .grey, fit: .face(marginPercent: 0))
    var shifted = Augmentation.none
    shifted.shift = 0.1
    let picture = Dataset.Picture(
      name: "slope", label: 0, source: .image(slope), face: FaceBox(x: 40, y: 30, width: 37, height: 37))
    let examples = try shifted.examples(of: picture, preprocessing: rule, count: 20, seed: 3, index: 0)
    for example in examples.dropFirst() {
      for x in 1..<32 {
        // 37 source columns make 32, at 2 a column.
        let rise = Int(example.pixels[x]) - Int(example.pixels[x - 1])
        #expect((1...3).contains(rise), "column \(x)")
      }
    }
    #expect(Set(examples.map { $0.pixels[16] }).count > 5)
  }

  @Test(arguments: [0, 100, 256, 700, 3000])
  func blurKeepsFlatAndMean(_ radius: Int) {
    let (height, width, channels) = (30, 34, 3)
    var scratch = [UInt8](repeating: 0, count: height * width * channels)
    var sums = [UInt32](repeating: 0, count: width * channels)
    func blurred(_ pixels: [UInt8]) -> [UInt8] {
      var pixels = pixels
      ca_blur(&pixels, &scratch, &sums, Int32(height), Int32(width), Int32(channels), Int32(radius))
      return pixels
    }
    for value: UInt8 in [0, 93, 255] {
      let flat = [UInt8](repeating: value, count: scratch.count)
      #expect(blurred(flat) == flat)
    }
    // A bright point in the middle spreads evenly to both sides, and its light is kept where rounding allows.
    var point = [UInt8](repeating: 0, count: scratch.count)
    let middle = (15 * width + 16) * channels + 1
    for y in 13...17 { for x in 14...18 { point[(y * width + x) * channels + 1] = 250 } }
    let spread = blurred(point)
    for step in 1...8 {
      #expect(spread[middle - step * channels] == spread[middle + step * channels])
      #expect(spread[middle - step * width * channels] == spread[middle + step * width * channels])
    }
    if radius <= 700 {
      let total = spread.reduce(0) { $0 + Int($1) }
      #expect(abs(total - 25 * 250) <= 25 * 250 / 12, "\(total)")
    }
    #expect((spread == point) == (radius == 0))
  }

  @Test func noiseHasItsStrengthAndNoBias() {
    var pixels = [UInt8](repeating: 128, count: 40_001)
    ca_noise(&pixels, Int32(pixels.count), 10 * 256, 77)
    let differences = pixels.map { Double($0) - 128 }
    let mean = differences.reduce(0, +) / Double(pixels.count)
    let deviation = (differences.reduce(0) { $0 + $1 * $1 } / Double(pixels.count)).squareRoot()
    #expect(abs(mean) < 0.3 && abs(deviation - 10) < 0.3, "\(mean) \(deviation)")
  }

  @Test func greyIsTheGreyOfTheProject() {
    var random = CounterRandom(seed: 8)
    let image = Image(
      width: 16, height: 16, channels: 3, pixels: (0..<768).map { _ in UInt8(truncatingIfNeeded: random.next()) })
    var grey = image.pixels
    ca_saturate(&grey, 256, 0)
    #expect(grey == image.grey.rgb.pixels)
    var same = image.pixels
    ca_saturate(&same, 256, 256)
    #expect(same == image.pixels)
  }

  /// Dark pictures of little contrast come to use all brightnesses; the order of pixels stays.
  @Test(arguments: [1, 3]) func equalizedPicturesUseAllBrightnesses(_ channels: Int) throws {
    var random = CounterRandom(seed: 21)
    let pixels = (0..<24 * 24 * channels).map { _ in UInt8(40 + random.below(60)) }
    var changes = Augmentation.none
    changes.equalized = 1
    let found = try Self.changed(pixels, channels, changes)
    for changed in found {
      #expect(Int(changed.max()!) - Int(changed.min()!) > 120, "at least half of the way from 60 to 255")
      let pairs = zip(pixels, changed).sorted { $0.0 < $1.0 }
      #expect(zip(pairs, pairs.dropFirst()).allSatisfy { $0.0.1 <= $0.1.1 })
    }
    changes.equalized = 0.5
    #expect((3...13).contains(try Self.changed(pixels, channels, changes).count { $0 != pixels }))
  }

  @Test func flatPicturesKeepAQuarterToTwoThirdsOfTheirContrast() throws {
    var random = CounterRandom(seed: 22)
    let pixels = (0..<24 * 24).map { _ in UInt8(28 + random.below(200)) }
    var changes = Augmentation.none
    changes.flat = 1
    func range(_ pixels: [UInt8]) -> Double { Double(pixels.max()!) - Double(pixels.min()!) }
    let shares = try Self.changed(pixels, 1, changes).map { range($0) / range(pixels) }
    #expect(shares.allSatisfy { (0.24...0.68).contains($0) } && shares.max()! - shares.min()! > 0.1, "\(shares)")
  }

  /// Sixteen changed versions of a picture of 24 x 24.
  private static func changed(_ pixels: [UInt8], _ channels: Int, _ changes: Augmentation) throws -> [[UInt8]] {
    let picture = Dataset.Picture(
      name: "noise", label: 0, source: .image(Image(width: 24, height: 24, channels: channels, pixels: pixels)))
    let rule = Preprocessing(width: 24, height: 24, colour: channels == 1 ? .grey : .rgb)
    let examples = try changes.examples(of: picture, preprocessing: rule, count: 16, seed: 4, index: 0)
    return examples.dropFirst().map(\.pixels)
  }

  @Test func lightFromTheSide() {
    var pixels = [UInt8](repeating: 100, count: 8 * 8)
    ca_side_light(&pixels, 8, 8, 1, 32768, 0)
    #expect(pixels[0] == 56 && pixels[7] == 144 && pixels[56] == 56)  // 1 -+ 7/8 of a half
  }
}
