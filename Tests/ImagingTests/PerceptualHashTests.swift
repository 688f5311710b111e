import Imaging
import Numerics
import Testing

@Suite struct PerceptualHashTests {
  /// Soft blobs, each seed another picture.
  private func scene(_ seed: UInt64, side: Int = 96) -> Image {
    var random = CounterRandom(seed: seed)
    let coarse = Image(width: 6, height: 6, channels: 1, pixels: (0..<36).map { _ in UInt8(random.below(256)) })
    return coarse.resampled(width: side, height: side)
  }

  @Test func copiesAreNear() throws {
    for seed in 0..<20 as Range<UInt64> {
      let image = scene(seed), hash = PerceptualHash(image)
      let smaller = image.resampled(width: 60, height: 60)
      let squeezed = try ImageDecoder.decode(ImageEncoder.jpeg(image, quality: 40), name: "squeezed")
      let darker = Image(width: 96, height: 96, channels: 1, pixels: image.pixels.map { $0 / 4 * 3 })
      #expect(hash.distance(to: PerceptualHash(smaller)) <= 6)
      #expect(hash.distance(to: PerceptualHash(squeezed)) <= 6)
      #expect(hash.distance(to: PerceptualHash(darker)) <= 10)
      #expect(hash.distance(to: PerceptualHash(image.rgb)) == 0)
    }
  }

  @Test func unrelatedPicturesAreFar() {
    let hashes = (0..<20 as Range<UInt64>).map { PerceptualHash(scene($0)) }
    for i in 0..<20 {
      for j in 0..<i { #expect(hashes[i].distance(to: hashes[j]) > 12, "\(i), \(j)") }
    }
  }
}
