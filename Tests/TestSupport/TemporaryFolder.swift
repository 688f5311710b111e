import Foundation
import Synchronization

private let removedAtExit = Mutex<[URL]>([])

/// A folder of a test's own that is removed with it.
public final class TemporaryFolder: Sendable {
  private let url: URL

  /// Makes an empty folder.
  public init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("glint-test-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  /// Makes an empty folder that is there for as long as the process, for what all tests share: what is static is never
  /// released.
  public static func untilExit() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let isFirst = removedAtExit.withLock { folders in
      folders.append(folder.url)
      return folders.count == 1
    }
    if isFirst { atexit { removedAtExit.withLock { $0.forEach { try? FileManager.default.removeItem(at: $0) } } } }
    return folder
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in the folder.
  public func path(_ name: String) -> String { url.path + "/" + name }

  /// Writes a file, its folders made where missing; its path.
  @discardableResult
  public func write(_ bytes: [UInt8], as name: String) throws -> String {
    let path = path(name)
    let parent = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    return path
  }

  /// The names in the folder, sorted.
  public func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
