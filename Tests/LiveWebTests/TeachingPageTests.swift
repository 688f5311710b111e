import Foundation
import TestSupport
import Testing

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Teaching over the page's server, on a program of its own.
@Suite(.serialized) struct TeachingPageTests {
  private struct State: Decodable {
    struct Class: Decodable {
      let id: Int
      let name: String
      let pictures: [Int]
    }

    let classes: [Class]
    let used: Int
  }

  private func ask(
    _ address: URL, _ path: String, _ method: String = "GET", origin: String? = nil
  ) async throws -> (status: Int, body: Data, headers: [AnyHashable: Any]) {
    var request = URLRequest(url: try #require(URL(string: path, relativeTo: address)))
    request.httpMethod = method
    if let origin { request.setValue(origin, forHTTPHeaderField: "Origin") }
    let (data, response) = try await URLSession(configuration: .ephemeral).data(for: request)
    let http = try #require(response as? HTTPURLResponse)
    return (http.statusCode, data, http.allHeaderFields)
  }

  private func state(_ address: URL) async throws -> State {
    try JSONDecoder().decode(State.self, from: try await ask(address, "teach").body)
  }

  @Test func picturesAreCollectedAndNothingLeavesTheProgram() async throws {
    let glint = try RunningGlint("--port", "0")
    let address = try glint.address()
    let first = try await state(address)
    #expect(first.used == 0 && first.classes.allSatisfy { $0.pictures.isEmpty })
    // Who only looks changes nothing, and a page of another origin may not even look.
    let looked = try await ask(address, "teach/add/x")
    #expect(looked.status == 404)
    let other = try await ask(address, "teach/add/x", "POST", origin: "https://other.example")
    #expect(other.status == 403)
    let put = try await ask(address, "teach/add/x", "PUT")
    #expect(put.status == 405)
    let added = try await ask(address, "teach/add/%C3%BCberrascht%20%26%20froh", "POST")
    #expect(added.status == 200, "\(String(decoding: added.body, as: UTF8.self))")
    let id = try #require(try await state(address).classes.first { $0.name == "überrascht & froh" }?.id)
    _ = try await ask(address, "teach/frames", "POST")
    var pictures: [Int] = []
    for _ in 0..<60 where pictures.isEmpty {
      _ = try await ask(address, "teach/collect/\(id)", "POST")
      try await Task.sleep(nanoseconds: 200_000_000)
      pictures = try await state(address).classes.first { $0.id == id }?.pictures ?? []
    }
    let picture = try #require(pictures.first)
    let jpeg = try await ask(address, "teach/picture/\(picture)")
    #expect(jpeg.status == 200 && jpeg.body.starts(with: [0xFF, 0xD8]))
    let archive = try await ask(address, "teach/pictures.zip")
    #expect(archive.body.starts(with: [0x50, 0x4B]))
    #expect("\(archive.headers["Content-Disposition"] ?? "")".contains("glint-pictures.zip"))
    let refused = try await ask(address, "teach/train", "POST")
    #expect(refused.status == 400)
    // It listens on its one address and talks to nobody; no file was made by it.
    #expect(try glint.listening().count == 1)
    let written = try glint.writtenFiles()
    #expect(written.isEmpty, "\(written)")
    let wiped = try await ask(address, "teach/wipe", "POST")
    #expect(wiped.status == 200)
    #expect(try await state(address).classes.allSatisfy { $0.pictures.isEmpty })
    #expect(glint.end() == 0)
  }

  @Test func nobodyTeachesWhereItIsOff() async throws {
    let glint = try RunningGlint("--port", "0", "--no-teach")
    let answer = try await ask(try glint.address(), "teach")
    #expect(answer.status == 404)
    #expect(glint.end() == 0)
  }
}
