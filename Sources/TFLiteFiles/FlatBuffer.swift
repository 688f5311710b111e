/// Bytes that are no FlatBuffer, or one that breaks a limit.
struct FlatBufferError: Error {
  /// Offset in the file of the byte at which reading stopped.
  let offset: Int
  /// What is wrong there, as a clause.
  let reason: String
}

/// A file in the format of FlatBuffers: tables of fields that point to each other by offsets.
///
/// Written by hand, as the reader of Protocol Buffers is. No offset, length or table of fields is believed before it
/// was compared with the bytes that there are. Any number of offsets may lead to one place, so that a small file could
/// be read as a huge one: what is copied out of a file is counted, and ends at some times the file's own size.
final class FlatBuffer {
  /// The whole file.
  let bytes: UnsafeRawBufferPointer
  /// Bytes that may still be copied.
  private var allowance: Int

  init(_ bytes: UnsafeRawBufferPointer) {
    self.bytes = bytes
    allowance = 1 << 20 + 16 * bytes.count
  }

  /// The table that the file begins with.
  func root(at start: Int = 0) throws(FlatBufferError) -> Table { try table(pointedToAt: start) }

  /// A number at a place.
  func number<Number: FixedWidthInteger>(
    at place: Int, as type: Number.Type
  ) throws(FlatBufferError) -> Number {
    guard place >= 0, place <= bytes.count - MemoryLayout<Number>.size else {
      throw FlatBufferError(
        offset: min(max(place, 0), bytes.count),
        reason: "an offset leads beyond the file, which is cut short or damaged")
    }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: type))
  }

  /// Where an offset at a place leads.
  func target(ofOffsetAt place: Int) throws(FlatBufferError) -> Int {
    let distance = Int(try number(at: place, as: UInt32.self))
    guard distance > 0 else { throw FlatBufferError(offset: place, reason: "an offset of 0") }
    return place + distance
  }

  func table(pointedToAt place: Int) throws(FlatBufferError) -> Table {
    try Table(self, at: target(ofOffsetAt: place))
  }

  /// Where the elements of a vector lie.
  func elements(ofVectorPointedToAt place: Int, size: Int) throws(FlatBufferError) -> Range<Int> {
    let start = try target(ofOffsetAt: place)
    let count = Int(try number(at: start, as: UInt32.self))
    guard count <= (bytes.count - start - 4) / size else {
      throw FlatBufferError(
        offset: start,
        reason: "a list of \(count) elements of \(size) bytes where \(bytes.count - start - 4) bytes are left")
    }
    return start + 4..<start + 4 + count * size
  }

  /// Counts what is copied.
  func spend(_ count: Int, at offset: Int) throws(FlatBufferError) {
    allowance -= count
    guard allowance >= 0 else {
      throw FlatBufferError(offset: offset, reason: "the same bytes are used too often for a file of this size")
    }
  }
}

/// One table of a FlatBuffer: fields by their numbers in the schema, each of which may be left out.
struct Table {
  let buffer: FlatBuffer
  /// Where it begins.
  let place: Int
  /// Its own bytes, from its place on.
  private let size: Int
  /// Where the places of its fields are listed.
  private let fields: Range<Int>

  init(_ buffer: FlatBuffer, at place: Int) throws(FlatBufferError) {
    self.buffer = buffer
    self.place = place
    // The distance is taken back, and may be negative.
    let list = place - Int(try buffer.number(at: place, as: Int32.self))
    let listed = Int(try buffer.number(at: list, as: UInt16.self))
    size = Int(try buffer.number(at: list + 2, as: UInt16.self))
    guard listed >= 4, listed % 2 == 0, listed <= buffer.bytes.count - list else {
      throw FlatBufferError(offset: list, reason: "a list of fields of \(listed) bytes")
    }
    guard size >= 4, size <= buffer.bytes.count - place else {
      throw FlatBufferError(
        offset: place, reason: "a table of \(size) bytes where \(buffer.bytes.count - place) are left")
    }
    fields = list + 4..<list + listed
    try buffer.spend(64, at: place)
  }

  func failure(_ reason: String) -> FlatBufferError { FlatBufferError(offset: place, reason: reason) }

  /// Where a field of some bytes lies, nil where it is left out.
  private func place(of field: Int, size wanted: Int) throws(FlatBufferError) -> Int? {
    let entry = fields.lowerBound + 2 * field
    guard entry < fields.upperBound else { return nil }
    let distance = Int(try buffer.number(at: entry, as: UInt16.self))
    guard distance > 0 else { return nil }
    guard distance >= 4, distance <= size - wanted else {
      throw FlatBufferError(offset: entry, reason: "a field beyond its table")
    }
    return place + distance
  }

  /// A whole number; where it is left out, the schema's default.
  func integer<Number: FixedWidthInteger>(
    _ field: Int, as type: Number.Type, default fallback: Int = 0
  ) throws(FlatBufferError) -> Int {
    guard let place = try place(of: field, size: MemoryLayout<Number>.size) else { return fallback }
    guard let number = Int(exactly: try buffer.number(at: place, as: type)) else {
      throw FlatBufferError(offset: place, reason: "a number of more than 63 bits")
    }
    return number
  }

  /// A single-precision number; where it is left out, 0.
  func float(_ field: Int) throws(FlatBufferError) -> Float {
    guard let place = try place(of: field, size: 4) else { return 0 }
    return Float(bitPattern: try buffer.number(at: place, as: UInt32.self))
  }

  /// A table inside, nil where it is left out.
  func table(_ field: Int) throws(FlatBufferError) -> Table? {
    guard let place = try place(of: field, size: 4) else { return nil }
    return try buffer.table(pointedToAt: place)
  }

  /// Where the elements of a list lie, none where it is left out.
  func range(_ field: Int, size: Int = 1) throws(FlatBufferError) -> Range<Int> {
    guard let place = try place(of: field, size: 4) else { return 0..<0 }
    return try buffer.elements(ofVectorPointedToAt: place, size: size)
  }

  /// Text; bytes that are no UTF-8 become U+FFFD.
  func text(_ field: Int) throws(FlatBufferError) -> String {
    let range = try range(field)
    try buffer.spend(range.count, at: range.lowerBound)
    return String(decoding: buffer.bytes[range], as: UTF8.self)
  }

  /// A list of tables.
  func tables(_ field: Int, most: Int) throws(FlatBufferError) -> [Table] {
    let range = try range(field, size: 4)
    guard range.count / 4 <= most else { throw failure("more than \(most) entries of one kind") }
    var tables: [Table] = []
    for place in stride(from: range.lowerBound, to: range.upperBound, by: 4) {
      tables.append(try buffer.table(pointedToAt: place))
    }
    return tables
  }

  /// A list of whole numbers.
  func integers<Number: FixedWidthInteger>(
    _ field: Int, as type: Number.Type
  ) throws(FlatBufferError) -> [Int] {
    let size = MemoryLayout<Number>.size
    let range = try range(field, size: size)
    try buffer.spend(range.count / size * 8, at: range.lowerBound)
    return stride(from: range.lowerBound, to: range.upperBound, by: size).map {
      Int(truncatingIfNeeded: Number(littleEndian: buffer.bytes.loadUnaligned(fromByteOffset: $0, as: type)))
    }
  }

  /// A list of single-precision numbers.
  func floats(_ field: Int) throws(FlatBufferError) -> [Float] {
    try integers(field, as: UInt32.self).map { Float(bitPattern: UInt32(truncatingIfNeeded: $0)) }
  }
}
