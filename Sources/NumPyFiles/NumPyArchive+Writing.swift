import CDeflate
import Files

extension NumPyArchive {
  /// Writes arrays under their names, stored as `numpy.savez` stores them, whole or not at all. The same arrays give
  /// the same bytes.
  ///
  /// - Throws: `FileError` where the file cannot be written, or would be larger than 4 GiB.
  public static func write(_ arrays: [(name: String, array: NumPyArray)], to path: String) throws(FileError) {
    var file: [UInt8] = []
    var directory: [UInt8] = []
    for (name, array) in arrays {
      let member = Array((name + ".npy").utf8)
      let data = array.file()
      guard file.count + data.count < Int(UInt32.max) - 1 << 20, member.count <= 1 << 12, arrays.count < 0xFFFF else {
        throw FileError(path: path, reason: "would be larger than 4 GiB: give each array a file of its own")
      }
      let checksum = data.withUnsafeBufferPointer { cdeflate_crc32($0.baseAddress, $0.count) }
      // Version 2.0; names are UTF-8; stored; the first day that ZIP knows.
      let common: [UInt8] =
        little(20, 2) + little(1 << 11, 2) + little(0, 2) + little(0, 2) + little(0x21, 2)
        + little(Int(checksum), 4) + little(data.count, 4) + little(data.count, 4) + little(member.count, 2)
        + little(0, 2)
      directory += little(0x0201_4B50, 4) + little(20, 2) + common
      // No comment, first part, no attributes.
      directory += little(0, 2) + little(0, 2) + little(0, 2) + little(0, 4) + little(file.count, 4) + member
      file += little(0x0403_4B50, 4) + common + member + data
    }
    let start = file.count
    file += directory
    file += little(0x0605_4B50, 4) + little(0, 4) + little(arrays.count, 2) + little(arrays.count, 2)
    file += little(directory.count, 4) + little(start, 4) + little(0, 2)
    try AtomicFile.write(file, to: path)
  }

  private static func little(_ number: Int, _ count: Int) -> [UInt8] {
    (0..<count).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
  }
}
