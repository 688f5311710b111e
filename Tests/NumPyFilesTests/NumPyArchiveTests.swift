import CDeflate
import Files
import NumPyFiles
import TestSupport
import Testing

@Suite struct NumPyArchiveTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func archive(_ bytes: [UInt8]) throws -> NumPyArchive {
    try NumPyArchive(path: folder.write(bytes, as: "x.npz"))
  }

  /// The bytes of an array's file.
  private func file(_ array: NumPyArray) throws -> [UInt8] {
    try array.write(to: folder.path("array.npy"))
    return try MappedFile(path: folder.path("array.npy")).copy()
  }

  private func floats(_ array: NumPyArray?) -> [Float]? {
    if case .floats(let numbers)? = array?.elements { numbers } else { nil }
  }

  /// What reading fails with, of the directory or of the array.
  private func reason(_ bytes: [UInt8], _ name: String = "x") -> String? {
    caught(FileError.self) { _ = try archive(bytes).array(name) }?.reason
  }

  @Test func whatIsWrittenIsRead() throws {
    let arrays = [("x", NumPyArray([2, 1], [1.5, -2])), ("/a/ü:0", NumPyArray([3], .codes([-1, 0, 1])))]
    try NumPyArchive.write(arrays, to: folder.path("x.npz"))
    let read = try NumPyArchive(path: folder.path("x.npz"))
    #expect(read.names == ["x", "/a/ü:0"] && NumPyArchive.isOne(path: read.path))
    #expect(try floats(read.array("x")) == [1.5, -2])
    guard case .codes([-1, 0, 1])? = try read.array("/a/ü:0")?.elements else { throw FileError(path: "", reason: "") }
    #expect(try read.array("y") == nil)
    // Checksums that somebody else computed.
    for (name, array) in arrays {
      let sum = ZipWriter.checksum(try file(array))
      let bytes = try MappedFile(path: read.path).copy()
      let little = (0..<4).map { UInt8(truncatingIfNeeded: sum >> (8 * $0)) }
      #expect(bytes.indices.dropLast(4).contains { Array(bytes[$0..<$0 + 4]) == little }, "\(name)")
    }
  }

  /// A file of numpy.savez_compressed of NumPy 2.4: `x` of 3x400 zeros, `/a/b:0` of int8 0, 1, 2.
  @Test func compressedByNumPy() throws {
    let hex = """
      504b03042d00000008000000210000280ca0ffffffffffffffff05001400782e6e7079010010004013000000000000680000
      0000000000edc8310e82301840e1ba728a7ffb21e94022936166c3b8383899c6b66120405ae3623c851716aec0e4f0beedbd
      eff9da5f6e07f3326ff5213f929e44dbd8a8158d737a2637dde7e4c3f63b37e6b0fe3cb825ac5d1ead34755d59f9c84e8501
      000000000000fed80f504b03042d000000080000002100ac98ff33ffffffffffffffff0a0014002f612f623a302e6e707901
      001000830000000000000047000000000000009bec17ea1b10c9c850c650ad9e925a9c5ca46ea5a05e9369a8aea3a09e965f
      54529498179f5f94920a12774bcc294e058a17672416a402f91ac63a9a3a0ab50a14002e06462600504b01022d032d000000
      08000000210000280ca06800000040130000050000000000000000000000800100000000782e6e7079504b01022d032d0000
      00080000002100ac98ff3347000000830000000a000000000000000000000080019f0000002f612f623a302e6e7079504b05
      0600000000020002006b000000220100000000
      """
    let digits = hex.filter { !$0.isWhitespace }.map { UInt8($0.hexDigitValue!) }
    let bytes = stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    let read = try archive(bytes)
    #expect(read.names == ["x", "/a/b:0"])
    let zeros = try read.array("x")
    #expect(zeros?.shape == [3, 400] && floats(zeros) == [Float](repeating: 0, count: 1200))
    guard case .codes([0, 1, 2])? = try read.array("/a/b:0")?.elements else {
      throw FileError(path: "", reason: "other numbers")
    }
    // Cut anywhere, and with any byte changed: an error, or the same numbers.
    for count in 0..<bytes.count {
      guard count > 0 else { continue }
      #expect(reason(Array(bytes[..<count])) != nil, "\(count)")
      var changed = bytes
      changed[count] ^= 0x55
      guard let whole = try? archive(changed), let array = try? whole.array("x") else { continue }
      #expect(array.shape == [3, 400] && floats(array) == floats(zeros), "\(count)")
    }
  }

  /// Every kind of sound archive: stored, deflated, with sizes of 64 bits, with a comment, with other members.
  @Test func soundArchives() throws {
    let numbers = (0..<2000).map { Float($0) }
    let member = ZipWriter.Member("x.npy", try file(NumPyArray([2000], numbers)))
    var large = member
    large.isLarge = true
    for packed in [member, member.deflated(), large, large.deflated()] {
      for isLarge in [false, true] {
        var zip = ZipWriter([ZipWriter.Member("readme", [1]), packed])
        zip.isLarge = isLarge
        zip.comment = Array("PK\u{5}\u{6} says nothing here".utf8)
        #expect(try floats(archive(zip.bytes).array("x")) == numbers)
      }
    }
  }

  /// Numbers of an archive that contradict what is there.
  @Test func contradictions() throws {
    let sound = ZipWriter.Member("x.npy", try file(NumPyArray([3], [1, 2, 3])))
    let packed = sound.deflated()
    func expect(_ words: String, _ member: ZipWriter.Member, _ change: (inout ZipWriter.Member) -> Void) {
      var member = member
      change(&member)
      for isLarge in [false, true] {
        member.isLarge = isLarge
        let reason = reason(ZipWriter([member]).bytes) ?? "nothing"
        #expect(reason.contains(words), "\(reason), not \(words)")
      }
    }
    expect("its checksum is another", sound) { $0.checksum ^= 1 }
    expect("its checksum is another", packed) { $0.checksum ^= 1 }
    expect("is stored with", sound) { $0.count += 1 }
    expect("another size", packed) { $0.count += 1 }
    expect("another size", packed) { $0.count -= 1 }
    expect("another size", packed) { $0.packed.append(0) }
    expect("is damaged", packed) { $0.packed.removeLast() }
    expect("is damaged", packed) { $0.packed[0] = 7 }
    // A bomb: a few bytes that promise more than they can hold, or than is unpacked for anybody.
    expect("cannot hold", packed) { $0.count = 1 << 20 }
    expect("write it with numpy.savez", packed) { $0.count = 1 << 29 }
    expect("is encrypted", sound) { $0.flags = 1 }
    expect("method 12", sound) { $0.method = 12 }
    expect("is no .npy file", .init("x.npy", [1, 2, 3])) { _ in }
    expect("holds no arrays", sound) { $0.name = "x" }
    #expect(reason(ZipWriter([sound, sound]).bytes) == "holds 'x' twice")
    #expect(reason(ZipWriter([]).bytes)?.contains("no arrays") == true)
    #expect(reason([UInt8](repeating: 0x50, count: 100)) == "is text, and an .npz file of NumPy is wanted here")
    #expect(reason([0x50, 0x4B, 3, 4] + [UInt8](repeating: 1, count: 100))?.contains("breaks off") == true)
  }

  /// Places and lengths that lead out of the file, in every field of an archive with sizes of 64 bits.
  @Test func everyFieldIsChecked() throws {
    var member = ZipWriter.Member("x.npy", try file(NumPyArray([3], [1, 2, 3])))
    member.isLarge = true
    var zip = ZipWriter([member.deflated(), ZipWriter.Member("y.npy", [])])
    zip.isLarge = true
    let bytes = zip.bytes
    for place in bytes.indices {
      for value: UInt8 in [0, 1, 0x7F, 0x80, 0xFF] {
        for count in [1, 2, 4, 8] where place + count <= bytes.count {
          var changed = bytes
          for offset in 0..<count { changed[place + offset] = value }
          guard let read = try? archive(changed), let array = try? read.array("x") else { continue }
          #expect(floats(array) == [1, 2, 3], "\(place) \(value) \(count)")
        }
      }
    }
  }

  /// The unpacker never writes beyond what it is given, whatever the stream holds.
  @Test func unpackingKeepsToItsRoom() {
    let stream: [UInt8] = [1, 4, 0, 0xFB, 0xFF, 10, 20, 30, 40]
    for room in 0...6 {
      var result = [UInt8](repeating: 0xAA, count: 8)
      let status = cdeflate_unpack(stream, stream.count, &result, room)
      #expect(status == (room == 4 ? CDEFLATE_OK : CDEFLATE_OTHER_SIZE))
      #expect(result[min(room, 4)...].allSatisfy { $0 == 0xAA })
    }
    for count in 0..<stream.count {
      var result = [UInt8](repeating: 0, count: 4)
      #expect(cdeflate_unpack(stream, count, &result, 4) == CDEFLATE_DAMAGED)
    }
  }
}
