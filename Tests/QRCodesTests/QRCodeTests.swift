import Foundation
import Imaging
import QRCodes
import TestSupport
import Testing

@Suite struct QRCodeTests {
  /// Lengths at the ends of every size.
  private static let texts: [String] = [1, 14, 15, 26, 27, 42, 62, 63, 84, 85, 106, 122, 123, 152, 180, 181, 213].map {
    let text = "http://192.168.178.25:8642/?token=" + String(repeating: "0123456789abcdef", count: 12)
    return String(text.prefix($0))
  }

  private func picture(_ code: QRCode, _ scale: Int) -> Image {
    let side = (code.size + 8) * scale
    var image = Image(width: side, height: side, channels: 1, filledWith: 255)
    for row in 0..<side {
      for column in 0..<side where code[column / scale - 4, row / scale - 4] { image.pixels[row * side + column] = 0 }
    }
    return image
  }

  @Test func sizesGrowWithTheText() {
    #expect(QRCode("")?.size == 21 && QRCode(Self.texts[1])?.size == 21 && QRCode(Self.texts[2])?.size == 25)
    #expect(QRCode(Self.texts.last!)?.size == 57)
    #expect(QRCode(Self.texts.last! + "0") == nil)
  }

  /// zbar, as a phone would, reads what was written: also with letters of several bytes, and with a corner of the data
  /// scratched out.
  @Test(
    .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/zbarimg"), "zbar-tools are not installed"),
    arguments: texts + ["https://hühner.example/türkis/?token=ß"])
  func aReaderReadsIt(_ text: String) throws {
    let folder = try TemporaryFolder()
    for isScratched in [false, true] {
      let code = try #require(QRCode(text))
      var image = picture(code, 4)
      if isScratched {
        // Light where there are data alone: rows next to the lower right corner, 2 of a hundred modules.
        let count = max(2, code.size / 8), side = (code.size + 8) * 4
        for row in 0..<count * 4 {
          for column in 0..<count * 4 {
            image.pixels[(side - 17 - row) * side + side - 17 - column] = 255
          }
        }
      }
      let path = try folder.write(try ImageEncoder.png(image), as: "code.png")
      let reader = Process(), output = Pipe()
      reader.executableURL = URL(fileURLWithPath: "/usr/bin/zbarimg")
      reader.arguments = ["--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", path]
      reader.standardOutput = output
      reader.standardError = FileHandle.nullDevice
      try reader.start()
      let read = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
      reader.waitForEnd()
      #expect(read == text + "\n", "\(text.utf8.count) bytes, scratched: \(isScratched)")
    }
  }

  /// Without a reader at hand: the finder patterns, the timing pattern and the dark module stand where they must, and
  /// the format's code is one of the 32 that there are.
  @Test(arguments: texts) func patternsStandWhereReadersLook(_ text: String) throws {
    let code = try #require(QRCode(text))
    let size = code.size
    let finder = ["1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111"]
    for (x, y) in [(0, 0), (size - 7, 0), (0, size - 7)] {
      for row in 0..<7 {
        #expect((0..<7).map { code[x + $0, y + row] ? "1" : "0" }.joined() == finder[row])
      }
    }
    for place in 8..<size - 8 { #expect(code[place, 6] == (place % 2 == 0) && code[6, place] == (place % 2 == 0)) }
    #expect(code[8, size - 8])
    // The first copy, its highest bit first: along row 8 from the left, then up column 8.
    let first = [0, 1, 2, 3, 4, 5, 7].map { code[$0, 8] } + [8, 7, 5, 4, 3, 2, 1, 0].map { code[8, $0] }
    let second = (0..<7).map { code[8, size - 1 - $0] } + (0..<8).map { code[size - 8 + $0, 8] }
    #expect(first == second)
    let value = first.reduce(0) { $0 << 1 | ($1 ? 1 : 0) } ^ 0b101_0100_0001_0010
    var rest = value
    for place in stride(from: 14, through: 10, by: -1) where rest >> place & 1 == 1 {
      rest ^= 0b101_0011_0111 << (place - 10)
    }
    #expect(rest == 0 && value >> 13 == 0)
  }
}
