import CSHA256
import Foundation
import ModelFiles
import Tensors
import TestSupport
import Testing

@Suite struct SHA256Tests {
  @Test(arguments: [
    ("", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"),
    ("abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
    (
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1"
    ),
  ])
  func standardExamples(_ text: String, _ digest: String) {
    #expect(Array(text.utf8).withUnsafeBytes { SHA256.hex($0) } == digest)
  }

  /// A million letters a, the long example of FIPS 180-2.
  @Test func longExample() {
    let text = [UInt8](repeating: UInt8(ascii: "a"), count: 1_000_000)
    let digest = "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0"
    #expect(text.withUnsafeBytes { SHA256.hex($0) } == digest)
  }

  /// The instructions of the processor against the plain letters of the standard, from any state and at any address.
  @Test func variantsAgree() {
    var random = CounterRandom(seed: 4)
    let bytes = (0..<(64 * 9 + 15)).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    for count in [0, 1, 2, 9] {
      for offset in [0, 1, 15] {
        let start = (0..<8).map { _ in UInt32(truncatingIfNeeded: random.next()) }
        let results = (0..<cs_variants()).map { index in
          var state = start
          bytes.withUnsafeBytes { cs_variant_at(index).pointee.absorb(&state, $0.baseAddress! + offset, count) }
          return state
        }
        #expect(results.allSatisfy { $0 == results[0] }, "\(count) blocks at offset \(offset)")
        #expect((results[0] == start) == (count == 0))
      }
    }
  }

  @Test func piecesEqualTheWhole() {
    var random = CounterRandom(seed: 3)
    let bytes = (0..<1_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    let whole = bytes.withUnsafeBytes { SHA256.hex($0) }
    for step in [1, 7, 63, 64, 65, 500] {
      var hash = SHA256()
      bytes.withUnsafeBytes { all in
        for start in stride(from: 0, to: all.count, by: step) {
          hash.update(UnsafeRawBufferPointer(rebasing: all[start..<min(start + step, all.count)]))
        }
      }
      #expect(hash.finishHex() == whole)
    }
  }
}

@Suite struct JSONTests {
  @Test func readsWhatItWrites() throws {
    let value = JSONValue.object([
      .init("a \"b\"\n\u{1}", .array([.integer(-12), .integer(.max), .integer(.min), .bool(true)])),
      .init("ä😀", .string("\\ / \t")), .init("empty", .object([])),
    ])
    #expect(try JSONValue(parsing: value.text) == value)
    #expect(try JSONValue(parsing: "\"\\ud83d\\ude00\\u00e4\"") == .string("😀ä"))
  }

  @Test(arguments: [
    "", "{", "[1,]", "{\"a\":1,\"a\":2}", "01", "1.5", "1e3", "9223372036854775808", "\"\\ud800\"", "\"\u{1}\"", "tru",
    "{} x", "\"abc", "[1 2]", "{1:2}", "-", "\"\\x\"", String(repeating: "[", count: 100_000),
  ])
  func refuses(_ text: String) {
    #expect(throws: JSONError.self) { try JSONValue(parsing: text) }
  }
}

@Suite struct SafetensorsTests {
  @Test func roundTrip() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("odd", Tensor<Int8>([3], [-127, 0, 127]))
    writer.add("floats", Tensor<Float>([2, 2], [1, -0.5, .pi, 1e-30]))
    writer.add("one", Tensor<Int32>([1], [.min]))
    writer.add(metadata: "note", "two \"words\"")
    let path = folder.path("t.safetensors")
    try writer.write(to: path)
    let file = try SafetensorsFile(path: path)
    try file.verifyChecksums()
    #expect(file.entries.map(\.name) == ["odd", "floats", "one"])
    #expect(file.entries.allSatisfy { $0.range.lowerBound % 64 == 0 })
    #expect(try file.tensor("odd", of: Int8.self).elements == [-127, 0, 127])
    #expect(try file.tensor("floats", of: Float.self, shape: [2, 2]).elements == [1, -0.5, .pi, 1e-30])
    #expect(try file.tensor("one", of: Int32.self).elements == [.min])
    #expect(file.metadata("note") == "two \"words\"")
    #expect(throws: ModelFileError.self) { try file.tensor("odd", of: Float.self) }
    #expect(throws: ModelFileError.self) { try file.tensor("odd", of: Int8.self, shape: [4]) }
    #expect(throws: ModelFileError.self) { try file.tensor("even", of: Int8.self) }
  }

  @Test func nothingHalfWritten() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("t", Tensor<Int8>([1], [1]))
    #expect(throws: ModelFileError.self) { try writer.write(to: folder.path("missing/t.safetensors")) }
    // A folder stands where the file should go: the rename fails after the temporary file was written.
    #expect(throws: ModelFileError.self) { try writer.write(to: folder.path(".")) }
    #expect(try folder.names().isEmpty)
  }

  @Test func writabilityIsFoundOutBeforehand() throws {
    let folder = try TemporaryFolder()
    #expect(throws: ModelFileError.self) { try AtomicFile.checkWritable(folder.path("missing/t")) }
    #expect(throws: ModelFileError.self) { try AtomicFile.checkWritable(folder.path(".")) }
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

  /// Headers made by hand, each wrong in one way.
  @Test(arguments: [
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,8]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[-8],\"data_offsets\":[0,8]}}",
    "{\"t\":{\"dtype\":\"I9\",\"shape\":[8],\"data_offsets\":[0,8]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[8,16]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[8,0]}}",
    "{\"t\":{\"dtype\":\"F32\",\"shape\":[4611686018427387904,4],\"data_offsets\":[0,8]}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[8]}}", "{\"t\":3}", "[]", "{\"__metadata__\":{\"a\":1}}",
    "{\"t\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]},\"t\":{}}",
    "{\"a\":{\"dtype\":\"I8\",\"shape\":[8],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,8]}}",
  ])
  func refusesHeaders(_ json: String) throws {
    let folder = try TemporaryFolder()
    let header = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) } + Array(json.utf8)
    let path = try folder.write(header + [UInt8](repeating: 1, count: 8), as: "bad.safetensors")
    let error = caught(ModelFileError.self) { try SafetensorsFile(path: path) }
    #expect(error?.path == path)
  }
}
