/// What a ZIP archive says of its members: the directory at its end, sizes of 64 bits included. Every number is held
/// against the file's length before it is used.
public struct ZipDirectory {
  /// A member as the directory describes it.
  public struct Member: Sendable {
    /// Its path in the archive.
    public let name: String
    /// How it is packed: 0 is not at all, 8 is deflate.
    public let method: UInt16
    /// Whether it takes a password to read it.
    public let isEncrypted: Bool
    /// The CRC-32 of its bytes.
    public let checksum: UInt32
    /// Bytes in the archive.
    public let packedCount: Int
    /// Bytes of the member itself.
    public let count: Int
    /// Where its own header begins.
    let offset: Int
  }

  /// What is wrong with an archive.
  public struct Fault: Error {
    /// The reason, as a clause.
    public let reason: String

    init(_ reason: String) { self.reason = reason }
  }

  /// What is in the archive, in the directory's order.
  public private(set) var members: [Member] = []
  private let bytes: UnsafeRawBufferPointer
  /// Where the directory begins, and all members have ended.
  private let start: Int

  /// More members than any set of arrays has.
  private static let mostMembers = 10_000

  private static let endSignature: UInt32 = 0x0605_4B50
  private static let largeEndSignature: UInt32 = 0x0606_4B50
  private static let largeEndLocator: UInt32 = 0x0706_4B50
  private static let entrySignature: UInt32 = 0x0201_4B50
  private static let memberSignature: UInt32 = 0x0403_4B50
  private static let outside = Fault("points beyond its own bytes")

  /// Reads the directory of an archive.
  ///
  /// - Parameters:
  ///   - bytes: of the file; they must outlive this.
  ///   - isAppended: whether something else may stand before the archive, from whose beginning its places count.
  /// - Throws: `Fault` for what is no archive, breaks off, or contradicts itself.
  public init(_ bytes: UnsafeRawBufferPointer, isAppended: Bool = false) throws(Fault) {
    self.bytes = bytes
    guard let end = Self.end(of: bytes) else { throw Fault("breaks off: a ZIP archive's directory stands at its end") }
    let small = { (offset: Int) in Int(UInt16(littleEndian: Self.load(bytes, end + offset))) }
    let medium = { (offset: Int) in Int(UInt32(littleEndian: Self.load(bytes, end + offset))) }
    var (count, size, first) = (small(10), medium(12), medium(16))
    guard small(4) == 0 || small(4) == 0xFFFF else { throw Fault("is one part of several") }
    var limit = end
    // Archives that may be large have a second end before the first one.
    if end >= 20, UInt32(littleEndian: Self.load(bytes, end - 20)) == Self.largeEndLocator {
      let place = UInt64(littleEndian: Self.load(bytes, end - 12) as UInt64)
      guard end >= 76, place <= UInt64(end - 76) else { throw Self.outside }
      limit = Int(place)
      guard UInt32(littleEndian: Self.load(bytes, limit)) == Self.largeEndSignature else { throw Self.outside }
      let numbers = [32, 40, 48].map { UInt64(littleEndian: Self.load(bytes, limit + $0) as UInt64) }
      guard numbers.allSatisfy({ $0 <= UInt64(bytes.count) }) else { throw Self.outside }
      (count, size, first) = (Int(numbers[0]), Int(numbers[1]), Int(numbers[2]))
    }
    guard first <= limit, size <= limit - first else { throw Self.outside }
    guard count <= Self.mostMembers else {
      throw Fault("has \(count) members; \(Self.mostMembers) are as many as are read")
    }
    let base = isAppended ? limit - size - first : 0
    start = base + first
    var place = start
    for _ in 0..<count { members.append(try Self.entry(bytes, &place, limit: start + size, base: base)) }
    guard place == start + size else { throw Fault("has a directory of another length than it says") }
  }

  /// Where the record at an archive's end begins: its comment runs up to the last byte.
  private static func end(of bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 22 else { return nil }
    let last = bytes.count - 22
    for place in stride(from: last, through: max(0, last - 0xFFFF), by: -1)
    where UInt32(littleEndian: load(bytes, place)) == endSignature
      && Int(UInt16(littleEndian: load(bytes, place + 20))) == last - place
    {
      return place
    }
    return nil
  }

  /// One line of the directory, and on to the next.
  private static func entry(
    _ bytes: UnsafeRawBufferPointer, _ place: inout Int, limit: Int, base: Int
  ) throws(Fault) -> Member {
    guard limit - place >= 46, UInt32(littleEndian: load(bytes, place)) == entrySignature else {
      throw Fault("has a damaged directory")
    }
    let start = place
    let small = { (offset: Int) in Int(UInt16(littleEndian: load(bytes, start + offset))) }
    let medium = { (offset: Int) in UInt64(UInt32(littleEndian: load(bytes, start + offset))) }
    let (nameCount, extraCount, commentCount) = (small(28), small(30), small(32))
    guard limit - place - 46 >= nameCount + extraCount + commentCount else { throw outside }
    let nameBytes = bytes[place + 46..<place + 46 + nameCount]
    guard let name = String(validating: nameBytes, as: UTF8.self), !name.isEmpty else {
      throw Fault("has a member whose name is no text")
    }
    // Sizes and place of 64 bits stand behind the name, those alone that are too large for their own field.
    var numbers = [medium(24), medium(20), medium(42)]
    if numbers.contains(0xFFFF_FFFF) {
      try enlarge(&numbers, bytes, from: place + 46 + nameCount, count: extraCount)
    }
    guard numbers[1...].allSatisfy({ $0 <= UInt64(bytes.count) }), numbers[0] <= UInt64(1) << 40 else { throw outside }
    place += 46 + nameCount + extraCount + commentCount
    return Member(
      name: name, method: UInt16(small(10)), isEncrypted: small(8) & 1 == 1, checksum: UInt32(medium(16)),
      packedCount: Int(numbers[1]), count: Int(numbers[0]), offset: base + Int(numbers[2]))
  }

  /// Puts the numbers of a ZIP64 field in place of those that say 0xFFFFFFFF.
  private static func enlarge(
    _ numbers: inout [UInt64], _ bytes: UnsafeRawBufferPointer, from start: Int, count: Int
  ) throws(Fault) {
    var (place, rest) = (start, count)
    while rest >= 4 {
      let kind = UInt16(littleEndian: load(bytes, place)), size = Int(UInt16(littleEndian: load(bytes, place + 2)))
      guard size <= rest - 4 else { break }
      if kind == 1 {
        var at = place + 4
        for index in numbers.indices where numbers[index] == 0xFFFF_FFFF {
          guard place + 4 + size - at >= 8 else { throw outside }
          numbers[index] = UInt64(littleEndian: load(bytes, at))
          at += 8
        }
        return
      }
      place += 4 + size
      rest -= 4 + size
    }
    throw Fault("lacks the sizes that its directory promises")
  }

  /// A member's bytes as they lie in the archive, packed or not.
  ///
  /// - Throws: `Fault` where they lie outside the archive, or under another name.
  public func stored(_ member: Member) throws(Fault) -> UnsafeRawBufferPointer {
    guard start >= 30, member.offset <= start - 30,
      UInt32(littleEndian: Self.load(bytes, member.offset)) == Self.memberSignature
    else { throw Self.outside }
    let nameCount = Int(UInt16(littleEndian: Self.load(bytes, member.offset + 26)))
    let extraCount = Int(UInt16(littleEndian: Self.load(bytes, member.offset + 28)))
    let first = member.offset + 30 + nameCount + extraCount
    guard first <= start, member.packedCount <= start - first else { throw Self.outside }
    let name = bytes[member.offset + 30..<member.offset + 30 + nameCount]
    guard name.elementsEqual(member.name.utf8) else { throw Fault("has a member under two names") }
    return UnsafeRawBufferPointer(rebasing: bytes[first..<first + member.packedCount])
  }

  private static func load<Number: FixedWidthInteger & BitwiseCopyable>(
    _ bytes: UnsafeRawBufferPointer, _ offset: Int
  ) -> Number {
    bytes.loadUnaligned(fromByteOffset: offset, as: Number.self)
  }
}
