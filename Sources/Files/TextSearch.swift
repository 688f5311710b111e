extension StringProtocol {
  /// Whether these bytes of UTF-8 stand in the text. `contains` of the standard library would bring its engine of
  /// regular expressions, 1.3 MB, into a library that looks for a few words.
  package func holds(_ part: String) -> Bool {
    let (text, part) = (Array(utf8), Array(part.utf8))
    guard !part.isEmpty else { return true }
    guard text.count >= part.count else { return false }
    return (0...text.count - part.count).contains { text[$0..<$0 + part.count].elementsEqual(part) }
  }
}
