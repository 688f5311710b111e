import Files
import Foundation
import TestSupport
import Testing

@Suite struct DraftFolderTests {
  @Test func aFolderAppearsWhenItIsWhole() throws {
    let folder = try TemporaryFolder()
    for name in ["faces", "others/"] {
      let draft = try DraftFolder(for: folder.path(name))
      try draft.write([1], as: "x")
      #expect(throws: FileError.self) { try draft.write([2], as: "x") }
      #expect(!FileManager.default.fileExists(atPath: folder.path(name)))
      try draft.finish()
    }
    #expect(try folder.names() == ["faces", "others"])
    #expect(FileManager.default.contents(atPath: folder.path("others/x")) == Data([1]))
  }

  @Test func whatIsThereStays() throws {
    let folder = try TemporaryFolder()
    try folder.write([7], as: "faces/happy/own.jpg")
    try folder.write([7], as: "file")
    for name in ["faces", "file"] {
      let error = caught(FileError.self) { try DraftFolder(for: folder.path(name)) }
      #expect(error?.reason.contains("already there") == true)
    }
    // What somebody makes in the meantime, too.
    let draft = try DraftFolder(for: folder.path("late"))
    try folder.write([8], as: "late/own.jpg")
    #expect(throws: FileError.self) { try draft.finish() }
    #expect(try folder.names() == ["faces", "file", "late"])
    #expect(FileManager.default.contents(atPath: folder.path("late/own.jpg")) == Data([8]))
  }

  /// An empty folder gets the contents and keeps its mode; a link to one stays.
  @Test func emptyFoldersAreFilled() throws {
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(atPath: folder.path("empty"), withIntermediateDirectories: false)
    #expect(chmod(folder.path("empty"), 0o700) == 0 && symlink("empty", folder.path("link")) == 0)
    let draft = try DraftFolder(for: folder.path("link"))
    try draft.write([1], as: "x")
    try draft.finish()
    var status = stat()
    #expect(stat(folder.path("empty"), &status) == 0 && status.st_mode & 0o777 == 0o700)
    #expect(try folder.names() == ["empty", "link"])
    #expect(FileManager.default.fileExists(atPath: folder.path("empty/x")))
  }

  @Test func draftsOfTheDeadAreRemovedAndOthersStay() throws {
    let folder = try TemporaryFolder()
    try folder.write([1], as: ".glint-0123456789abcdef.draft/happy/x.jpg")
    let living = try DraftFolder(for: folder.path("one"))
    try living.write([1], as: "x")
    _ = try DraftFolder(for: folder.path("two"))
    #expect(try folder.names().count == 1)
    try living.finish()
    #expect(try folder.names() == ["one"])
  }
}
