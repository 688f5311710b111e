import Imaging
import TestSupport
import Testing

/// Frames of cameras that leave the tables out.
@Suite struct HuffmanTableTests {
  private func picture(_ channels: Int) -> Image {
    let pixels = (0..<80 * 60 * channels).map { UInt8(truncatingIfNeeded: $0 &* $0 / 37 + $0 / 11) }
    return Image(width: 80, height: 60, channels: channels, pixels: pixels)
  }

  /// libjpeg writes the typical tables: taken out and put back, the picture is the same.
  @Test(arguments: [1, 3]) func tablesComeBack(channels: Int) throws {
    let whole = try ImageEncoder.jpeg(picture(channels), quality: 90)
    let bare = withoutHuffmanTables(whole)
    #expect(bare.count < whole.count - 100)
    let completed = HuffmanTables.completed(bare)
    #expect(completed.count >= whole.count - 100 && completed != bare)
    #expect(try ImageDecoder.decode(completed, name: "completed") == ImageDecoder.decode(whole, name: "whole"))
    #expect(HuffmanTables.completed(completed) == completed)
  }

  /// What is whole, progressive, cut off or none stays as it is.
  @Test func othersStay() throws {
    let whole = try ImageEncoder.jpeg(picture(3), quality: 90)
    #expect(HuffmanTables.completed(whole) == whole)
    for count in 0..<64 { #expect(HuffmanTables.completed(Array(whole[..<count])) == Array(whole[..<count])) }
    for bytes: [UInt8] in [[], [0xFF], [0xFF, 0xD8], [0xFF, 0xD8, 0xFF, 0xDA, 0, 2], [1, 2, 3]] {
      #expect(HuffmanTables.completed(bytes) == bytes)
    }
    var progressive: [UInt8] = [0xFF, 0xD8, 0xFF, 0xC2, 0, 4, 1, 2]
    progressive += [0xFF, 0xDA, 0, 2]
    #expect(HuffmanTables.completed(progressive) == progressive)
  }
}
