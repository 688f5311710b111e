/// Bytes that are no message of Protocol Buffers, or one that breaks a limit.
struct ProtobufError: Error {
  /// Offset in the file of the byte at which reading stopped.
  let offset: Int
  /// What is wrong there, as a clause.
  let reason: String
}

/// The fields of one message in the wire format of Protocol Buffers, one after the other.
///
/// Written by hand, since a few fields of ONNX are all that is wanted: nothing is generated, nothing is copied, and no
/// length is believed before it was compared with the bytes that are left. Messages inside are ranges that the caller
/// opens where it knows them, so that depth is bounded by the caller's own calls.
struct ProtobufReader {
  /// What a field holds.
  enum Value {
    case varint(UInt64)
    case fixed32(UInt32)
    case fixed64(UInt64)
    /// Where text, bytes, a message or packed numbers lie in the file.
    case bytes(Range<Int>)
  }

  /// The whole file.
  let bytes: UnsafeRawBufferPointer
  private(set) var offset: Int
  private let end: Int

  /// A reader of the message that lies in `range`; the whole of `bytes` unless told otherwise.
  init(_ bytes: UnsafeRawBufferPointer, in range: Range<Int>? = nil) {
    self.bytes = bytes
    offset = range?.lowerBound ?? 0
    end = range?.upperBound ?? bytes.count
  }

  func failure(_ reason: String) -> ProtobufError { ProtobufError(offset: offset, reason: reason) }

  /// The next field, nil at the message's end.
  mutating func next() throws(ProtobufError) -> (number: Int, value: Value)? {
    guard offset < end else { return nil }
    let tag = try varint()
    let number = tag >> 3
    guard number > 0, number < 1 << 29 else { throw failure("a field with the number \(number)") }
    let value: Value
    switch tag & 7 {
    case 0: value = .varint(try varint())
    case 1: value = .fixed64(try fixed(UInt64.self))
    case 2:
      let count = try varint()
      guard count <= UInt64(end - offset) else {
        throw failure("a length of \(count) bytes where \(end - offset) are left")
      }
      value = .bytes(offset..<offset + Int(count))
      offset += Int(count)
    case 5: value = .fixed32(try fixed(UInt32.self))
    case 3, 4: throw failure("a group, which ONNX does not use")
    default: throw failure("a field of a kind that there is not")
    }
    return (Int(number), value)
  }

  /// Whether all was read.
  var isAtEnd: Bool { offset >= end }

  /// A number of 7 bits a byte, low ones first.
  mutating func varint() throws(ProtobufError) -> UInt64 {
    var result: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard offset < end else { throw failure("the message ends within a number") }
      let byte = bytes[offset]
      offset += 1
      guard shift < 63 || byte <= 1 else { throw failure("a number of more than 64 bits") }
      result |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return result }
    }
    throw failure("a number of more than 64 bits")
  }

  /// A number of fixed size, little-endian.
  mutating func fixed<Number: FixedWidthInteger>(_ type: Number.Type) throws(ProtobufError) -> Number {
    let size = MemoryLayout<Number>.size
    guard size <= end - offset else { throw failure("the message ends within a number") }
    let number = bytes.loadUnaligned(fromByteOffset: offset, as: type)
    offset += size
    return Number(littleEndian: number)
  }
}

/// What a field is wanted to be.
extension ProtobufReader {
  /// Text; bytes that are no UTF-8 become U+FFFD.
  func text(_ value: Value) throws(ProtobufError) -> String {
    String(decoding: bytes[try range(value)], as: UTF8.self)
  }

  /// Where bytes or a message lie.
  func range(_ value: Value) throws(ProtobufError) -> Range<Int> {
    guard case .bytes(let range) = value else { throw failure("a number where text or a message belongs") }
    return range
  }

  /// A reader of a message inside.
  func message(_ value: Value) throws(ProtobufError) -> ProtobufReader { ProtobufReader(bytes, in: try range(value)) }

  /// A signed number of up to 64 bits.
  func integer(_ value: Value) throws(ProtobufError) -> Int {
    guard case .varint(let number) = value else { throw failure("no whole number where one belongs") }
    return Int(truncatingIfNeeded: number)
  }

  /// A single-precision number.
  func float(_ value: Value) throws(ProtobufError) -> Float {
    guard case .fixed32(let bits) = value else { throw failure("no float where one belongs") }
    return Float(bitPattern: bits)
  }

  /// Appends one number, or a packed run of them.
  func append(_ value: Value, to numbers: inout [Int]) throws(ProtobufError) {
    guard case .bytes(let range) = value else {
      numbers.append(try integer(value))
      return
    }
    var packed = ProtobufReader(bytes, in: range)
    while !packed.isAtEnd { numbers.append(Int(truncatingIfNeeded: try packed.varint())) }
  }

  /// Appends one float, or a packed run of them.
  func append(_ value: Value, to numbers: inout [Float]) throws(ProtobufError) {
    guard case .bytes(let range) = value else {
      numbers.append(try float(value))
      return
    }
    var packed = ProtobufReader(bytes, in: range)
    while !packed.isAtEnd { numbers.append(Float(bitPattern: try packed.fixed(UInt32.self))) }
  }

  /// Appends one double as a float, or a packed run of them.
  func append(doubles value: Value, to numbers: inout [Float]) throws(ProtobufError) {
    switch value {
    case .fixed64(let bits): numbers.append(Float(Double(bitPattern: bits)))
    case .bytes(let range):
      var packed = ProtobufReader(bytes, in: range)
      while !packed.isAtEnd { numbers.append(Float(Double(bitPattern: try packed.fixed(UInt64.self)))) }
    default: throw failure("no double where one belongs")
    }
  }
}
