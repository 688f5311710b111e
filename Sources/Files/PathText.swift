/// Paths as text that loses nothing.
///
/// A file's name is bytes, and old discs, archives and cameras bring names that are not UTF-8. Text would replace such
/// bytes, and the file could never be opened again. Here each byte that is not UTF-8 is written `\xE9`, in messages,
/// JSON and reports too, and becomes the byte again where the system is asked. So are control characters, which could
/// break lines and steer a terminal. A backslash that would read as such an escape is written `\x5C`, so that every
/// name has one text and every text one name.
public enum PathText {
  /// The text of a path's bytes, without their end mark.
  public static func text(_ bytes: some Collection<UInt8>) -> String {
    let bytes = Array(bytes)
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count)
    var place = 0
    while place < bytes.count {
      let length = lengthOfScalar(bytes[place...])
      if length == 0 || isEscape(bytes[place...]) {
        text += [backslash, UInt8(ascii: "x"), digits[Int(bytes[place] >> 4)], digits[Int(bytes[place] & 15)]]
        place += 1
      } else {
        text += bytes[place..<place + length]
        place += length
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// The text of a path that C gives.
  public static func text(cString: UnsafePointer<CChar>) -> String {
    var bytes: [UInt8] = []
    var at = cString
    while at.pointee != 0 {
      bytes.append(UInt8(bitPattern: at.pointee))
      at += 1
    }
    return text(bytes)
  }

  /// The bytes of a path, with the end mark that C wants.
  public static func bytes(_ path: String) -> [CChar] {
    let text = Array(path.utf8)
    var bytes: [CChar] = []
    bytes.reserveCapacity(text.count + 1)
    var place = 0
    while place < text.count {
      if isEscape(text[place...]) {
        bytes.append(CChar(bitPattern: value(text[place + 2]) << 4 | value(text[place + 3])))
        place += 4
      } else {
        bytes.append(CChar(bitPattern: text[place]))
        place += 1
      }
    }
    return bytes + [0]
  }

  private static let backslash = UInt8(ascii: "\\")
  private static let digits = Array("0123456789ABCDEF".utf8)

  /// The value of a digit as it is written here; 16 for other characters.
  private static func value(_ digit: UInt8) -> UInt8 { UInt8(digits.firstIndex(of: digit) ?? 16) }

  /// Whether text begins with an escape: of a backslash, a control character, or a byte that is not ASCII.
  private static func isEscape(_ text: ArraySlice<UInt8>) -> Bool {
    let first = text.startIndex
    guard text.count >= 4, text[first] == backslash, text[first + 1] == UInt8(ascii: "x") else { return false }
    let (high, low) = (value(text[first + 2]), value(text[first + 3]))
    guard high < 16, low < 16 else { return false }
    let byte = high << 4 | low
    return byte >= 0x7F || byte < 0x20 && byte > 0 || byte == backslash
  }

  /// Bytes of the UTF-8 sequence that begins here; 0 where none does (Unicode 15, table 3-7), or a control character.
  private static func lengthOfScalar(_ bytes: ArraySlice<UInt8>) -> Int {
    let first = bytes.startIndex, lead = bytes[first]
    if lead < 0x80 { return lead < 0x20 || lead == 0x7F ? 0 : 1 }
    let length: Int
    // The second byte's range keeps out overlong forms, surrogates, and what lies beyond Unicode.
    let second: ClosedRange<UInt8>
    switch lead {
    case 0xC2: (length, second) = (2, 0xA0...0xBF)  // before A0: control characters
    case 0xC3...0xDF: (length, second) = (2, 0x80...0xBF)
    case 0xE0: (length, second) = (3, 0xA0...0xBF)
    case 0xED: (length, second) = (3, 0x80...0x9F)
    case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
    case 0xF0: (length, second) = (4, 0x90...0xBF)
    case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
    case 0xF4: (length, second) = (4, 0x80...0x8F)
    default: return 0
    }
    guard bytes.count >= length, second.contains(bytes[first + 1]) else { return 0 }
    return bytes[(first + 2)..<(first + length)].allSatisfy { $0 & 0xC0 == 0x80 } ? length : 0
  }
}
