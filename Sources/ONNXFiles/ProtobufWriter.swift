/// A message in the wire format of Protocol Buffers, as far as ONNX needs it: the counterpart of `ProtobufReader`.
public struct ProtobufWriter {
  /// The bytes so far.
  public private(set) var bytes: [UInt8] = []

  /// An empty message.
  public init() {}

  /// Adds a number of 7 bits a byte, low ones first.
  public mutating func varint(_ number: UInt64) {
    var rest = number
    while rest >= 0x80 {
      bytes.append(UInt8(rest & 0x7F) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(rest))
  }

  /// Adds a whole number as a field.
  public mutating func add(_ field: Int, _ number: Int) {
    varint(UInt64(field << 3))
    varint(UInt64(bitPattern: Int64(number)))
  }

  /// Adds bytes, text or a message as a field.
  public mutating func add(_ field: Int, _ content: [UInt8]) {
    varint(UInt64(field << 3 | 2))
    varint(UInt64(content.count))
    bytes += content
  }

  /// Adds text as a field.
  public mutating func add(_ field: Int, _ text: String) { add(field, Array(text.utf8)) }

  /// Adds a single-precision number as a field.
  public mutating func add(_ field: Int, _ number: Float) {
    varint(UInt64(field << 3 | 5))
    withUnsafeBytes(of: number.bitPattern.littleEndian) { bytes += $0 }
  }
}
