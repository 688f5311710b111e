import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func text(_ name: String) throws -> String { try String(contentsOfFile: folder.path(name), encoding: .utf8) }

  private func status(_ name: String) -> stat {
    var status = stat()
    lstat(folder.path(name), &status)
    return status
  }

  @Test func writabilityIsFoundOutBeforehand() throws {
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(folder.path("missing/t")) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(folder.path(".")) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(folder.path("new/")) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable("") }
    try AtomicFile.checkWritable(folder.path("t"))
    #expect(try folder.names().isEmpty)
  }

  /// A named pipe, as a device, gets the bytes and stays what it is.
  @Test func whatIsNoFileIsNotReplaced() throws {
    let path = folder.path("pipe")
    #expect(mkfifo(path, 0o600) == 0)
    // Without a reader, opening it to write would wait.
    let reader = open(path, O_RDONLY | O_NONBLOCK)
    #expect(reader >= 0)
    defer { close(reader) }
    try AtomicFile.checkWritable(path)
    try AtomicFile.write("whole", to: path)
    var bytes = [UInt8](repeating: 0, count: 16)
    let count = read(reader, &bytes, bytes.count)
    #expect(String(decoding: bytes.prefix(max(0, count)), as: UTF8.self) == "whole")
    #expect(try folder.names() == ["pipe"])
  }

  @Test func aFullDeviceIsAnError() throws {
    try AtomicFile.checkWritable("/dev/full")
    let error = caught(FileError.self) { try AtomicFile.write("x", to: "/dev/full") }
    #expect(error?.reason.contains("No space left") == true, "\(String(describing: error))")
    try AtomicFile.write("x", to: "/dev/null")
  }

  /// /dev/fd/N is written to as it is open: at the end of what is in the file.
  @Test func descriptorsAreWrittenTo() throws {
    try folder.write(Array("before ".utf8), as: "t")
    let descriptor = open(folder.path("t"), O_WRONLY | O_APPEND)
    defer { close(descriptor) }
    for path in ["/dev/fd/\(descriptor)", "/proc/self/fd/\(descriptor)"] {
      try AtomicFile.checkWritable(path)
      try AtomicFile.write("after ", to: path)
    }
    #expect(try text("t") == "before after after ")
    let closed = open(folder.path("t"), O_RDONLY)
    defer { close(closed) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable("/dev/fd/\(closed)") }
  }

  @Test func linksStayAndWhatTheyLeadToIsReplaced() throws {
    try folder.write(Array("old".utf8), as: "data/t")
    for (link, target) in [("near", "data/t"), ("far", folder.path("near")), ("dangling", "data/new")] {
      #expect(symlink(target, folder.path(link)) == 0)
    }
    try AtomicFile.write("one", to: folder.path("near"))
    #expect(try text("data/t") == "one")
    try AtomicFile.write("two", to: folder.path("far"))
    #expect(try text("data/t") == "two")
    try AtomicFile.write("three", to: folder.path("dangling"))
    #expect(try text("data/new") == "three")
    for link in ["near", "far", "dangling"] { #expect(status(link).st_mode & S_IFMT == S_IFLNK) }
    #expect(symlink("circle", folder.path("circle")) == 0)
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path("circle")) }
    #expect(try folder.names() == ["circle", "dangling", "data", "far", "near"])
  }

  @Test func modeOwnerAndAttributesAreKept() throws {
    try folder.write([], as: "t")
    let path = folder.path("t")
    #expect(chmod(path, 0o640) == 0)
    if geteuid() == 0 { #expect(chown(path, 1234, 4321) == 0) }
    // Foundation hands these two on from no library, though every one has them.
    typealias Set = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeRawPointer, Int, CInt) -> CInt
    typealias Get = @convention(c) (UnsafePointer<CChar>, UnsafePointer<CChar>, UnsafeMutableRawPointer, Int) -> Int
    let setAttribute = unsafeBitCast(try #require(dlsym(nil, "setxattr")), to: Set.self)
    let getAttribute = unsafeBitCast(try #require(dlsym(nil, "getxattr")), to: Get.self)
    let hasAttributes = setAttribute(path, "user.glint", "kept", 4, 0) == 0
    let before = status("t")
    try AtomicFile.write("new", to: path)
    let after = status("t")
    #expect(after.st_mode == before.st_mode && after.st_uid == before.st_uid && after.st_gid == before.st_gid)
    #expect(after.st_ino != before.st_ino)
    var value = [UInt8](repeating: 0, count: 8)
    if hasAttributes { #expect(getAttribute(path, "user.glint", &value, 8) == 4 && value.starts(with: "kept".utf8)) }
  }

  /// The folder could be written to, and root could write anything.
  @Test func readOnlyFilesAreRefused() throws {
    try folder.write(Array("old".utf8), as: "t")
    #expect(chmod(folder.path("t"), 0o444) == 0)
    #expect(symlink("t", folder.path("link")) == 0)
    for name in ["t", "link"] {
      for work in [AtomicFile.checkWritable, { try AtomicFile.write("new", to: $0) }] {
        let error = caught(FileError.self) { try work(folder.path(name)) }
        #expect(error?.reason.contains("read-only") == true, "\(String(describing: error))")
      }
    }
    #expect(try text("t") == "old")
  }

  @Test func namesMayBeAsLongAsTheSystemAllows() throws {
    let name = String(repeating: "n", count: 255)
    try AtomicFile.checkWritable(folder.path(name))
    for words in ["one", "two"] { try AtomicFile.write(words, to: folder.path(name)) }
    #expect(try text(name) == "two")
    #expect(throws: FileError.self) { try AtomicFile.write("x", to: folder.path(name + "n")) }
  }

  /// What a killed writer left is removed; what a living one holds, what is a user's, and what only looks alike stays.
  @Test func leftoversAreSweptAndNothingElse() throws {
    let stay = [
      ".glint-0123456789abcdef.tm", ".glint-0123456789abcdeX.tmp", ".glint-0123456789abcdef.tmp.jpg",
      "glint-0123456789abcdef.tmp", ".glint-00000000000000aa.tmp", "t.123.tmp", "z",
    ]
    let go = [".glint-0123456789abcdef.tmp", ".glint-ffffffffffffffff.tmp"]
    for name in stay + go { try folder.write([1], as: name) }
    try folder.write([1], as: ".glint-0123456789abcdef.draft/happy/x.jpg")
    #expect(symlink(folder.path("z"), folder.path(".glint-00000000000000bb.tmp")) == 0)
    let held = open(folder.path(".glint-00000000000000aa.tmp"), O_RDWR)
    defer { close(held) }
    #expect(flock(held, LOCK_EX) == 0)
    try AtomicFile.checkWritable(folder.path("t"))
    #expect(try folder.names() == (stay + [".glint-00000000000000bb.tmp"]).sorted())
  }

  /// What containers do: the same process id again and again, and a stale temporary file of the old name.
  @Test func staleFilesOfTheSameProcessBlockNothing() throws {
    try folder.write([], as: "t.\(getpid()).tmp")
    try AtomicFile.write("new", to: folder.path("t"))
    #expect(try text("t") == "new")
  }

  /// Readers see one or the other, whole.
  @Test func manyWritersLeaveOneWholeFile() async throws {
    let path = folder.path("t")
    await withTaskGroup(of: Void.self) { group in
      for letter in "abcdefgh" {
        group.addTask {
          for _ in 0..<20 { try? AtomicFile.write(String(repeating: letter, count: 100_000), to: path) }
        }
      }
    }
    let whole = try text("t")
    #expect(whole.count == 100_000 && Set(whole).count == 1)
    #expect(try folder.names() == ["t"])
  }
}
