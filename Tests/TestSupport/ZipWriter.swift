/// A ZIP archive written field by field, so that tests can write wrong ones.
public struct ZipWriter {
  /// A member, sound unless something else is said of it.
  public struct Member {
    /// As it stands in the archive, `.npy` included.
    public var name: String
    /// As they lie in the archive.
    public var packed: [UInt8]
    /// 0: stored, 8: deflated.
    public var method = 0
    /// Bytes unpacked, as the archive says.
    public var count: Int
    /// CRC-32 of the unpacked bytes, as the archive says.
    public var checksum: UInt32
    /// General purpose bits.
    public var flags = 0
    /// Whether sizes and place stand in a field of 64 bits.
    public var isLarge = false

    /// A stored member.
    public init(_ name: String, _ bytes: [UInt8]) {
      (self.name, packed, count, checksum) = (name, bytes, bytes.count, ZipWriter.checksum(bytes))
    }

    /// The same deflated, in blocks that are stored as they are.
    public func deflated() -> Member {
      var result = self
      result.method = 8
      result.packed = []
      var rest = packed[...]
      repeat {
        let part = rest.prefix(1000)
        rest = rest.dropFirst(part.count)
        let length = UInt16(part.count)
        result.packed += [rest.isEmpty ? 1 : 0] + little(Int(length), 2) + little(Int(~length), 2) + part
      } while !rest.isEmpty
      return result
    }
  }

  /// In their order.
  public var members: [Member]
  /// What stands behind all else.
  public var comment: [UInt8] = []
  /// Whether the archive has the end of large ones too.
  public var isLarge = false

  /// An archive of these members.
  public init(_ members: [Member]) { self.members = members }

  /// The archive.
  public var bytes: [UInt8] {
    var file: [UInt8] = [], directory: [UInt8] = []
    for member in members {
      let name = Array(member.name.utf8), place = file.count
      let most = 0xFFFF_FFFF
      let common: [UInt8] =
        little(45, 2) + little(member.flags, 2) + little(member.method, 2) + little(0, 4)
        + little(Int(member.checksum), 4)
        + little(member.isLarge ? most : member.packed.count, 4) + little(member.isLarge ? most : member.count, 4)
        + little(name.count, 2)
      let large = little(1, 2) + little(24, 2) + little(member.count, 8) + little(member.packed.count, 8)
      let extra = member.isLarge ? large + little(place, 8) : []
      file += little(0x0403_4B50, 4) + common + little(0, 2) + name + member.packed
      directory += little(0x0201_4B50, 4) + little(45, 2) + common + little(extra.count, 2) + little(0, 10)
      directory += little(member.isLarge ? most : place, 4) + name + extra
    }
    let start = file.count
    file += directory
    if isLarge {
      let end = file.count
      file += little(0x0606_4B50, 4) + little(44, 8) + little(45, 2) + little(45, 2) + little(0, 8)
      file += little(members.count, 8) + little(members.count, 8) + little(directory.count, 8) + little(start, 8)
      file += little(0x0706_4B50, 4) + little(0, 4) + little(end, 8) + little(1, 4)
    }
    file += little(0x0605_4B50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
    file += little(directory.count, 4) + little(isLarge ? 0xFFFF_FFFF : start, 4)
    return file + little(comment.count, 2) + comment
  }

  /// CRC-32, bit by bit.
  public static func checksum(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
    }
    return ~sum
  }
}

private func little(_ number: Int, _ count: Int) -> [UInt8] {
  (0..<count).map { $0 < 8 ? UInt8(truncatingIfNeeded: number >> (8 * $0)) : 0 }
}
