import CV4L2

/// libv4lconvert, for cameras with none of the formats that are read here: UYVY, Bayer patterns, and the many that only
/// one maker's webcams speak. For one thread at a time, and no longer than its device is open.
final class FrameConverter {
  private let converter: OpaquePointer
  private var pixels = 0

  /// Chooses one of the device's formats.
  ///
  /// - Parameter mode: the size requested; becomes what to ask the device for.
  /// - Returns: nil where the library reads none of the device's formats.
  init?(device: Int32, choosing mode: inout cv4l2_mode) {
    guard let converter = cv4l2_converter_make(device, &mode) else { return nil }
    self.converter = converter
  }

  deinit {
    cv4l2_converter_free(converter)
  }

  /// Takes note of what the device granted; whether that is what was asked for.
  func accept(_ granted: cv4l2_mode) -> Bool {
    var granted = granted
    pixels = Int(granted.width) * Int(granted.height)
    return pixels > 0 && cv4l2_converter_accept(converter, &granted) == 0
  }

  /// A frame as `[height, width, 3]`.
  ///
  /// - Returns: what is wrong with it, nil where it is whole.
  func convert(_ bytes: UnsafeBufferPointer<UInt8>, into rgb: inout [UInt8]) -> String? {
    if rgb.count != 3 * pixels { rgb = [UInt8](repeating: 0, count: 3 * pixels) }
    let isWhole = rgb.withUnsafeMutableBufferPointer {
      cv4l2_convert(converter, bytes.baseAddress, bytes.count, $0.baseAddress, $0.count) == 0
    }
    guard !isWhole else { return nil }
    let words = String(cString: cv4l2_converter_message(converter))
    return words.isEmpty ? "\(bytes.count) bytes that libv4l cannot convert" : words
  }
}
