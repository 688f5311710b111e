import CPNG

extension ImageDecoder {
  static func decodePNG(_ bytes: [UInt8], name: String, within limits: DecodingLimits) throws(ImageError) -> Image {
    let result: Result<Image, ImageError> = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(ImageError) -> Image in try decodePNG(buffer, name: name, within: limits) }
    }
    return try result.get()
  }

  private static func decodePNG(
    _ bytes: UnsafeBufferPointer<UInt8>, name: String, within limits: DecodingLimits
  ) throws(ImageError) -> Image {
    guard let decoder = cpng_decoder_create(bytes.baseAddress, bytes.count) else {
      throw ImageError(file: name, cause: .noMemory)
    }
    defer { cpng_decoder_destroy(decoder) }
    var picture = cpng_picture()
    var status = cpng_decoder_start(decoder, &picture)
    guard status == CPNG_OK else { throw failure(status, decoder, name: name) }
    let orientation = Orientation(exif: UnsafeBufferPointer(start: picture.exif, count: picture.exif_count))
    let width = Int(picture.width), height = Int(picture.height), channels = Int(picture.channels)
    let bytes = width * height * channels
    if let words = limits.stored(width: width, height: height)
      ?? limits.decoded(
        width: width, height: height,
        bytes: bytes * (orientation == .upright ? 1 : 2) + Int(clamping: picture.working_bytes),
        advice: "PNGs are decoded whole: make it smaller, or a JPEG")
    {
      throw ImageError(file: name, cause: .tooLarge(words))
    }
    let pixels = [UInt8](unsafeUninitializedCapacity: bytes) { room, count in
      status = cpng_decoder_finish(decoder, room.baseAddress)
      count = status == CPNG_OK ? bytes : 0
    }
    guard status == CPNG_OK else { throw failure(status, decoder, name: name) }
    return orientation.applied(to: Image(width: width, height: height, channels: channels, pixels: pixels))
  }

  private static func failure(_ status: cpng_status, _ decoder: OpaquePointer, name: String) -> ImageError {
    let words = String(cString: cpng_decoder_message(decoder))
    let cause: ImageError.Cause =
      switch status {
      case CPNG_TRUNCATED: .truncated
      case CPNG_NO_MEMORY: .noMemory
      default: .damaged(words)
      }
    return ImageError(file: name, cause: cause)
  }
}
