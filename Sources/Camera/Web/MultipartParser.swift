import Glibc

/// A stream of pictures as cameras send it (`multipart/x-mixed-replace`, RFC 2046 section 5.1), taken apart while it
/// comes. Many cameras write it in their own way: with the boundary's dashes or without, with a length or without.
public struct MultipartParser: Sendable {
  /// Why a stream is none.
  public struct Failure: Error, Equatable, Sendable {
    /// For people.
    public let words: String
  }

  /// The most bytes of one part, of one part's head, and of what is no part in between.
  static let mostBody = 32 << 20, mostHead = 16 << 10, mostBetween = 1 << 20

  private enum Stage: Sendable {
    case between, head
    /// A body of so many bytes.
    case counted(Int)
    /// A body up to the next boundary.
    case open
  }

  private let boundary: [UInt8]
  private var stage = Stage.between
  /// What has come and is not taken; `start` is where that begins, `searched` how much of it holds no end.
  private var bytes: [UInt8] = []
  private var start = 0
  private var searched = 0
  /// The line by which the parts are really separated.
  private var delimiter: [UInt8] = []
  private var passed = 0
  private var length: Int?
  private var isPicture = true

  /// - Parameter boundary: as the type of the stream names it.
  public init(boundary: String) {
    self.boundary = Array(boundary.utf8.drop { $0 == Self.dash })
  }

  /// Takes what has come.
  ///
  /// - Parameter take: given each whole picture, in order.
  public mutating func add(
    _ new: UnsafeBufferPointer<UInt8>, _ take: (ArraySlice<UInt8>) -> Void
  ) throws(Failure) {
    if start > 0, start == bytes.count || start > 1 << 16 {
      bytes.removeSubrange(..<start)
      start = 0
    }
    bytes.append(contentsOf: new)
    while try step(take) {}
  }

  private static let dash = UInt8(ascii: "-"), lineEnd = UInt8(ascii: "\n"), carriage = UInt8(ascii: "\r")

  /// Whether there was enough to go on.
  private mutating func step(_ take: (ArraySlice<UInt8>) -> Void) throws(Failure) -> Bool {
    switch stage {
    case .between:
      guard let line = try line(most: Self.mostBetween, "what it sends holds no boundary between pictures") else {
        return false
      }
      guard isDelimiter(line) else { return true }
      (delimiter, passed, length, isPicture) = (line, 0, nil, true)
      stage = .head
    case .head:
      guard let line = try line(most: Self.mostHead, "the head of a picture does not end") else { return false }
      if line.isEmpty {
        passed = 0
        stage = length.map { .counted($0) } ?? .open
      } else {
        try field(line)
      }
    case .counted(let count):
      guard bytes.count - start >= count else { return false }
      finish(start + count, next: start + count, take)
    case .open:
      guard let (end, next) = nextDelimiter() else {
        guard bytes.count - start <= Self.mostBody else { throw Failure(words: "a picture of it does not end") }
        return false
      }
      finish(end, next: next, take)
    }
    return true
  }

  private mutating func finish(_ end: Int, next: Int, _ take: (ArraySlice<UInt8>) -> Void) {
    if isPicture, end > start { take(bytes[start..<end]) }
    (start, searched) = (next, 0)
    stage = .between
  }

  /// The next line without its end; nil where that has not come.
  private mutating func line(most: Int, _ words: String) throws(Failure) -> [UInt8]? {
    let end = lineEnd(from: start + searched)
    passed += end.map { $0 + 1 - start } ?? 0
    guard passed + (end == nil ? bytes.count - start : 0) <= most else { throw Failure(words: words) }
    guard let end else {
      searched = bytes.count - start
      return nil
    }
    var line = bytes[start..<end]
    if line.last == Self.carriage { line.removeLast() }
    (start, searched) = (end + 1, 0)
    return Array(line)
  }

  private func lineEnd(from place: Int) -> Int? {
    bytes.withUnsafeBufferPointer { bytes in
      guard place < bytes.count, let base = bytes.baseAddress else { return nil }
      return memchr(base + place, Int32(Self.lineEnd), bytes.count - place).map {
        UnsafeRawPointer($0) - UnsafeRawPointer(base)
      }
    }
  }

  /// Whether a line separates parts: by the boundary that was named, or by any text with two dashes before it.
  private func isDelimiter(_ line: [UInt8]) -> Bool {
    if line.count > 2, line[0] == Self.dash, line[1] == Self.dash { return true }
    return !boundary.isEmpty && line == boundary
  }

  /// Where the body ends, and where the line behind it begins; nil where it has not ended.
  private mutating func nextDelimiter() -> (end: Int, next: Int)? {
    var place = start + searched
    while let end = lineEnd(from: place) {
      guard end + 1 + delimiter.count <= bytes.count else {
        searched = end - start
        return nil
      }
      if bytes[end + 1..<end + 1 + delimiter.count].elementsEqual(delimiter) {
        let hasCarriage = end > start && bytes[end - 1] == Self.carriage
        return (hasCarriage ? end - 1 : end, end + 1)
      }
      place = end + 1
    }
    searched = bytes.count - start
    return nil
  }

  private mutating func field(_ line: [UInt8]) throws(Failure) {
    guard let (name, value) = HTTPHead.field(line) else { return }
    switch name {
    case "content-length":
      guard let count = Int(value), (0...Self.mostBody).contains(count) else {
        throw Failure(words: "a picture of it says that it has \(value) bytes")
      }
      length = count
    case "content-type":
      let type = value.lowercased()
      isPicture = type.hasPrefix("image/") || type.contains("octet-stream")
    default: break
    }
  }
}
