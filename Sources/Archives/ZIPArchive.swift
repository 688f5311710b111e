import CDeflate
import Files

/// Files in one, as ZIP (APPNOTE.TXT 6.3), stored as they are: for what is compressed already, or read in place.
public enum ZIPArchive {
  /// A file of the archive.
  public struct Member: Sendable {
    /// Its path in the archive, with slashes.
    public let name: String
    /// Its bytes.
    public let bytes: [UInt8]

    /// A file of this name with these bytes.
    public init(_ name: String, _ bytes: [UInt8]) { (self.name, self.bytes) = (name, bytes) }
  }

  /// The archive's bytes; nil where they would be more than 4 GiB or the members too many, which this form does not
  /// hold. The same members give the same bytes: no clock is looked at.
  public static func bytes(_ members: [Member]) -> [UInt8]? {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    file.reserveCapacity(members.reduce(0) { $0 + $1.bytes.count + 256 })
    for member in members {
      let name = Array(member.name.utf8)
      let data = member.bytes
      guard file.count + data.count < Int(UInt32.max) - 1 << 20, name.count <= 1 << 12, members.count < 0xFFFF else {
        return nil
      }
      let checksum = data.withUnsafeBufferPointer { cdeflate_crc32($0.baseAddress, $0.count) }
      // Version 2.0; names are UTF-8; stored; the first day that ZIP knows.
      let common: [UInt8] =
        little(20, 2) + little(1 << 11, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(checksum), 4) + little(data.count, 4) + little(data.count, 4) + little(name.count, 2)
        + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + common
      // No comment, first part, no attributes.
      directory += little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(file.count, 4) + name
      file += little(0x0403_4B50, 4) + common + name + data
    }
    let start = file.count
    file += directory
    file += little(0x0605_4B50, 4) + little(0, 4) + little(members.count, 2) + little(members.count, 2)
    file += little(directory.count, 4) + little(start, 4) + little(0, 2)
    return file
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
