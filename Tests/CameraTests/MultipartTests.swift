import Camera
import Testing

/// Streams of pictures as cameras write them.
@Suite struct MultipartTests {
  private static let pictures: [[UInt8]] = (0..<4).map { number in
    [0xFF, 0xD8, 0xFF] + (0..<300 + number).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ number) } + [0xFF, 0xD9]
  }

  private func parts(_ stream: [UInt8], boundary: String, step: Int) throws -> [[UInt8]] {
    var parser = MultipartParser(boundary: boundary)
    var found: [[UInt8]] = []
    for place in stride(from: 0, to: stream.count, by: step) {
      try stream[place..<min(place + step, stream.count)].withUnsafeBufferPointer { bytes in
        try parser.add(bytes) { found.append(Array($0)) }
      }
    }
    return found
  }

  /// - Parameter hasLength: whether each part says how long it is.
  private func stream(_ delimiter: String, _ end: String, hasLength: Bool, last: String) -> [UInt8] {
    let text = Self.pictures.flatMap { picture -> [UInt8] in
      let length = hasLength ? "content-LENGTH: \(picture.count)\(end)" : ""
      return Array("\(delimiter)\(end)Content-Type: image/jpeg\(end)\(length)\(end)".utf8) + picture + Array(end.utf8)
    }
    return text + Array("\(last)\(end)".utf8)
  }

  @Test(arguments: [
    ("frame", "--frame", "\r\n"), ("--frame", "--frame", "\r\n"), ("frame", "frame", "\r\n"),
    ("frame", "--frame", "\n"), ("wrong", "--another", "\r\n"), ("", "--frame", "\r\n"),
    ("--frame", "----frame", "\r\n"),
  ]) func everyWayOfWritingIsRead(_ boundary: String, _ delimiter: String, _ end: String) throws {
    for hasLength in [true, false] {
      let bytes = stream(delimiter, end, hasLength: hasLength, last: delimiter + "--")
      for step in [1, 7, 100, bytes.count] {
        let found = try parts(bytes, boundary: boundary, step: step)
        #expect(found == Self.pictures, "\(delimiter) \(hasLength) \(step): \(found.map(\.count))")
      }
    }
  }

  @Test func whatIsNoPictureIsLeftOut() throws {
    let text =
      "a preamble\r\n--x\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x\r\n\r\n\r\n--x\r\nA\r\n\r\nJPEG\r\n--x--\r\n"
    #expect(try parts(Array(text.utf8), boundary: "x", step: 3) == [Array("JPEG".utf8)])
  }

  @Test func endlessStreamsAreRefused() {
    let refusals: [([UInt8], String)] = [
      ([UInt8](repeating: 7, count: 1 << 21), "no boundary"),
      (Array(String(repeating: "line\n", count: 1 << 19).utf8), "no boundary"),
      (Array("--x\r\n".utf8) + [UInt8](repeating: 65, count: 20 << 10), "head of a picture does not end"),
      (Array("--x\r\n\r\n".utf8) + [UInt8](repeating: 65, count: 33 << 20), "picture of it does not end"),
      (Array("--x\r\nContent-Length: 99999999999\r\n".utf8), "says that it has"),
      (Array("--x\r\nContent-Length: -1\r\n".utf8), "says that it has"),
    ]
    for (bytes, words) in refusals {
      do {
        _ = try parts(bytes, boundary: "x", step: 1 << 16)
        Issue.record("\(words): taken")
      } catch { #expect("\(error)".contains(words), "\(error)") }
    }
  }
}
