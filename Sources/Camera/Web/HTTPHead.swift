/// The head of an answer of HTTP (RFC 9112).
struct HTTPHead: Sendable {
  /// The status, such as 200.
  let status: Int
  private let fields: [(name: String, value: String)]

  /// The most bytes of a head.
  static let most = 32 << 10

  /// - Parameter bytes: up to its empty line.
  /// - Returns: nil where it is none.
  init?(_ bytes: [UInt8]) {
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: true)[...]
    guard let first = lines.popFirst().map({ String(decoding: $0, as: UTF8.self) }) else { return nil }
    let words = first.split(whereSeparator: { $0 == " " || $0 == "\r" })
    guard words.count >= 2, words[0].hasPrefix("HTTP/1."), words[1].count == 3, let status = Int(words[1]) else {
      return nil
    }
    self.status = status
    fields = lines.compactMap { Self.field(Array($0)) }
  }

  /// The first field of a name, in small letters.
  func value(_ name: String) -> String? { fields.first { $0.name == name }?.value }

  /// All fields of a name.
  func values(_ name: String) -> [String] { fields.filter { $0.name == name }.map(\.value) }

  /// The name, in small letters, and the value of a line.
  static func field(_ line: [UInt8]) -> (name: String, value: String)? {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
    return (text(line[..<colon]).lowercased(), text(line[(colon + 1)...]))
  }

  /// A parameter of a value, as in `multipart/x-mixed-replace; boundary="frame"`.
  static func parameter(_ name: String, of value: String) -> String? {
    for part in value.split(separator: ";").dropFirst() {
      let sides = part.split(separator: "=", maxSplits: 1).map { text(Array($0.utf8)[...]) }
      guard sides.count == 2, sides[0].lowercased() == name else { continue }
      let quoted = sides[1]
      return quoted.hasPrefix("\"") && quoted.hasSuffix("\"") && quoted.count > 1
        ? String(quoted.dropFirst().dropLast()) : quoted
    }
    return nil
  }

  /// Without white space around it.
  private static func text(_ bytes: ArraySlice<UInt8>) -> String {
    var bytes = bytes.drop { $0 <= 0x20 }
    while let last = bytes.last, last <= 0x20 { bytes.removeLast() }
    return String(decoding: bytes, as: UTF8.self)
  }
}

/// A body in chunks (RFC 9112, section 7.1), put together while it comes.
struct ChunkedBody: Sendable {
  private enum Stage: Sendable {
    case size, content(Int), gap, ended
  }

  private var stage = Stage.size
  private var line: [UInt8] = []

  /// Takes what has come, and appends the body's bytes; whether it is a body in chunks.
  mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, into body: inout [UInt8]) -> Bool {
    var place = 0
    while place < bytes.count {
      switch stage {
      case .size, .gap:
        let byte = bytes[place]
        place += 1
        if byte != UInt8(ascii: "\n") {
          line.append(byte)
          guard line.count <= 256 else { return false }
          continue
        }
        guard endLine() else { return false }
      case .content(let left):
        let count = min(left, bytes.count - place)
        body.append(contentsOf: bytes[place..<place + count])
        place += count
        stage = left == count ? .gap : .content(left - count)
      case .ended: return true
      }
    }
    return true
  }

  private mutating func endLine() -> Bool {
    defer { line = [] }
    if case .gap = stage {
      stage = .size
      return line.isEmpty || line == [UInt8(ascii: "\r")]
    }
    let digits = String(decoding: line.prefix { $0 != UInt8(ascii: ";") && $0 > 0x20 }, as: UTF8.self)
    guard digits.count <= 8, let size = Int(digits, radix: 16), size >= 0 else { return false }
    stage = size == 0 ? .ended : .content(size)
    return true
  }
}
