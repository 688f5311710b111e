import Foundation
import Imaging
import Numerics

/// A picture with structure and a little noise, so that no two pixels tell the same.
func testPicture(_ width: Int, _ height: Int, channels: Int = 3, seed: UInt64 = 1) -> Image {
  var random = CounterRandom(seed: seed)
  var pixels: [UInt8] = []
  for y in 0..<height {
    for x in 0..<width {
      for c in 0..<channels {
        let slope = (x * 180 / width + y * 60 / height + 40 * c) % 240
        pixels.append(UInt8(slope + random.below(16)))
      }
    }
  }
  return Image(width: width, height: height, channels: channels, pixels: pixels)
}

/// A picture of flat blocks, which JPEG keeps to within a few steps.
func blocks(_ columns: Int, _ rows: Int, side: Int = 16) -> Image {
  var pixels: [UInt8] = []
  for y in 0..<rows * side {
    for x in 0..<columns * side {
      let number = y / side * columns + x / side
      pixels += [UInt8(40 * number % 256), UInt8((90 + 70 * number) % 256), UInt8((200 + 30 * number) % 256)]
    }
  }
  return Image(width: columns * side, height: rows * side, channels: 3, pixels: pixels)
}

/// The largest difference of two pictures of one shape.
func largestDifference(_ a: Image, _ b: Image) -> Int {
  guard a.width == b.width, a.height == b.height, a.channels == b.channels else { return .max }
  return zip(a.pixels, b.pixels).map { abs(Int($0) - Int($1)) }.max() ?? 0
}

/// A folder of its own that is removed when the test ends.
func withTemporaryFolder(_ body: (String) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("glint-\(UUID().uuidString)").path
  try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(atPath: folder) }
  try body(folder)
}

func write(_ bytes: [UInt8], to path: String) throws {
  try Data(bytes).write(to: URL(fileURLWithPath: path))
}

/// What decoding throws, or nil when it succeeds.
func failure(of bytes: [UInt8], name: String = "test") -> ImageError.Cause? {
  do {
    _ = try ImageDecoder.decode(bytes, name: name)
    return nil
  } catch {
    return error.cause
  }
}
