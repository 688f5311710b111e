import Files
import NumPyFiles
import TestSupport
import Testing

@Suite struct NumPyArrayTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A file as NumPy writes it.
  private func file(_ header: String, _ data: [UInt8], version: UInt8 = 1) throws -> String {
    let count = header.utf8.count
    let length: [UInt8] = version == 1 ? [UInt8(count & 255), UInt8(count >> 8)] : [UInt8(count), 0, 0, 0]
    let bytes: [UInt8] = [0x93] + "NUMPY".utf8 + [version, 0] + length + header.utf8
    return try folder.write(bytes + data, as: "x.npy")
  }

  private func floats(_ array: NumPyArray) -> [Float]? {
    if case .floats(let numbers) = array.elements { numbers } else { nil }
  }

  @Test func whatIsWrittenIsRead() throws {
    for (shape, numbers) in [([], [1.5]), ([3], [1, -2, 3]), ([2, 1], [0, 7]), ([0], [])] as [([Int], [Float])] {
      try NumPyArray(shape, numbers).write(to: folder.path("x.npy"))
      let array = try NumPyArray(path: folder.path("x.npy"))
      #expect(array.shape == shape && floats(array) == numbers)
    }
  }

  @Test func typesOfNumPy() throws {
    let double = try NumPyArray(
      path: file(
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1,), }\n", [0, 0, 0, 0, 0, 0, 0xE0, 0x3F], version: 2))
    #expect(double.shape == [1] && floats(double) == [0.5])
    let bytes = try NumPyArray(path: file("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 2), }\n", [3, 255]))
    guard case .bytes([3, 255]) = bytes.elements else { throw FileError(path: "x", reason: "no bytes") }
    let codes = try NumPyArray(path: file("{'descr': '|i1', 'fortran_order': False, 'shape': (2,), }\n", [3, 255]))
    guard case .codes([3, -1]) = codes.elements else { throw FileError(path: "x", reason: "no codes") }
  }

  /// Cut, of other types and orders, and with shapes that do not count what is there.
  @Test(arguments: [
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", 4), ("{'descr': '<f4', 'shape': (1,), }", 4),
    ("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", 4),
    ("{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1), }", 4),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", 4),
    ("{'descr': '<f4', 'fortran_order': False, 'shape': (4611686018427387904, 4), }", 4), ("{}", 4),
  ])
  func refused(_ header: String, _ count: Int) throws {
    let path = try file(header, [UInt8](repeating: 0, count: count))
    #expect(throws: FileError.self) { try NumPyArray(path: path) }
  }

  @Test func cut() throws {
    try NumPyArray([2, 3], [1, 2, 3, 4, 5, 6]).write(to: folder.path("x.npy"))
    let whole = try MappedFile(path: folder.path("x.npy")).copy()
    for count in 1..<whole.count {
      let path = try folder.write(Array(whole[..<count]), as: "cut.npy")
      #expect(throws: FileError.self) { try NumPyArray(path: path) }
    }
  }
}
