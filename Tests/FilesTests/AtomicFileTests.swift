import Files
import Foundation
import TestSupport
import Testing

@Suite struct AtomicFileTests {
  @Test func writabilityIsFoundOutBeforehand() throws {
    let folder = try TemporaryFolder()
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(folder.path("missing/t")) }
    #expect(throws: FileError.self) { try AtomicFile.checkWritable(folder.path(".")) }
    try AtomicFile.checkWritable(folder.path("t"))
    #expect(try folder.names().isEmpty)
  }

  /// A named pipe, as a device, gets the bytes and stays what it is.
  @Test func whatIsNoFileIsNotReplaced() throws {
    let folder = try TemporaryFolder()
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
}
