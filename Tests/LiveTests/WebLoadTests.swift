import Foundation
import Testing

/// The real program while browsers and strangers ask much of it.
@Suite(.serialized) struct WebLoadTests {
  @Test func nothingListensButOnLoopback() throws {
    let glint = try RunningGlint("--port", "0")
    _ = try glint.address()
    // 127.0.0.1, its bytes in the machine's order; nothing else, and nothing for IPv6.
    #expect(try glint.listening() == [String(format: "%08X", UInt32(0x7F00_0001).bigEndian)])
    #expect(glint.end() == 0)
    let open = try RunningGlint("--port", "0", "--listen", "0.0.0.0")
    #expect(try open.address().query?.hasPrefix("token=") == true)
    #expect(try open.listening() == ["00000000"])
    #expect(open.end() == 0)
  }

  /// Labels a second while 100 browsers look, one of them without reading, and photos of 50 MB come one after another:
  /// held against the same program in the same minute with nobody asking.
  @Test func aCrowdDoesNotSlowTheLabels() async throws {
    let glint = try RunningGlint("--port", "0")
    let address = try glint.address()
    let port = try #require(address.port)
    #expect(await eventually { (try? glint.lines().count) ?? 0 > 5 })
    let before = try await labels(glint)

    let crowd = try Crowd(100, port: port), uploads = Uploads(of: 50 << 20, port: port)
    let during = try await labels(glint)
    let (received, uploaded) = (crowd.received, uploads.bytes)
    crowd.close()
    uploads.end()
    // Those for whom there is room get pictures, the others a word.
    #expect(received.filter { $0 > 20_000 }.count == 15, "\(received)")
    #expect(received.dropFirst().allSatisfy { $0 > 0 } && uploaded > 1 << 20, "\(received) \(uploaded)")

    let after = try await labels(glint)
    let usual = Double(before + after) / 2
    #expect(Double(during) > 0.7 * usual, "\(before), with the crowd \(during), \(after) labels")
    #expect(glint.end() == 0)
  }

  /// Labels in three seconds.
  private func labels(_ glint: RunningGlint) async throws -> Int {
    let start = try glint.lines().count
    try await Task.sleep(nanoseconds: 3_000_000_000)
    return try glint.lines().count - start
  }
}

/// Waits until something is so, half a minute at most.
func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<3_000 {
    if condition() { return true }
    try? await Task.sleep(nanoseconds: 10_000_000)
  }
  return condition()
}
