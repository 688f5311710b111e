import Files
import Numerics
import Testing

@Suite struct PathTextTests {
  private func back(_ text: String) -> [UInt8] { PathText.bytes(text).dropLast().map { UInt8(bitPattern: $0) } }

  @Test(
    arguments: [
      (Array("plain/a b.jpg".utf8), "plain/a b.jpg"), (Array("é/日本.jpg".utf8), "é/日本.jpg"),
      ([0x63, 0x61, 0x66, 0xE9], "caf\\xE9"), ([0xC3], "\\xC3"), ([0xC3, 0x28], "\\xC3("),
      // Overlong, a surrogate, beyond Unicode, cut short.
      ([0xC0, 0xAF], "\\xC0\\xAF"), ([0xED, 0xA0, 0x80], "\\xED\\xA0\\x80"),
      ([0xF4, 0x90, 0x80, 0x80], "\\xF4\\x90\\x80\\x80"), ([0xE2, 0x82], "\\xE2\\x82"),
      // What breaks lines or steers a terminal.
      (Array("a\nb\u{1B}[2J".utf8), "a\\x0Ab\\x1B[2J"), ([0xC2, 0x9B], "\\xC2\\x9B"), ([0x7F], "\\x7F"),
      // A name that reads as an escape is none.
      (Array("caf\\xE9".utf8), "caf\\x5CxE9"), (Array("\\x5C".utf8), "\\x5Cx5C"),
      (Array("\\xZZ\\x41".utf8), "\\xZZ\\x41"),
    ] as [([UInt8], String)])
  func everyNameHasOneText(_ bytes: [UInt8], _ text: String) {
    #expect(PathText.text(bytes) == text)
    #expect(back(text) == bytes)
  }

  @Test func randomNamesComeBack() {
    var random = CounterRandom(seed: 12)
    let pool = Array("\\x5CxE9é/.".utf8) + [0xE9, 0xC3, 0xF0, 0x9F, 0x80, 0x0A]
    for _ in 0..<20_000 {
      let bytes = (0..<random.below(12)).map { _ in
        random.below(3) > 0 ? pool[random.below(pool.count)] : UInt8(1 + random.below(255))
      }
      #expect(back(PathText.text(bytes)) == bytes)
    }
  }
}
