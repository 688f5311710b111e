import CSHA256
import Files
import Numerics
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
