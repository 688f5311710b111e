import Files
import Foundation
import Reports
import TestSupport
import Testing

@Suite struct EventFileTests {
  /// RFC 3720, appendix B.4, and the standard test vector of the check.
  @Test func checksums() {
    #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
    #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)
    #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    #expect(CRC32C.checksum((0..<32).map { UInt8($0) }) == 0x46DD_794E)
  }

  /// A reader of its own: records, then messages, field by field.
  private struct Message {
    var numbers: [Int: UInt64] = [:]
    var parts: [(field: Int, bytes: [UInt8])] = []

    init(_ bytes: [UInt8]) throws {
      var at = 0
      func varint() -> UInt64 {
        var (value, shift) = (UInt64(0), UInt64(0))
        while bytes[at] & 128 != 0 {
          value |= UInt64(bytes[at] & 127) << shift
          shift += 7
          at += 1
        }
        value |= UInt64(bytes[at]) << shift
        at += 1
        return value
      }
      while at < bytes.count {
        let key = varint()
        let field = Int(key >> 3)
        switch key & 7 {
        case 0: numbers[field] = varint()
        case 1, 5:
          let width = key & 7 == 1 ? 8 : 4
          numbers[field] = EventFileTests.number(bytes[at..<at + width])
          at += width
        default:
          let count = Int(varint())
          parts.append((field, Array(bytes[at..<at + count])))
          at += count
        }
      }
      try #require(at == bytes.count)
    }
  }

  private static func number(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  private func events(_ path: String) throws -> [Message] {
    let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
    var events: [Message] = []
    var at = 0
    while at < bytes.count {
      let length = Int(Self.number(bytes[at..<at + 8]))
      #expect(Self.number(bytes[at + 8..<at + 12]) == UInt64(CRC32C.masked(bytes[at..<at + 8])))
      let message = bytes[at + 12..<at + 12 + length]
      #expect(Self.number(bytes[at + 12 + length..<at + 16 + length]) == UInt64(CRC32C.masked(message)))
      events.append(try Message(Array(message)))
      at += 16 + length
    }
    return events
  }

  @Test func whatIsWrittenIsRead() throws {
    let folder = try TemporaryFolder()
    let file = try EventFile(folder: folder.path("runs/one"), now: 1_700_000_000.5)
    file.add([("loss/training", 0.5), ("loss/validation", .nan), ("accuracy", 0.75)], step: 300, now: 1_700_000_001)
    file.add([("nothing", .infinity)], step: 301)
    #expect(file.problem == nil)
    let read = try events(file.path)
    #expect(read.count == 2)
    #expect(read[0].numbers[1] == (1_700_000_000.5).bitPattern)
    #expect(read[0].parts[0].field == 3 && read[0].parts[0].bytes == Array("brain.Event:2".utf8))
    #expect(read[1].numbers[2] == 300)
    let values = try Message(read[1].parts[0].bytes).parts.map { try Message($0.bytes) }
    #expect(values.map { String(decoding: $0.parts[0].bytes, as: UTF8.self) } == ["loss/training", "accuracy"])
    #expect(values.map { Float(bitPattern: UInt32($0.numbers[2]!)) } == [0.5, 0.75])
  }

  @Test func aFullDiskIsToldAndNothingElse() throws {
    let error = try #require(caught(FileError.self) { try EventFile(folder: "/proc/none") })
    #expect(error.description.contains("/proc/none"))
  }

  /// Two runs of one second and one process id, as containers have them, keep a file each.
  @Test func anEarlierFileIsNeverWrittenOver() throws {
    let folder = try TemporaryFolder()
    let files = try (0..<3).map { _ in try EventFile(folder: folder.path("runs"), now: 1_700_000_000) }
    #expect(Set(files.map(\.path)).count == 3)
    for file in files {
      let bytes = try #require(FileManager.default.contents(atPath: file.path))
      // The version alone: length and its check, 26 bytes of message, and their check.
      #expect(bytes.count == 8 + 4 + 26 + 4 && file.problem == nil, "\(bytes.count)")
    }
  }
}
