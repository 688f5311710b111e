import Files
import Foundation
import Testing

@Suite struct TextSearchTests {
  @Test("Text is found by its bytes, at the beginning, in the middle, at the end, and not where it is not")
  func places() {
    // What Foundation finds by bytes, over all pairs of these.
    let texts = ["", "a", "box", "bounding box", "xbo", "boxes", "é", "caf\u{E9}", "cafe\u{301}", "/annex/objects/"]
    for text in texts {
      for part in texts {
        let isIn = part.isEmpty || Data(text.utf8).range(of: Data(part.utf8)) != nil
        #expect(text.holds(part) == isIn, "'\(part)' in '\(text)'")
      }
    }
  }
}
