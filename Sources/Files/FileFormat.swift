/// Pictures, and what lies where a picture was meant to be, by their first bytes, whatever their names say.
public enum FileFormat: String, Sendable, CaseIterable {
  /// What is read.
  case jpeg, png
  /// Other pictures.
  case cgbi, webp, gif, bmp, tiff, heic, heif, avif, jpegXL, jpeg2000, jpegLS, psd, icon, svg, raw
  /// Videos.
  case mp4, quickTime, matroska, avi, flash, mpeg
  /// What lies where a picture was meant to be.
  case pdf, webPage, archive, largeFilePointer, annexPointer

  /// The first bytes that are looked at.
  public static let prefix = 512

  /// Tells the format; nil where it is none of these.
  ///
  /// - Parameter bytes: a file's first bytes.
  public init?(_ bytes: some Collection<UInt8>) {
    let bytes = Array(bytes.prefix(Self.prefix))
    // Text may have the letters of a signature where others have theirs: "# A wider net" is no QuickTime video.
    let binary = Self.isText(bytes) ? nil : Self.bySignature(bytes) ?? Self.byBrand(bytes)
    guard let found = Self.byLongSignature(bytes) ?? binary ?? Self.byText(bytes) else { return nil }
    self = found
  }

  /// Whether bytes are text in UTF-8, the last character of which may be cut. No binary format's first bytes are: each
  /// has a size, a version or a mark among them that is no character.
  static func isText(_ bytes: some Collection<UInt8>) -> Bool {
    isPrintable(bytes) && (0..<4).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }

  /// Whether bytes are white space, printable characters, and what UTF-8 or Latin-1 makes of others.
  static func isPrintable(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy { $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }
  }

  /// Whether it is decoded here.
  public var isRead: Bool { self == .jpeg || self == .png }

  /// Whether somebody who put it into a folder of pictures meant a picture: pictures, videos, and stand-ins for large
  /// files.
  public var isPicture: Bool { self != .pdf && self != .webPage && self != .archive }

  /// Its group among all kinds of files; nil where more is known of it elsewhere.
  var group: FileKind.Group? {
    switch self {
    case .mp4, .quickTime, .matroska, .avi, .flash, .mpeg: .video
    case .pdf: .other
    case .webPage, .archive, .largeFilePointer, .annexPointer, .svg: nil
    default: .picture
    }
  }

  /// For people, with its article.
  public var name: String {
    switch self {
    case .jpeg: "a JPEG picture"
    case .png: "a PNG picture"
    case .cgbi: "a PNG that Xcode rewrote for iPhones (CgBI)"
    case .webp: "a WebP picture"
    case .gif: "a GIF picture"
    case .bmp: "a BMP picture"
    case .tiff: "a TIFF picture or a camera's raw file"
    case .heic: "a HEIC picture"
    case .heif: "a HEIF picture"
    case .avif: "an AVIF picture"
    case .jpegXL: "a JPEG XL picture"
    case .jpeg2000: "a JPEG 2000 picture"
    case .jpegLS: "a JPEG-LS picture"
    case .psd: "a Photoshop document"
    case .icon: "an icon file"
    case .svg: "an SVG drawing"
    case .raw: "a camera's raw file"
    case .mp4: "an MP4 video"
    case .quickTime: "a QuickTime video"
    case .matroska: "a Matroska or WebM video"
    case .avi: "an AVI video"
    case .flash: "a Flash video"
    case .mpeg: "an MPEG video"
    case .pdf: "a PDF document"
    case .webPage: "a web page"
    case .archive: "an archive"
    case .largeFilePointer: "a Git LFS pointer"
    case .annexPointer: "a git-annex pointer"
    }
  }

  /// What to do with it where a picture is wanted, as a clause.
  public var advice: String {
    switch self {
    case .jpeg, .png: "nothing"
    case .cgbi: "take the original, or convert it back with Xcode's pngcrush -revert-iphone-optimizations"
    case .mp4, .quickTime, .matroska, .avi, .flash, .mpeg:
      "take pictures out of it, as with ffmpeg -i VIDEO -r 2 picture-%04d.jpg"
    case .heic, .heif: "convert it, as with heif-convert, or let the phone save 'most compatible'"
    case .webPage: "the download went wrong; fetch the picture itself"
    case .archive: "unpack it"
    case .largeFilePointer: "fetch the content with git lfs pull"
    case .annexPointer: "fetch the content with git annex get"
    default: "convert it to JPEG or PNG"
    }
  }

  private static func has(_ bytes: [UInt8], _ text: String, at place: Int = 0) -> Bool {
    bytes.dropFirst(place).starts(with: text.utf8)
  }

  /// Letters that nobody writes by chance, whatever follows.
  private static func byLongSignature(_ bytes: [UInt8]) -> FileFormat? {
    if has(bytes, "RIFF"), has(bytes, "WEBP", at: 8) { return .webp }
    if has(bytes, "RIFF"), has(bytes, "AVI ", at: 8) { return .avi }
    return has(bytes, "GIF87a") || has(bytes, "GIF89a") ? .gif : nil
  }

  private static func bySignature(_ bytes: [UInt8]) -> FileFormat? {
    if bytes.starts(with: [0xFF, 0xD8, 0xFF, 0xF7]) { return .jpegLS }
    if bytes.starts(with: [0xFF, 0xD8, 0xFF]) { return .jpeg }
    if bytes.starts(with: [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) {
      return has(bytes, "CgBI", at: 12) ? .cgbi : .png
    }
    if has(bytes, "BM"), bytes.count > 26, bytes[6...9].allSatisfy({ $0 == 0 }) { return .bmp }
    if has(bytes, "II*\0") || has(bytes, "MM\0*") || has(bytes, "II+\0") || has(bytes, "MM\0+") { return .tiff }
    if has(bytes, "II"), has(bytes, "HEAPCCDR", at: 6) { return .raw }
    if has(bytes, "FUJIFILMCCD-RAW") { return .raw }
    if bytes.starts(with: [0xFF, 0x0A]) || has(bytes, "\0\0\0\u{C}JXL ") { return .jpegXL }
    if bytes.starts(with: [0xFF, 0x4F, 0xFF, 0x51]) || has(bytes, "\0\0\0\u{C}jP  ") { return .jpeg2000 }
    if has(bytes, "8BPS") { return .psd }
    if bytes.starts(with: [0, 0, 1, 0]), bytes.count > 5, bytes[4] > 0, bytes[5] == 0 { return .icon }
    if bytes.starts(with: [0x1A, 0x45, 0xDF, 0xA3]) { return .matroska }
    if has(bytes, "FLV\u{1}") { return .flash }
    if bytes.starts(with: [0, 0, 1, 0xBA]) || bytes.starts(with: [0, 0, 1, 0xB3]) { return .mpeg }
    if bytes.count > 376, bytes[0] == 0x47, bytes[188] == 0x47, bytes[376] == 0x47 { return .mpeg }
    if has(bytes, "PK\u{3}\u{4}") || bytes.starts(with: [0x1F, 0x8B, 8])
      || bytes.starts(with: [0x37, 0x7A, 0xBC, 0xAF])
    {
      return .archive
    }
    return nil
  }

  /// By the brands of an ISO base media file (ISO/IEC 14496-12, section 4.3): the main one, then those that it is
  /// compatible with, since `mif1` and `msf1` say no more than that it is a HEIF picture or a sequence of them.
  private static func byBrand(_ bytes: [UInt8]) -> FileFormat? {
    if has(bytes, "moov", at: 4) || has(bytes, "mdat", at: 4) || has(bytes, "wide", at: 4) { return .quickTime }
    guard bytes.count >= 12, has(bytes, "ftyp", at: 4) else { return nil }
    let size = bytes[..<4].reduce(0) { $0 << 8 | Int($1) }
    let end = max(12, min(size, bytes.count))
    let places = [8] + stride(from: 16, to: end - 3, by: 4)
    let brands = places.map { String(decoding: bytes[$0..<$0 + 4], as: UTF8.self) }
    let known: [(FileFormat, [String])] = [
      (.avif, ["avif", "avis"]), (.heic, ["heic", "heix", "heim", "heis", "hevc", "hevx", "hevm", "hevs"]),
    ]
    if ["mif1", "mif2", "msf1", "miaf", "mif3"].contains(brands[0]) {
      for (format, own) in known where brands.contains(where: own.contains) { return format }
      return .heif
    }
    for (format, own) in known where own.contains(brands[0]) { return format }
    switch brands[0] {
    case "qt  ": return .quickTime
    case "crx ": return .raw
    case "jxl ": return .jpegXL
    case "jp2 ", "jpx ", "jpm ": return .jpeg2000
    default: return .mp4
    }
  }

  private static func byText(_ bytes: [UInt8]) -> FileFormat? {
    let text = bytes.drop { $0 == 0xEF || $0 == 0xBB || $0 == 0xBF || $0 == 0x20 || (9...13).contains($0) }
    let lower = text.map { (65...90).contains($0) ? $0 + 32 : $0 }
    if has(lower, "%pdf-") { return .pdf }
    if has(lower, "version https://git-lfs") { return .largeFilePointer }
    if has(lower, "/annex/objects/") { return .annexPointer }
    let isMarkup = has(lower, "<?xml") || has(lower, "<!")
    if has(lower, "<svg") || isMarkup && lower.indices.contains(where: { has(lower, "<svg", at: $0) }) { return .svg }
    return has(lower, "<!doctype html") || has(lower, "<html") ? .webPage : nil
  }
}
