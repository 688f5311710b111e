import CSystem

/// A file that grows by whole lines, over many runs of a program.
///
/// Each line is one write to the end of the file, so that killing the program loses none that was added, and half a
/// line is taken back where a disk is full. What a power cut or a crash of the system leaves behind the last whole line
/// is cut off when the file is opened again.
public final class LineFile: Sendable {
  /// The file.
  public let path: String
  /// Bytes of half a line that an earlier run left, and that were cut off.
  public let torn: Int
  private let header: [UInt8]
  private let descriptor: CInt

  /// Opens the file, or makes it when its first line comes.
  ///
  /// - Parameter header: the first line, without its end. A file that is there and begins in another way is refused.
  /// - Throws: `FileError` where it is another program's work, is being written by one, or cannot be written.
  public init(_ path: String, header: String) throws(FileError) {
    self.path = path
    self.header = Array((header + "\n").utf8)
    var opened: CInt = -1
    var cut = 0
    let error = self.header.withUnsafeBytes {
      sys_open_lines(PathText.bytes(path), $0.baseAddress, $0.count, &opened, &cut)
    }
    descriptor = opened
    torn = cut
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }

  deinit { if descriptor >= 0 { _ = sys_close(descriptor) } }

  /// Adds a line, given without its end.
  ///
  /// - Throws: `FileError` where there is no room; nothing of the line is left in the file then.
  public func add(_ line: String) throws(FileError) {
    let bytes = Array((line + "\n").utf8)
    let error = header.withUnsafeBytes { header in
      bytes.withUnsafeBytes {
        sys_add_lines(descriptor, header.baseAddress, header.count, $0.baseAddress, $0.count)
      }
    }
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }

  /// Waits until the disk has all lines, so that a power cut loses none of them.
  public func sync() throws(FileError) {
    let error = sys_sync_data(descriptor)
    guard error == 0 else { throw FileError(path: path, "cannot be written", error) }
  }
}
