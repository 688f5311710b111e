import Files
import Imaging
import Testing

/// Files are what their first bytes say, and what is not read is named, with what to do.
@Suite struct FormatTests {
  /// The first box of an ISO base media file.
  private func box(_ brands: String...) -> [UInt8] {
    var body: [UInt8] = Array("ftyp".utf8) + Array(brands[0].utf8)
    body += [0, 0, 0, 0]
    for brand in brands.dropFirst() { body += Array(brand.utf8) }
    let size: [UInt8] = [0, 0, 0, UInt8(4 + body.count)]
    let next: [UInt8] = [0, 0, 0, 8] + Array("mdat".utf8)
    return size + body + next
  }

  @Test(
    arguments: [
      ("heic", .heic), ("heix", .heic), ("hevc", .heic), ("hevx", .heic), ("heim", .heic), ("heis", .heic),
      ("mif1", .heif), ("msf1", .heif), ("avif", .avif), ("avis", .avif), ("crx ", .raw), ("qt  ", .quickTime),
      ("isom", .mp4), ("mp42", .mp4), ("jp2 ", .jpeg2000),
    ] as [(String, FileFormat)])
  func brands(_ brand: String, _ format: FileFormat) {
    #expect(FileFormat(box(brand)) == format)
  }

  @Test func generalBrandsAreToldByTheOthers() {
    #expect(FileFormat(box("mif1", "mif1", "heic")) == .heic)
    #expect(FileFormat(box("msf1", "hevc")) == .heic)
    #expect(FileFormat(box("mif1", "miaf", "avif")) == .avif)
    // A box that ends before the brands that follow it.
    #expect(FileFormat([0, 0, 0, 16] + box("mif1", "heic").dropFirst(4)) == .heif)
    #expect(FileFormat(Array(box("mif1", "heic").prefix(11))) == nil)
  }

  @Test(
    arguments: [
      (Array("GIF89a".utf8), .gif), (Array("RIFF1234WEBPVP8 ".utf8), .webp), (Array("RIFF1234AVI LIST".utf8), .avi),
      (Array("II*\0".utf8), .tiff), (Array("MM\0*".utf8), .tiff), ([0xFF, 0x0A, 0x00], .jpegXL),
      ([0, 0, 0, 12] + Array("JXL \r\n".utf8), .jpegXL), ([0, 0, 0, 12] + Array("jP  \r\n".utf8), .jpeg2000),
      ([0xFF, 0x4F, 0xFF, 0x51], .jpeg2000), ([0xFF, 0xD8, 0xFF, 0xF7], .jpegLS), (Array("8BPS\0\u{1}".utf8), .psd),
      (Array("BM".utf8) + [9, 9, 9, 9, 0, 0, 0, 0] + [UInt8](repeating: 1, count: 20), .bmp),
      (Array("%PDF-1.7".utf8), .pdf),
      (Array("\u{FEFF} <?xml version=\"1.0\"?>\n<svg xmlns=".utf8), .svg), (Array("<SVG".utf8), .svg),
      (Array("\n<!DOCTYPE html><html>".utf8), .webPage), ([0x1A, 0x45, 0xDF, 0xA3], .matroska),
      (Array("PK\u{3}\u{4}".utf8), .archive),
      (Array("version https://git-lfs.github.com/spec/v1".utf8), .largeFilePointer),
      (Array("/annex/objects/SHA256E-s1".utf8), .annexPointer),
    ] as [([UInt8], FileFormat)])
  func signatures(_ bytes: [UInt8], _ format: FileFormat) throws {
    #expect(FileFormat(bytes) == format)
    // One byte less than a signature, or other text, is nothing known.
    #expect(FileFormat(Array(bytes.prefix(1))) == nil)
    #expect(failure(of: bytes) == .notAPicture(format))
    let reason = ImageError(file: "x", cause: .notAPicture(format)).reason
    #expect(reason.hasPrefix(format.name) && reason.hasSuffix(format.advice) && !format.isRead)
  }

  @Test func readFormatsAndXcodesPNG() throws {
    let png = try ImageEncoder.png(testPicture(9, 9))
    let jpeg = try ImageEncoder.jpeg(testPicture(9, 9), quality: 80)
    #expect(FileFormat(png) == .png && FileFormat(jpeg) == .jpeg)
    // Xcode puts a chunk of its own before the header.
    let rewritten = Array(png[..<8]) + PNGChunk.bytes("CgBI", [0x50, 0, 0x20, 2]) + png[8...]
    #expect(failure(of: rewritten) == .notAPicture(.cgbi))
    #expect(FileFormat(Array("Dear diary".utf8)) == nil && FileFormat([UInt8]()) == nil)
  }
}
