import CSystem
import Files
import Foundation
import TestSupport
import Testing

/// A file that grows by whole lines, whatever happens between two of them.
@Suite struct LineFileTests {
  private let folder: TemporaryFolder
  private let path: String

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("rows.csv")
  }

  private var text: String { (try? String(contentsOfFile: path, encoding: .utf8)) ?? "" }

  @Test func severalRunsWriteOneFile() throws {
    for run in 0..<3 {
      let file = try LineFile(path, header: "a,b")
      #expect(file.torn == 0)
      try file.add("\(run),x")
      try file.sync()
    }
    #expect(text == "a,b\n0,x\n1,x\n2,x\n")
  }

  /// What a power cut may leave: half a line, half a header, a block of zeros behind the last line.
  @Test(arguments: [
    ("a,b\n1,2\n3,", 2, "a,b\n1,2\n"), ("a,b\n1", 1, "a,b\n"), ("a,", 2, ""),
    ("a,b\n1,2\n" + String(repeating: "\0", count: 9_000), 9_000, "a,b\n1,2\n"),
    ("a,b\n1,2\n" + String(repeating: "x", count: 5_000), 5_000, "a,b\n1,2\n"), ("a,b\n1,2\n", 0, "a,b\n1,2\n"),
  ]) func halfALineIsCutOff(_ before: String, _ torn: Int, _ after: String) throws {
    try folder.write(Array(before.utf8), as: "rows.csv")
    let file = try LineFile(path, header: "a,b")
    #expect(file.torn == torn && text == after)
    try file.add("5,6")
    #expect(text == (after.isEmpty ? "a,b\n" : after) + "5,6\n")
  }

  @Test(arguments: ["a letter", "a,c\n", "a,b,c\n1,2,3\n", "\0\0\0\0\0", "\n"]) func filesOfOthersStay(
    _ other: String
  )
    throws
  {
    try folder.write(Array(other.utf8), as: "rows.csv")
    #expect {
      try LineFile(path, header: "a,b")
    } throws: {
      ($0 as? FileError)?.reason.contains("name another file") == true
    }
    #expect(text == other)
  }

  @Test func oneProgramAtATimeWrites() throws {
    let file = try LineFile(path, header: "a,b")
    #expect {
      try LineFile(path, header: "a,b")
    } throws: {
      ($0 as? FileError)?.reason.contains("another program") == true
    }
    try file.add("1,2")
    #expect(text == "a,b\n1,2\n")
  }

  @Test func foldersAndReadOnlyFilesAreRefused() throws {
    #expect(throws: FileError.self) { try LineFile(folder.path(""), header: "a,b") }
    try folder.write(Array("a,b\n".utf8), as: "rows.csv")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
    #expect(throws: FileError.self) { try LineFile(path, header: "a,b") }
  }

  /// As logrotate's copytruncate does.
  @Test func aFileThatSomebodyEmptiesBeginsAnew() throws {
    let file = try LineFile(path, header: "a,b")
    try file.add("1,2")
    #expect(truncate(path, 0) == 0)
    try file.add("3,4")
    #expect(text == "a,b\n3,4\n")
  }

  /// Each call fails once; a write also after its first byte. A line is there whole or not at all.
  @Test(arguments: [ENOSPC, EIO, EDQUOT, EFBIG]) func aFailureLeavesNoHalfLine(error: CInt) throws {
    for isEmpty in [true, false] {
      for number in CInt(1)...8 {
        unlink(path)
        let file = try LineFile(path, header: "a,b")
        if !isEmpty { try file.add("1,2") }
        let before = text
        sys_fail_call(number, error)
        defer { sys_fail_call(0, 0) }
        var failed = false
        do { try file.add("3,4") } catch { failed = true }
        sys_fail_call(0, 0)
        let added = (isEmpty ? "a,b\n" : before) + "3,4\n"
        #expect(text == (failed ? before : added), "call \(number)")
        #expect(failed == (number <= (isEmpty ? 3 : 2)))
      }
    }
    // A short write, then a full disk: what a disk does that has room for a part of a line.
    let file = try LineFile(path + "2", header: "a,b")
    try file.add("1,2")
    sys_fail_call(2, SYS_SHORT_WRITE)
    try file.add("3,4")
    sys_fail_call(0, 0)
    #expect(try String(contentsOfFile: path + "2", encoding: .utf8) == "a,b\n1,2\n3,4\n")
  }
}
