/// How a frame's bytes hold its pixels.
public enum PixelFormat: String, Hashable, Sendable, CaseIterable {
  /// Each frame a JPEG.
  case mjpeg
  /// 4:2:2, Y0 U Y1 V for two pixels, BT.601 limited range.
  case yuyv
  /// 4:2:0, a plane of Y, then one of U V pairs at half the size, BT.601 limited range.
  case nv12
  /// R G B; sources that paint, and some cameras.
  case rgb

  /// The format of a V4L2 code of four characters, or nil.
  init?(code: UInt32) {
    switch code {
    case Self.code("MJPG"), Self.code("JPEG"): self = .mjpeg
    case Self.code("YUYV"): self = .yuyv
    case Self.code("NV12"): self = .nv12
    case Self.code("RGB3"): self = .rgb
    default: return nil
    }
  }

  /// What a frame of a camera costs to fetch and to turn into pixels, in rough order: less first.
  var cost: Int {
    switch self {
    case .nv12: 1
    case .yuyv: 2
    case .rgb: 3
    case .mjpeg: 4
    }
  }

  /// A V4L2 code from its four characters, the first in the lowest byte.
  static func code(_ text: String) -> UInt32 {
    text.utf8.reversed().reduce(0) { $0 << 8 | UInt32($1) }
  }

  /// The four characters of a V4L2 code.
  static func text(_ code: UInt32) -> String {
    String(decoding: [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: code >> $0) }, as: UTF8.self)
      .trimmingSuffix(" ")
  }
}

extension String {
  fileprivate func trimmingSuffix(_ character: Character) -> String {
    var text = self
    while text.last == character { text.removeLast() }
    return text
  }
}
