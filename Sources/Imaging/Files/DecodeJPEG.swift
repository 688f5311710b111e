import CJPEG
import Models

/// A JPEG decoder that is kept from picture to picture, as a camera needs it. For one thread at a time.
public final class JPEGDecoder {
  /// How much of the detail is decoded: each side is divided by the number, rounded up. Less is faster.
  public enum Scale: UInt32, Sendable, CaseIterable {
    /// All pixels.
    case full = 1
    /// One pixel for 2 x 2.
    case half = 2
    /// One pixel for 4 x 4.
    case quarter = 4
    /// One pixel for 8 x 8.
    case eighth = 8
  }

  private let decoder: OpaquePointer

  /// Takes libjpeg-turbo's memory; throws where there is none.
  public init() throws(ImageError) {
    guard let decoder = cjpeg_decoder_create() else { throw ImageError(file: "JPEG", cause: .noMemory) }
    self.decoder = decoder
  }

  deinit { cjpeg_decoder_destroy(decoder) }

  /// Decodes one picture.
  ///
  /// - Parameters:
  ///   - bytes: the whole file.
  ///   - name: what errors call it.
  ///   - scale: how much of the detail.
  ///   - isFrame: a camera's frame, which has no orientation and is good without its end marker if its rows are there.
  ///   - limits: what decoding it may take; a picture that would take more is decoded with less detail than `scale`.
  /// - Throws: `ImageError` with the name and why.
  public func decode(
    _ bytes: [UInt8], name: String, scale: Scale = .full, isFrame: Bool = false, within limits: DecodingLimits = .files
  ) throws(ImageError) -> Image {
    let result: Result<Image, ImageError> = bytes.withUnsafeBufferPointer { buffer in
      Result { () throws(ImageError) -> Image in
        try decode(buffer, name: name, scale: scale, isFrame: isFrame, within: limits)
      }
    }
    return try result.get()
  }

  private func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, name: String, scale: Scale, isFrame: Bool, within limits: DecodingLimits
  ) throws(ImageError) -> Image {
    var image = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    try decode(bytes, name: name, scale: scale, isFrame: isFrame, within: limits, into: &image)
    return image
  }

  /// Decodes one picture into one that is there, whose memory is used again. After an error `image` holds something.
  ///
  /// - Parameter rule: where it is named, only the columns that it reads of a picture without a known face need come;
  ///   what `image` holds in the others is not said.
  public func decode(
    _ bytes: UnsafeBufferPointer<UInt8>, name: String, scale: Scale = .full, isFrame: Bool = false,
    columnsFor rule: Preprocessing? = nil, within limits: DecodingLimits = .files, into image: inout Image
  ) throws(ImageError) {
    var picture = try start(bytes, name: name, isFrame: isFrame)
    // Before the pixels are decoded, which ends the tag's memory.
    let orientation =
      isFrame ? .upright : Orientation(exif: UnsafeBufferPointer(start: picture.exif, count: picture.exif_count))
    let chosen = try choose(scale, isTurned: orientation != .upright, &picture, name: name, within: limits)
    image.reshape(
      width: Int(picture.output_width), height: Int(picture.output_height), channels: Int(picture.channels))
    let region = rule?.region(ofWidth: image.width, height: image.height)
    // Columns of a turned picture are rows when it stands upright.
    let (first, columns) = orientation == .upright ? (region?.x ?? 0, region?.width ?? image.width) : (0, image.width)
    let status = image.pixels.withUnsafeMutableBufferPointer {
      cjpeg_decoder_finish(decoder, $0.baseAddress, UInt32(first), UInt32(columns))
    }
    guard status == CJPEG_OK else { throw failure(status, name: name) }
    image.reduction = Int(chosen.rawValue / scale.rawValue)
    if orientation != .upright { image = orientation.applied(to: image) }
  }

  private func start(
    _ bytes: UnsafeBufferPointer<UInt8>, name: String, isFrame: Bool
  ) throws(ImageError) -> cjpeg_picture {
    var picture = cjpeg_picture()
    let options = cjpeg_options(forgive_missing_end: isFrame ? 1 : 0, want_exif: isFrame ? 0 : 1)
    let status = cjpeg_decoder_start(decoder, bytes.baseAddress, bytes.count, options, &picture)
    guard status == CJPEG_OK else { throw failure(status, name: name) }
    return picture
  }

  /// The most detail from `scale` on that keeps to the limits; sets the size that comes out.
  private func choose(
    _ scale: Scale, isTurned: Bool, _ picture: inout cjpeg_picture, name: String, within limits: DecodingLimits
  ) throws(ImageError) -> Scale {
    var broken = limits.stored(width: Int(picture.width), height: Int(picture.height))
    if broken == nil {
      for candidate in Scale.allCases where candidate.rawValue >= scale.rawValue {
        let status = cjpeg_decoder_scale(decoder, candidate.rawValue, &picture)
        guard status == CJPEG_OK else { throw failure(status, name: name) }
        let (width, height) = (Int(picture.output_width), Int(picture.output_height))
        let pixels = width * height * Int(picture.channels)
        broken = limits.decoded(
          width: width, height: height, bytes: pixels * (isTurned ? 2 : 1) + Int(clamping: picture.working_bytes),
          advice: picture.is_kept_whole != 0
            ? "A progressive JPEG is kept whole in memory: save it as a baseline JPEG, or smaller" : "Make it smaller")
        if broken == nil { return candidate }
      }
    }
    throw ImageError(file: name, cause: .tooLarge(broken ?? ""))
  }

  private func failure(_ status: cjpeg_status, name: String) -> ImageError {
    let words = String(cString: cjpeg_decoder_message(decoder))
    let cause: ImageError.Cause =
      switch status {
      case CJPEG_TRUNCATED: .truncated
      case CJPEG_INCOMPLETE: .incomplete
      case CJPEG_TOO_LARGE: .tooLarge(words)
      case CJPEG_UNSUPPORTED: .unsupported(words)
      case CJPEG_NO_MEMORY: .noMemory
      default: .damaged(words)
      }
    return ImageError(file: name, cause: cause)
  }
}
