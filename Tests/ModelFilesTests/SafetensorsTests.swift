import Files
import Foundation
import ModelFiles
import Numerics
import TestSupport
import Testing

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
    #expect(throws: FormatError.self) { try file.tensor("odd", of: Float.self) }
    #expect(throws: FormatError.self) { try file.tensor("odd", of: Int8.self, shape: [4]) }
    #expect(throws: FormatError.self) { try file.tensor("even", of: Int8.self) }
  }

  @Test func nothingHalfWritten() throws {
    let folder = try TemporaryFolder()
    var writer = SafetensorsWriter()
    writer.add("t", Tensor<Int8>([1], [1]))
    #expect(throws: FileError.self) { try writer.write(to: folder.path("missing/t.safetensors")) }
    // A folder stands where the file should go: the rename fails after the temporary file was written.
    #expect(throws: FileError.self) { try writer.write(to: folder.path(".")) }
    #expect(try folder.names().isEmpty)
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
    """
    {"a":{"dtype":"I8","shape":[8],"data_offsets":[0,8]},"b":{"dtype":"I8","shape":[4],"data_offsets":[4,8]}}
    """,
  ])
  func refusesHeaders(_ json: String) throws {
    let folder = try TemporaryFolder()
    let header = withUnsafeBytes(of: UInt64(json.utf8.count).littleEndian) { Array($0) } + Array(json.utf8)
    let path = try folder.write(header + [UInt8](repeating: 1, count: 8), as: "bad.safetensors")
    let error = caught(FormatError.self) { try SafetensorsFile(path: path) }
    #expect(error?.path == path)
  }
}
