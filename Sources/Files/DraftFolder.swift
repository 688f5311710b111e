import CSystem

/// A folder that appears when all that is in it is there: until then it lies beside its place, under a name that nobody
/// guesses. What processes that were killed have left there is removed.
public final class DraftFolder: @unchecked Sendable {
  /// Where the folder is to stand.
  public let destination: String
  /// Where it lies until then; files are written there.
  public let path: String
  // Not nil until the draft is finished or dropped, which its owner does once.
  private var draft: UnsafeMutablePointer<CChar>?
  private let lock: CInt

  /// Makes an empty draft.
  ///
  /// - Throws: `FileError` where something else than an empty folder stands at `destination`, or none can be made.
  public init(for destination: String) throws(FileError) {
    var draft: UnsafeMutablePointer<CChar>?
    var lock: CInt = -1
    let error = sys_make_draft(PathText.bytes(destination), &draft, &lock)
    guard error == 0, let draft else { throw FileError(path: destination, folder: error) }
    self.destination = destination
    self.draft = draft
    self.lock = lock
    path = PathText.text(cString: draft)
  }

  deinit { if let draft { sys_drop_draft(draft, lock) } }

  /// Writes a file of the draft that is not there yet.
  ///
  /// - Parameter name: its path within the draft.
  public func write(_ bytes: [UInt8], as name: String) throws(FileError) {
    let error = bytes.withUnsafeBytes { sys_write_new(PathText.bytes(path + "/" + name), $0.baseAddress, $0.count) }
    guard error == 0 else { throw FileError(path: destination + "/" + name, "cannot be written", error) }
  }

  /// Makes a folder in the draft.
  public func makeFolder(_ name: String) throws(FileError) {
    let error = sys_make_folder(PathText.bytes(path + "/" + name))
    guard error == 0 else { throw FileError(path: destination + "/" + name, folder: error) }
  }

  /// Syncs all files and gives the folder its name; the draft is removed where that fails.
  public func finish() throws(FileError) {
    guard let draft else { return }
    self.draft = nil
    let error = sys_finish_draft(draft, lock, PathText.bytes(destination))
    guard error == 0 else { throw FileError(path: destination, folder: error) }
  }
}

extension FileError {
  fileprivate init(path: String, folder error: CInt) {
    switch error {
    case SYS_OCCUPIED: self.init(path: path, reason: "is already there: remove it or name another folder")
    case SYS_NO_FILE: self.init(path: path, reason: "is no name for a new folder")
    default: self.init(path: path, "cannot be made", error)
    }
  }
}
