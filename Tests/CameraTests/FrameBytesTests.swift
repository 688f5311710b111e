import Camera
import Imaging
import Testing

/// JPEG frames that begin oddly.
@Suite struct FrameBytesTests {
  private let picture: [UInt8] = {
    let pixels = (0..<32 * 16 * 3).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    return try! ImageEncoder.jpeg(Image(width: 32, height: 16, channels: 3, pixels: pixels), quality: 80)
  }()

  private func start(_ bytes: [UInt8]) -> Int { bytes.withUnsafeBufferPointer(FrameBytes.start) }

  @Test func aPictureBeginsWhereItsLastStartMarkerStands() {
    #expect(start(picture) == 0)
    #expect(start([0, 0, 0] + picture) == 3)
    #expect(start([0xFF] + picture) == 1)
    #expect(start([0xFF, 0xD8] + picture) == 2)
    #expect(start([1, 2, 0xFF, 0xD8, 0xFF, 0xD8] + picture) == 6)
    // A whole segment between the two.
    #expect(start([0xFF, 0xD8, 0xFF, 0xE0, 0, 4, 1, 2] + picture) == 8)
    // Bytes that look like a start, within the picture's data, are none.
    #expect(start(picture + [0xFF, 0xD8, 0xFF, 0xD9]) == 0)
  }

  @Test func whatIsNoPictureBeginsAtItsBeginning() {
    for bytes: [UInt8] in [[], [0xFF], [0xFF, 0xD8], [1, 2, 3, 4], Array(repeating: 0xFF, count: 50)] {
      #expect(start(bytes) == 0)
    }
    for count in 0..<picture.count { #expect(start(Array(picture.prefix(count))) == 0) }
  }
}

/// Fewer frames than a camera gives.
@Suite struct FrameThinnerTests {
  private func taken(_ rate: Double?, of camera: Double, seconds: Double) -> Int {
    var thinner = FrameThinner(rate: rate)
    return (0..<Int(camera * seconds)).reduce(0) { count, number in
      // Cameras are a little early and late.
      let time = UInt64(1e9 * (Double(number) / camera + (number % 2 == 0 ? 0.002 : -0.002) + 1))
      return thinner.takes(time) ? count + 1 : count
    }
  }

  @Test func asManyAreTakenAsWereAskedFor() {
    #expect(taken(nil, of: 30, seconds: 10) == 300 && taken(30, of: 30, seconds: 10) == 300)
    // A camera that means the same rate loses nothing; one of three may be early by less than a quarter.
    #expect(taken(29.97, of: 30, seconds: 10) >= 299)
    #expect((99...101).contains(taken(10, of: 30, seconds: 10)))
    #expect((99...101).contains(taken(10, of: 15, seconds: 10)))
    #expect((10...11).contains(taken(0.5, of: 30, seconds: 20)))
  }

  @Test func aPauseIsNotCaughtUpWith() {
    var thinner = FrameThinner(rate: 10)
    let before = (0..<10).filter { thinner.takes(UInt64($0) * 100_000_000) }.count
    let after = (0..<10).filter { thinner.takes(UInt64(60_000 + $0 * 33) * 1_000_000) }.count
    #expect(before == 10 && (3...4).contains(after))
  }
}
