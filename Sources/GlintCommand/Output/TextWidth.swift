/// How many columns of a terminal a text takes, and texts that take no more than there are.
enum TextWidth {
  /// Columns of a text without line ends.
  static func columns(_ text: some StringProtocol) -> Int { text.unicodeScalars.reduce(0) { $0 + columns($1) } }

  /// Two for East Asian and pictorial characters, none for marks that are drawn over others (Unicode, annex 11).
  private static func columns(_ scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return scalar.value < 32 ? 0 : 1 }
    switch scalar.properties.generalCategory {
    case .nonspacingMark, .enclosingMark, .format, .control: return 0
    default: break
    }
    switch scalar.value {
    case 0x1100...0x115F, 0x2E80...0x303E, 0x3041...0xA4CF, 0xA960...0xA97C, 0xAC00...0xD7A3, 0xF900...0xFAFF,
      0xFE30...0xFE6F, 0xFF00...0xFF60, 0xFFE0...0xFFE6, 0x1F300...0x1F64F, 0x1F680...0x1F6FF, 0x1F900...0x1FAFF,
      0x20000...0x3FFFD:
      return 2
    default: return 1
    }
  }

  /// The beginning of a text that takes `most` columns, with `…` where that is not all.
  static func cut(_ text: String, to most: Int) -> String {
    guard columns(text) > most else { return text }
    var kept = "", width = 0
    for character in text {
      width += columns(String(character))
      if width > most - 1 { break }
      kept.append(character)
    }
    return most > 0 ? kept + "…" : ""
  }

  /// A text in lines of `most` columns, broken between words; lines that go on are indented by two more than the first.
  /// A word that is longer than a line is broken where the line ends.
  static func wrapped(_ text: String, to most: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { wrappedLine($0, to: most) }
      .joined(separator: "\n")
  }

  private static func wrappedLine(_ text: Substring, to most: Int) -> String {
    guard columns(text) > most, most >= 10 else { return String(text) }
    let indent = text.prefix { $0 == " " }
    let further = String(repeating: " ", count: min(indent.count, most / 2) + 2)
    var lines: [String] = [], line = String(indent), width = indent.count, isEmpty = true, gap = 0
    for word in text.dropFirst(indent.count).split(separator: " ", omittingEmptySubsequences: false) {
      guard !word.isEmpty else {
        gap += 1
        continue
      }
      let length = columns(word), space = isEmpty ? 0 : gap
      if !isEmpty, width + space + length > most {
        lines.append(line)
        (line, width, isEmpty) = (further, further.count, true)
      } else if !isEmpty {
        line += String(repeating: " ", count: space)
        width += space
      }
      for character in word {
        let own = columns(String(character))
        if width + own > most, !isEmpty || width > further.count {
          lines.append(line)
          (line, width) = (further, further.count)
        }
        line.append(character)
        width += own
        isEmpty = false
      }
      gap = 1
    }
    return (lines + [line]).joined(separator: "\n")
  }
}
