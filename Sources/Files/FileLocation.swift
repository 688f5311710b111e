import CSystem

/// A file or folder, whatever name it is reached by.
public struct FileIdentity: Hashable, Sendable {
  let device, inode: UInt64

  init(_ identity: sys_identity) {
    device = identity.device
    inode = identity.inode
  }

  /// What an open descriptor is; nil where it is no file.
  public init?(descriptor: CInt) {
    var identity = sys_identity()
    guard sys_identify_descriptor(descriptor, &identity) == 0 else { return nil }
    self.init(identity)
  }

  private var system: sys_identity { sys_identity(device: device, inode: inode) }

  /// Those of `wanted` that lie in a folder or in one within it, under whatever name, links followed. What cannot be
  /// read is gone past.
  public static func found(in folder: String, of wanted: [FileIdentity]) -> Set<FileIdentity> {
    var found: Set<Int> = []
    withUnsafeMutablePointer(to: &found) { found in
      sys_search_folder(PathText.bytes(folder), wanted.map { $0.system }, wanted.count, found) { context, index in
        context!.assumingMemoryBound(to: Set<Int>.self).pointee.insert(index)
      }
    }
    return Set(found.map { wanted[$0] })
  }
}

/// Where a path leads to, links followed: also one that leads to nothing yet.
public struct FileLocation: Sendable {
  /// What stands there.
  public enum Kind: Sendable {
    /// Nothing yet.
    case missing
    /// A file.
    case file
    /// A folder.
    case folder
    /// A device, a pipe, or a descriptor such as /dev/stdout: what may be written to by several.
    case other
  }

  /// The path as it was given.
  public let path: String
  /// What stands there.
  public let kind: Kind
  /// What stands there; nil where it is missing.
  public let identity: FileIdentity?
  /// The folder in which it stands or would be made; nil for a folder that is named by '.' or '/' at its end.
  public let folder: FileIdentity?
  /// Bytes of a file; 0 of anything else.
  public let size: Int
  private let name: [UInt8]

  /// - Throws: `FileError` where the folder of the path is not there or cannot be looked into.
  public init(_ path: String) throws(FileError) {
    var location = sys_location()
    let error = sys_locate(PathText.bytes(path), &location)
    guard error == 0 else { throw FileError(path: path, "cannot be found", error) }
    self.path = path
    kind =
      switch Int(location.kind) {
      case SYS_IS_MISSING: .missing
      case SYS_IS_FILE: .file
      case SYS_IS_FOLDER: .folder
      default: .other
      }
    size = Int(location.size)
    name = withUnsafeBytes(of: location.name) { Array($0.prefix { $0 != 0 }) }
    identity = kind == .missing || location.itself.inode == 0 ? nil : FileIdentity(location.itself)
    folder = name.isEmpty ? nil : FileIdentity(location.folder)
  }

  /// Whether both lead to one file, or would make one; in folders that do not tell upper from lower case, also where
  /// names differ by that.
  public func isSame(as other: FileLocation) -> Bool {
    if let identity { return identity == other.identity }
    guard other.identity == nil, kind == .missing, other.kind == .missing, folder == other.folder else { return false }
    guard name != other.name else { return true }
    return Self.lowercased(name) == Self.lowercased(other.name) && sys_minds_case(PathText.bytes(path)) == 0
  }

  private static func lowercased(_ name: [UInt8]) -> [UInt8] { name.map { (65...90).contains($0) ? $0 + 32 : $0 } }
}

extension FileLocation {
  /// Equal wherever `isSame` may hold: what to look places up by.
  public struct Key: Hashable, Sendable {
    private let identity: FileIdentity?
    private let name: [UInt8]

    fileprivate init(_ location: FileLocation) {
      identity = location.identity ?? location.folder
      name = location.identity == nil ? FileLocation.lowercased(location.name) : []
    }
  }

  /// Its key.
  public var key: Key { Key(self) }
}
