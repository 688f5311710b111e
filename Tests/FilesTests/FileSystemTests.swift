import CSystem
import Files
import Foundation
import TestSupport
import Testing

/// Files and folders whose names are no UTF-8, where Foundation would look for others.
@Suite struct FileSystemTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  @Test func namesAreBytes() throws {
    let inside = folder.path("caf\\xE9/a/b"), file = inside + "/\\xFFc"
    try FileSystem.makeFolder(inside)
    #expect(FileSystem.isFolder(inside) && FileSystem.isFolder(folder.path("caf\\xE9")))
    #expect(access(folder.path("") + "/caf\u{E9}", F_OK) != 0, "the name is no text")
    #expect(!FileSystem.exists(file) && FileSystem.size(file) == nil)
    try AtomicFile.write([1, 2, 3], to: file)
    #expect(FileSystem.exists(file) && !FileSystem.isFolder(file) && FileSystem.size(file) == 3)
    try FileSystem.remove(file)
    #expect(!FileSystem.exists(file))
  }

  @Test func foldersThatAreThereServe() throws {
    for path in ["a", "a/", "a//b", "a/b/../c/"] {
      try FileSystem.makeFolder(folder.path(path))
      try FileSystem.makeFolder(folder.path(path))
      #expect(FileSystem.isFolder(folder.path(path)), "\(path)")
    }
    try FileSystem.makeFolder("/")
    try FileSystem.makeFolder(".")
    #expect(FileSystem.size(folder.path("a")) == nil)
  }

  @Test func whatCannotBeIsToldOf() throws {
    let file = try folder.write([1], as: "file")
    for path in [file, file + "/inside", ""] {
      let error = caught(FileError.self) { try FileSystem.makeFolder(path) }
      #expect(error?.reason.contains("cannot be made a folder") == true, "\(path)")
    }
    #expect(caught(FileError.self) { try FileSystem.remove(folder.path("none")) } != nil)
    #expect(caught(FileError.self) { try FileSystem.remove(folder.path("")) } != nil)
    #expect(FileSystem.size(file) == 1)
  }

  @Test(arguments: [ENOSPC, ENOMEM, EACCES]) func everyCallMayFail(error: CInt) throws {
    let path = folder.path("x/y")
    var failures = 0
    for number in CInt(1)...20 {
      sys_fail_call(number, error)
      let thrown = caught(FileError.self) { try FileSystem.makeFolder(path) }
      let made = sys_calls_made()
      sys_fail_call(0, 0)
      #expect((thrown == nil) == FileSystem.isFolder(path), "call \(number)")
      failures += thrown == nil ? 0 : 1
      try? FileManager.default.removeItem(atPath: folder.path("x"))
      if made < number { break }
    }
    #expect(failures > 1)
  }
}
