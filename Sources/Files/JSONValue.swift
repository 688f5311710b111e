/// The part of JSON (RFC 8259) that model files use: no fractions, every number a whole one of 64 bits.
///
/// Objects keep their order, so that the same model gives the same bytes.
public indirect enum JSONValue: Hashable, Sendable {
  /// Text.
  case string(String)
  /// A whole number.
  case integer(Int)
  /// A truth value.
  case bool(Bool)
  /// Values in order.
  case array([JSONValue])
  /// Named values in order, no name twice.
  case object([Member])

  /// A named value of an object.
  public struct Member: Hashable, Sendable {
    /// The member's name, without quotes and escapes.
    public let name: String
    /// What it holds, of any kind.
    public let value: JSONValue

    /// `name` without quotes and escapes.
    public init(_ name: String, _ value: JSONValue) {
      self.name = name
      self.value = value
    }
  }

  /// The value of a member of an object.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.name == name }?.value
  }

  /// The first member of an object that has none of these names.
  public func member(besides known: [String]) -> String? {
    guard case .object(let members) = self else { return nil }
    return members.first { !known.contains($0.name) }?.name
  }

  /// The text, where this is one.
  public var string: String? { if case .string(let text) = self { text } else { nil } }

  /// The number, where this is one.
  public var integer: Int? { if case .integer(let number) = self { number } else { nil } }

  /// The values, where this is an array.
  public var array: [JSONValue]? { if case .array(let values) = self { values } else { nil } }

  /// The numbers, where this is an array of nothing else.
  public var integers: [Int]? {
    guard let array else { return nil }
    var numbers: [Int] = []
    for value in array {
      guard let number = value.integer else { return nil }
      numbers.append(number)
    }
    return numbers
  }

  /// The texts, where this is an array of nothing else.
  public var strings: [String]? {
    guard let array else { return nil }
    var texts: [String] = []
    for value in array {
      guard let text = value.string else { return nil }
      texts.append(text)
    }
    return texts
  }
}

extension JSONValue {
  /// The shortest text of the value, members in their order.
  public var text: String {
    var bytes: [UInt8] = []
    append(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func append(to bytes: inout [UInt8]) {
    switch self {
    case .string(let text): Self.append(text, to: &bytes)
    case .integer(let number): bytes.append(contentsOf: String(number).utf8)
    case .bool(let truth): bytes.append(contentsOf: (truth ? "true" : "false").utf8)
    case .array(let values):
      bytes.append(UInt8(ascii: "["))
      for (index, value) in values.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "]"))
    case .object(let members):
      bytes.append(UInt8(ascii: "{"))
      for (index, member) in members.enumerated() {
        if index > 0 { bytes.append(UInt8(ascii: ",")) }
        Self.append(member.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        member.value.append(to: &bytes)
      }
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let digits = Array("0123456789abcdef".utf8)
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): bytes.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(digits[Int(byte >> 4)])
        bytes.append(digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
