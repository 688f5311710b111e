import CPNG

extension ImageDecoder {
  static func decodePNG(_ bytes: [UInt8], name: String) throws(ImageError) -> Image {
    let result: Result<Image, ImageError> = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(ImageError) -> Image in try decodePNG(buffer, name: name) }
    }
    return try result.get()
  }

  private static func decodePNG(_ bytes: UnsafeBufferPointer<UInt8>, name: String) throws(ImageError) -> Image {
    guard let decoder = cpng_decoder_create(bytes.baseAddress, bytes.count) else {
      throw ImageError(file: name, cause: .noMemory)
    }
    defer { cpng_decoder_destroy(decoder) }
    var picture = cpng_picture()
    var status = cpng_decoder_start(decoder, UInt32(largestSide), UInt64(mostPixels), &picture)
    guard status == CPNG_OK else { throw failure(status, decoder, name: name, picture) }
    let orientation = Orientation(exif: UnsafeBufferPointer(start: picture.exif, count: picture.exif_count))
    let width = Int(picture.width), height = Int(picture.height), channels = Int(picture.channels)
    let pixels = [UInt8](unsafeUninitializedCapacity: width * height * channels) { room, count in
      status = cpng_decoder_finish(decoder, room.baseAddress)
      count = status == CPNG_OK ? width * height * channels : 0
    }
    guard status == CPNG_OK else { throw failure(status, decoder, name: name, picture) }
    return orientation.applied(to: Image(width: width, height: height, channels: channels, pixels: pixels))
  }

  private static func failure(
    _ status: cpng_status, _ decoder: OpaquePointer, name: String, _ picture: cpng_picture
  ) -> ImageError {
    let words = String(cString: cpng_decoder_message(decoder))
    let cause: ImageError.Cause =
      switch status {
      case CPNG_TRUNCATED: .truncated
      case CPNG_TOO_LARGE: .tooLarge("\(picture.width) x \(picture.height) pixels, \(words)")
      case CPNG_NO_MEMORY: .noMemory
      default: .damaged(words)
      }
    return ImageError(file: name, cause: cause)
  }
}
