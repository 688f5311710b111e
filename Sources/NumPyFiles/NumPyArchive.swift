import CDeflate
import Files

/// Arrays by name as NumPy's `.npz` files hold them: a ZIP archive of `.npy` files, stored or deflated. Of those that
/// nobody asks for, nothing but the name is read.
public struct NumPyArchive {
  /// The file's path.
  public let path: String
  /// The names of its arrays, in the archive's order.
  public let names: [String]
  private let file: MappedFile
  private let directory: ZipDirectory
  private let members: [String: ZipDirectory.Member]

  /// The most bytes that an array is unpacked to: a short file may ask for a thousand times its length.
  public static let mostUnpacked = 1 << 28
  /// Deflate makes 258 bytes of two bits at most.
  private static let mostRatio = 1032

  private static let suffix = ".npy"

  /// Whether a file is a ZIP archive, by its first bytes.
  public static func isOne(path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    defer { withExtendedLifetime(file) {} }
    // One without members has its end alone.
    return file.bytes.starts(with: [0x50, 0x4B, 3, 4]) || file.bytes.starts(with: [0x50, 0x4B, 5, 6])
  }

  /// Reads the names.
  ///
  /// - Throws: `FileError` for what is no such archive, breaks off, or contradicts itself.
  public init(path: String) throws(FileError) {
    if let reason = FileKind.refusal(of: path, wanting: "an .npz file of NumPy", among: [.archive]) {
      throw FileError(path: path, reason: reason)
    }
    self.path = path
    file = try MappedFile(path: path)
    do throws(ZipDirectory.Fault) {
      directory = try ZipDirectory(file.bytes)
    } catch { throw FileError(path: path, reason: error.reason) }
    var names: [String] = []
    var members: [String: ZipDirectory.Member] = [:]
    for member in directory.members where member.name.hasSuffix(Self.suffix) {
      let name = String(member.name.dropLast(Self.suffix.count))
      guard !member.isEncrypted else { throw FileError(path: path, reason: "is encrypted") }
      guard [0, 8].contains(member.method) else {
        throw FileError(
          path: path,
          reason: "packs '\(member.name)' by method \(member.method); numpy.savez and numpy.savez_compressed write "
            + "what is read")
      }
      guard members.updateValue(member, forKey: name) == nil else {
        throw FileError(path: path, reason: "holds '\(name)' twice")
      }
      names.append(name)
    }
    guard !names.isEmpty else { throw FileError(path: path, reason: "holds no arrays (.npy)") }
    self.names = names
    self.members = members
  }

  /// Reads the array of a name, nil where there is none.
  ///
  /// - Throws: `FileError` for one that is damaged, of another size than the archive says, larger unpacked than
  ///   `mostUnpacked`, or no array that is read.
  public func array(_ name: String) throws(FileError) -> NumPyArray? {
    guard let member = members[name] else { return nil }
    let title = "\(path): '\(name)'"
    defer { withExtendedLifetime(file) {} }
    let stored: UnsafeRawBufferPointer
    do throws(ZipDirectory.Fault) {
      stored = try directory.stored(member)
    } catch { throw FileError(path: path, reason: error.reason) }
    guard member.method != 0 else {
      guard stored.count == member.count else {
        throw FileError(path: title, reason: "is stored with \(stored.count) bytes, and should have \(member.count)")
      }
      try check(stored, member, title)
      return try NumPyArray(stored, of: title)
    }
    guard member.count <= Self.mostUnpacked else {
      throw FileError(
        path: title,
        reason: "takes \(member.count) bytes unpacked, over \(Self.mostUnpacked >> 20) MiB: write it with numpy.savez, "
          + "which stores arrays as they are")
    }
    guard member.count / Self.mostRatio <= stored.count else {
      throw FileError(path: title, reason: "cannot hold the \(member.count) bytes that the archive promises")
    }
    let unpacked = UnsafeMutableRawBufferPointer.allocate(byteCount: max(1, member.count), alignment: 16)
    defer { unpacked.deallocate() }
    let status = cdeflate_unpack(
      stored.baseAddress?.assumingMemoryBound(to: UInt8.self), stored.count,
      unpacked.baseAddress?.assumingMemoryBound(to: UInt8.self), member.count)
    guard status == CDEFLATE_OK else {
      let reason =
        status == CDEFLATE_NO_MEMORY
        ? "has no memory to be unpacked in"
        : status == CDEFLATE_OTHER_SIZE ? "has another size than the archive says" : "is damaged"
      throw FileError(path: title, reason: reason)
    }
    let whole = UnsafeRawBufferPointer(start: unpacked.baseAddress, count: member.count)
    try check(whole, member, title)
    return try NumPyArray(whole, of: title)
  }

  private func check(
    _ bytes: UnsafeRawBufferPointer, _ member: ZipDirectory.Member, _ title: String
  ) throws(FileError) {
    let checksum = cdeflate_crc32(bytes.baseAddress?.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard checksum == member.checksum else {
      throw FileError(path: title, reason: "is damaged: its checksum is another")
    }
  }
}
