/// A table of a FlatBuffer, for tests that make TensorFlow Lite files by code.
public struct FlatTable {
  /// What a field holds.
  public indirect enum Value {
    /// A number of one byte.
    case byte(Int)
    /// A number of four bytes.
    case whole(Int)
    /// A single-precision number.
    case fraction(Float)
    /// Text.
    case text(String)
    /// Bytes.
    case bytes([UInt8])
    /// Numbers of four bytes.
    case wholes([Int])
    /// Numbers of eight bytes.
    case longs([Int])
    /// Single-precision numbers.
    case fractions([Float])
    /// A table.
    case table(FlatTable)
    /// Tables.
    case tables([FlatTable])
  }

  /// The fields by their numbers in the schema; others are left out.
  public var fields: [Int: Value]

  /// A table with these fields.
  public init(_ fields: [Int: Value] = [:]) { self.fields = fields }

  /// A whole file: this table with an identifier of four letters before it.
  public func file(_ identifier: String) -> [UInt8] {
    var bytes: [UInt8] = [0, 0, 0, 0] + Array(identifier.utf8)
    let place = append(to: &bytes)
    Self.put(UInt32(place), at: 0, in: &bytes)
    return bytes
  }

  /// Appends list of fields, table, and all that it points to; where the table begins.
  private func append(to bytes: inout [UInt8]) -> Int {
    while bytes.count % 4 != 0 { bytes.append(0) }
    let count = (fields.keys.max() ?? -1) + 1
    let list = bytes.count
    var places: [Int: Int] = [:]
    var size = 4
    for field in fields.keys.sorted() {
      places[field] = size
      size += 4
    }
    Self.add(UInt16(4 + 2 * count), to: &bytes)
    Self.add(UInt16(size), to: &bytes)
    for field in 0..<count { Self.add(UInt16(places[field] ?? 0), to: &bytes) }
    while bytes.count % 4 != 0 { bytes.append(0) }
    let start = bytes.count
    Self.add(UInt32(start - list), to: &bytes)
    bytes += [UInt8](repeating: 0, count: size - 4)
    for (field, place) in places.sorted(by: { $0.key < $1.key }) {
      let at = start + place
      switch fields[field]! {
      case .byte(let number): bytes[at] = UInt8(truncatingIfNeeded: number)
      case .whole(let number): Self.put(UInt32(truncatingIfNeeded: number), at: at, in: &bytes)
      case .fraction(let number): Self.put(number.bitPattern, at: at, in: &bytes)
      case .text(let text): Self.pointed(at, &bytes) { Self.list(Array(text.utf8), text.utf8.count, &$0) }
      case .bytes(let list): Self.pointed(at, &bytes) { Self.list(list, list.count, &$0) }
      case .wholes(let numbers):
        Self.pointed(at, &bytes) { Self.list(littleEndian(numbers.map { Int32($0) }), numbers.count, &$0) }
      case .longs(let numbers):
        Self.pointed(at, &bytes) { Self.list(littleEndian(numbers.map { Int64($0) }), numbers.count, &$0) }
      case .fractions(let numbers):
        Self.pointed(at, &bytes) { Self.list(littleEndian(numbers.map(\.bitPattern)), numbers.count, &$0) }
      case .table(let table):
        Self.put(UInt32(table.append(to: &bytes) - at), at: at, in: &bytes)
      case .tables(let tables):
        while bytes.count % 4 != 0 { bytes.append(0) }
        let list = bytes.count
        Self.put(UInt32(list - at), at: at, in: &bytes)
        Self.add(UInt32(tables.count), to: &bytes)
        bytes += [UInt8](repeating: 0, count: 4 * tables.count)
        for (index, table) in tables.enumerated() {
          let entry = list + 4 + 4 * index
          Self.put(UInt32(table.append(to: &bytes) - entry), at: entry, in: &bytes)
        }
      }
    }
    return start
  }

  private static func pointed(_ at: Int, _ bytes: inout [UInt8], _ append: (inout [UInt8]) -> Void) {
    while bytes.count % 4 != 0 { bytes.append(0) }
    put(UInt32(bytes.count - at), at: at, in: &bytes)
    append(&bytes)
  }

  private static func list(_ content: [UInt8], _ count: Int, _ bytes: inout [UInt8]) {
    add(UInt32(count), to: &bytes)
    bytes += content
  }

  private static func add<Number: FixedWidthInteger>(_ number: Number, to bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
  }

  private static func put(_ number: UInt32, at place: Int, in bytes: inout [UInt8]) {
    withUnsafeBytes(of: number.littleEndian) { bytes.replaceSubrange(place..<place + 4, with: $0) }
  }
}

/// The bytes of numbers, low ones first.
public func littleEndian<Number: FixedWidthInteger>(_ numbers: [Number]) -> [UInt8] {
  numbers.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
}
