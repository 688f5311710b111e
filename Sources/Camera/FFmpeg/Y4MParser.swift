/// Raw pictures with a header, as `ffmpeg` writes them to a pipe (YUV4MPEG2, 4:2:0 in 8 bits), taken apart while they
/// come.
package struct Y4MParser: Sendable {
  /// Why it is no such stream.
  package struct Failure: Error, Equatable, Sendable {
    package let words: String
  }

  private static let mostLine = 256, mostSide = 8192

  /// Columns and rows, both even, once the header has come.
  package private(set) var size: (width: Int, height: Int)?
  private var line: [UInt8] = []
  /// The planes of the picture that comes, one behind the other: brightness, then two of a quarter of the pixels.
  private var planes: [UInt8] = []
  private var missing = 0

  /// Nothing has come yet.
  package init() {}

  /// How many bytes the next picture wants yet; 0 where its head has not come.
  package var wanted: Int { missing }

  /// Takes what has come.
  ///
  /// - Parameter take: given the planes of each whole picture, in order.
  package mutating func add(_ bytes: UnsafeBufferPointer<UInt8>, _ take: ([UInt8]) -> Void) throws(Failure) {
    var place = 0
    while place < bytes.count {
      if missing > 0 {
        let count = min(missing, bytes.count - place)
        planes.append(contentsOf: bytes[place..<place + count])
        (place, missing) = (place + count, missing - count)
        if missing == 0 {
          take(planes)
          planes.removeAll(keepingCapacity: true)
        }
        continue
      }
      let byte = bytes[place]
      place += 1
      if byte != UInt8(ascii: "\n") {
        line.append(byte)
        guard line.count <= Self.mostLine else { throw Failure(words: "its decoder does not write pictures") }
        continue
      }
      try endLine()
      line.removeAll(keepingCapacity: true)
    }
  }

  private mutating func endLine() throws(Failure) {
    let words = String(decoding: line, as: UTF8.self).split(separator: " ")
    guard let size else {
      guard words.first == "YUV4MPEG2" else { throw Failure(words: "its decoder does not write pictures") }
      func number(_ letter: Character) -> Int {
        words.first { $0.first == letter }.flatMap { Int($0.dropFirst()) } ?? 0
      }
      let (width, height) = (number("W"), number("H"))
      let isFit = [width, height].allSatisfy { (2...Self.mostSide).contains($0) && $0 % 2 == 0 }
      guard isFit, words.contains(where: { $0.hasPrefix("C420") && !$0.hasPrefix("C420p1") }) else {
        throw Failure(words: "its pictures are of an odd size or format (\(words.dropFirst().joined(separator: " ")))")
      }
      self.size = (width, height)
      return
    }
    // Where the size has changed on the way, what follows is no head of a picture.
    guard words.first == "FRAME" else { throw Failure(words: "its pictures have changed their size") }
    missing = size.width * size.height * 3 / 2
    planes.reserveCapacity(missing)
  }

  /// The planes as NV12 has them: brightness, then both colours in turn.
  package static func pair(_ planes: [UInt8], width: Int, height: Int, into bytes: inout [UInt8]) {
    let pixels = width * height, quarter = pixels / 4
    if bytes.count != planes.count { bytes = [UInt8](repeating: 0, count: planes.count) }
    planes.withUnsafeBufferPointer { from in
      bytes.withUnsafeMutableBufferPointer { to in
        for place in 0..<pixels { to[place] = from[place] }
        for place in 0..<quarter {
          to[pixels + 2 * place] = from[pixels + place]
          to[pixels + 2 * place + 1] = from[pixels + quarter + place]
        }
      }
    }
  }
}
