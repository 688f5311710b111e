import CJPEG
import CPNG
import Glibc

/// Encodes pictures as JPEG and PNG in memory.
public enum ImageEncoder {
  /// A baseline JPEG.
  ///
  /// - Parameter quality: 1 to 100; values outside are clamped.
  public static func jpeg(_ image: Image, quality: Int) throws(ImageError) -> [UInt8] {
    // libjpeg's own limit.
    guard image.width <= 65500, image.height <= 65500 else { throw tooLarge(image, "JPEG") }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = image.pixels.withUnsafeBufferPointer {
      cjpeg_encode(
        $0.baseAddress, UInt32(image.width), UInt32(image.height), UInt32(image.channels),
        Int32(min(max(quality, 1), 100)), &bytes, &count)
    }
    guard status == CJPEG_OK, let bytes else { throw ImageError(file: "JPEG", cause: .noMemory) }
    defer { free(bytes) }
    return [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  }

  /// An 8-bit PNG.
  public static func png(_ image: Image) throws(ImageError) -> [UInt8] {
    guard image.width <= 1_000_000, image.height <= 1_000_000 else { throw tooLarge(image, "PNG") }
    var bytes: UnsafeMutablePointer<UInt8>?
    var count = 0
    let status = image.pixels.withUnsafeBufferPointer {
      cpng_encode(
        $0.baseAddress, UInt32(image.width), UInt32(image.height), UInt32(image.channels), &bytes, &count)
    }
    guard status == CPNG_OK, let bytes else { throw ImageError(file: "PNG", cause: .noMemory) }
    defer { free(bytes) }
    return [UInt8](UnsafeBufferPointer(start: bytes, count: count))
  }

  private static func tooLarge(_ image: Image, _ format: String) -> ImageError {
    ImageError(file: format, cause: .unencodable("\(image.width) x \(image.height) pixels"))
  }
}
