/// Text that is no JSON, or more than model files use.
public struct JSONError: Error, Hashable, Sendable {
  /// Offset of the byte at which reading stopped.
  public let offset: Int
  /// What is wrong there.
  public let reason: String
}

extension JSONValue {
  /// Reads a value that fills `bytes` but for white space.
  ///
  /// Strict: no name twice in an object, no fraction or exponent, valid UTF-8, at most 64 levels deep.
  public init(parsing bytes: UnsafeRawBufferPointer) throws(JSONError) {
    var parser = JSONParser(bytes: bytes)
    self = try parser.document()
  }

  /// Reads a value from text.
  public init(parsing text: String) throws(JSONError) {
    let bytes = Array(text.utf8)
    let result = bytes.withUnsafeBytes { bytes -> Result<JSONValue, JSONError> in
      do throws(JSONError) { return .success(try JSONValue(parsing: bytes)) } catch { return .failure(error) }
    }
    self = try result.get()
  }
}

private struct JSONParser {
  let bytes: UnsafeRawBufferPointer
  var offset = 0

  init(bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  mutating func document() throws(JSONError) -> JSONValue {
    let result = try value(depth: 0)
    skipSpace()
    guard offset == bytes.count else { throw failure("text after the end") }
    return result
  }

  private func failure(_ reason: String) -> JSONError { JSONError(offset: offset, reason: reason) }

  private var peek: UInt8? { offset < bytes.count ? bytes[offset] : nil }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { offset += 1 }
  }

  /// Passes over white space and one expected byte.
  private mutating func expect(_ character: Unicode.Scalar) throws(JSONError) {
    skipSpace()
    guard peek == UInt8(ascii: character) else { throw failure("'\(character)' expected") }
    offset += 1
  }

  /// Passes over white space and one byte, if it is there.
  private mutating func accept(_ character: Unicode.Scalar) -> Bool {
    skipSpace()
    guard peek == UInt8(ascii: character) else { return false }
    offset += 1
    return true
  }

  private mutating func value(depth: Int) throws(JSONError) -> JSONValue {
    guard depth < 64 else { throw failure("nested too deeply") }
    skipSpace()
    switch peek {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case nil: throw failure("the text ends too early")
    case let byte? where byte == UInt8(ascii: "-") || byte.isDigit: return .integer(try integer())
    default: throw failure("a value expected")
    }
  }

  private mutating func word(_ word: String, _ value: JSONValue) throws(JSONError) -> JSONValue {
    for byte in word.utf8 {
      guard peek == byte else { throw failure("'\(word)' expected") }
      offset += 1
    }
    return value
  }

  private mutating func object(depth: Int) throws(JSONError) -> JSONValue {
    try expect("{")
    var members: [JSONValue.Member] = []
    var names: Set<String> = []
    if accept("}") { return .object(members) }
    repeat {
      skipSpace()
      guard peek == UInt8(ascii: "\"") else { throw failure("a name expected") }
      let name = try string()
      guard names.insert(name).inserted else { throw failure("the name '\(name)' stands twice") }
      try expect(":")
      members.append(.init(name, try value(depth: depth + 1)))
    } while accept(",")
    try expect("}")
    return .object(members)
  }

  private mutating func array(depth: Int) throws(JSONError) -> JSONValue {
    try expect("[")
    var values: [JSONValue] = []
    if accept("]") { return .array(values) }
    repeat { values.append(try value(depth: depth + 1)) } while accept(",")
    try expect("]")
    return .array(values)
  }

  private mutating func integer() throws(JSONError) -> Int {
    let negative = accept("-")
    let start = offset
    var result = 0
    while let byte = peek, byte.isDigit {
      let digit = Int(byte - UInt8(ascii: "0"))
      let (product, overflow) = result.multipliedReportingOverflow(by: 10)
      let (sum, beyond) = product.subtractingReportingOverflow(digit)
      guard !overflow, !beyond else { throw failure("the number is too large") }
      result = sum
      offset += 1
    }
    guard offset > start else { throw failure("a digit expected") }
    guard offset - start == 1 || bytes[start] != UInt8(ascii: "0") else { throw failure("a number starts with 0") }
    if let byte = peek, byte == UInt8(ascii: ".") || byte | 0x20 == UInt8(ascii: "e") {
      throw failure("a fraction; numbers are whole here")
    }
    guard negative || result != .min else { throw failure("the number is too large") }
    return negative ? result : -result
  }

  private mutating func string() throws(JSONError) -> String {
    offset += 1
    var content: [UInt8] = []
    while true {
      guard let byte = peek else { throw failure("a text without end") }
      offset += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let text = String(validating: content, as: UTF8.self) else { throw failure("no valid UTF-8") }
        return text
      case UInt8(ascii: "\\"): try escape(into: &content)
      case 0..<0x20: throw failure("a control character inside a text")
      default: content.append(byte)
      }
    }
  }

  private mutating func escape(into content: inout [UInt8]) throws(JSONError) {
    guard let byte = peek else { throw failure("a text without end") }
    offset += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): content.append(byte)
    case UInt8(ascii: "b"): content.append(0x08)
    case UInt8(ascii: "f"): content.append(0x0C)
    case UInt8(ascii: "n"): content.append(0x0A)
    case UInt8(ascii: "r"): content.append(0x0D)
    case UInt8(ascii: "t"): content.append(0x09)
    case UInt8(ascii: "u"):
      var code = UInt32(try fourDigits())
      if (0xD800..<0xDC00).contains(code) {
        guard peek == UInt8(ascii: "\\") else { throw failure("half of a surrogate pair") }
        offset += 1
        guard peek == UInt8(ascii: "u") else { throw failure("half of a surrogate pair") }
        offset += 1
        let low = UInt32(try fourDigits())
        guard (0xDC00..<0xE000).contains(low) else { throw failure("half of a surrogate pair") }
        code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
      }
      guard let scalar = Unicode.Scalar(code) else { throw failure("half of a surrogate pair") }
      content.append(contentsOf: String(Character(scalar)).utf8)
    default: throw failure("an unknown escape")
    }
  }

  private mutating func fourDigits() throws(JSONError) -> UInt16 {
    var code: UInt16 = 0
    for _ in 0..<4 {
      guard let byte = peek, let digit = Character(Unicode.Scalar(byte)).hexDigitValue, byte < 0x80 else {
        throw failure("four hexadecimal digits expected")
      }
      code = code << 4 | UInt16(digit)
      offset += 1
    }
    return code
  }
}

extension UInt8 {
  fileprivate var isDigit: Bool { self >= 0x30 && self <= 0x39 }
}
