import CImaging
import Glibc
import Imaging
import Models

/// Turns frames into pictures, its memory kept from frame to frame. For one thread at a time.
public final class FrameDecoder {
  private let jpeg: JPEGDecoder

  /// Takes libjpeg-turbo's memory; throws where there is none.
  public init() throws(ImageError) {
    jpeg = try JPEGDecoder()
  }

  /// Decodes a frame.
  ///
  /// - Parameters:
  ///   - scale: the least detail that serves; only JPEGs know less than all.
  ///   - rule: names the columns that must come, as for `JPEGDecoder`.
  ///   - image: becomes the picture; after an error it holds something.
  public func decode(
    _ frame: Frame, scale: JPEGDecoder.Scale = .full, columnsFor rule: Preprocessing? = nil, into image: inout Image
  ) throws(ImageError) {
    if let failure = frame.failure { throw failure }
    let name = frame.file ?? "frame \(frame.sequence)"
    guard !frame.bytes.isEmpty else { throw ImageError(file: name, cause: .empty) }
    switch frame.format {
    case .mjpeg:
      // Typed throws do not pass through the closure, so the error is carried out by hand.
      var failure: ImageError?
      frame.bytes.withUnsafeBufferPointer { bytes in
        do throws(ImageError) {
          try jpeg.decode(
            bytes, name: name, scale: scale, isFrame: frame.file == nil, columnsFor: rule, into: &image)
        } catch { failure = error }
      }
      if let failure { throw failure }
    case .rgb:
      let row = 3 * frame.width
      let stride = max(frame.stride, row)
      // What fills a row up may be missing behind the last one.
      try check(frame, bytes: stride * (frame.height - 1) + row, name)
      image.reshape(width: frame.width, height: frame.height, channels: 3)
      frame.bytes.withUnsafeBufferPointer { from in
        image.pixels.withUnsafeMutableBufferPointer { to in
          for y in 0..<(stride == row ? 1 : frame.height) {
            let count = stride == row ? row * frame.height : row
            memcpy(to.baseAddress! + y * row, from.baseAddress! + y * stride, count)
          }
        }
      }
    case .yuyv, .nv12:
      let isPlanar = frame.format == .nv12
      let stride = max(frame.stride, isPlanar ? frame.width : 2 * frame.width)
      let bytes = stride * frame.height
      try check(frame, bytes: isPlanar ? bytes + bytes / 2 : bytes, name)
      image.reshape(width: frame.width, height: frame.height, channels: 3)
      frame.bytes.withUnsafeBufferPointer { from in
        image.pixels.withUnsafeMutableBufferPointer { to in
          let convert = isPlanar ? ci_rgb_from_nv12 : ci_rgb_from_yuyv
          convert(from.baseAddress, stride, frame.width, frame.height, to.baseAddress)
        }
      }
    }
  }

  /// The conversion of raw frames that serves within the limit of the process, such as `avx2`.
  public static var variant: String { String(cString: ci_converter_fastest().pointee.name) }

  /// Raw frames have all their bytes, and whole pairs where two pixels share a colour: of columns, and in NV12 of rows
  /// too.
  private func check(_ frame: Frame, bytes: Int, _ name: String) throws(ImageError) {
    let isEven = (frame.format == .rgb || frame.width % 2 == 0) && (frame.format != .nv12 || frame.height % 2 == 0)
    guard frame.width > 0, frame.height > 0, isEven else {
      throw ImageError(file: name, cause: .damaged("\(frame.width) x \(frame.height) pixels"))
    }
    guard frame.bytes.count >= bytes else { throw ImageError(file: name, cause: .truncated) }
  }
}
