import Archives
import Files

extension NumPyArchive {
  /// Writes arrays under their names, stored as `numpy.savez` stores them, whole or not at all. The same arrays give
  /// the same bytes.
  ///
  /// - Throws: `FileError` where the file cannot be written, or would be larger than 4 GiB.
  public static func write(_ arrays: [(name: String, array: NumPyArray)], to path: String) throws(FileError) {
    guard let file = ZIPArchive.bytes(arrays.map { .init($0.name + ".npy", $0.array.file()) }) else {
      throw FileError(path: path, reason: "would be larger than 4 GiB: give each array a file of its own")
    }
    try AtomicFile.write(file, to: path)
  }
}
