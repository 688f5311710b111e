import FloatRuntime
import Models

/// The words after a layer's own.
struct NetworkWords {
  private var words: ArraySlice<String>
  private let layer: String
  private let path: String
  private let line: Int

  init(_ words: ArraySlice<String>, layer: String, path: String, line: Int) {
    self.words = words
    self.layer = layer
    self.path = path
    self.line = line
  }

  private func failure(_ reason: String) -> NetworkTextError {
    NetworkTextError(path: path, line: line, reason: reason)
  }

  mutating func word() -> String? { words.popFirst() }

  mutating func number(_ what: String, _ range: ClosedRange<Int>) throws(NetworkTextError) -> Int {
    guard let word = words.popFirst() else { throw failure("'\(layer)' wants a number of \(what)") }
    guard let number = Int(word), range.contains(number) else {
      throw failure("'\(word)' is no number of \(what) from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func share() throws(NetworkTextError) -> Float {
    guard let word = words.popFirst(), let share = Float(word), share >= 0, share < 1 else {
      throw failure("'\(layer)' wants a share from 0 to below 1")
    }
    return share
  }

  /// The names after a word; that and all after it are taken away.
  mutating func names(after word: String) throws(NetworkTextError) -> [String] {
    guard let place = words.firstIndex(of: word) else { return [] }
    let names = Array(words[(place + 1)...])
    guard !names.isEmpty else { throw failure("'\(word)' is followed by a layer's name") }
    words = words[..<place]
    return names
  }

  /// `3x3 stride 2 valid`, each of it optional. Convolutions are 3x3 and keep the size, pooling is 2x2 with its own
  /// size as stride.
  mutating func window(padded: Bool) throws(NetworkTextError) -> Operator.Window {
    var (height, width) = padded ? (3, 3) : (2, 2)
    if let word = words.first, word.first?.isNumber == true {
      words.removeFirst()
      let sides = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(sides.count), sides.allSatisfy((1...64).contains) else {
        throw failure("'\(word)' is no window such as 3x3")
      }
      (height, width) = (sides[0], sides.last!)
    }
    var stride = padded ? 1 : height
    if words.first == "stride" {
      words.removeFirst()
      stride = try number("stride", 1...64)
    }
    var keepsSize = padded
    if let word = words.first, word == "valid" || word == "same", padded {
      words.removeFirst()
      keepsSize = word == "same"
    }
    if keepsSize, height % 2 == 0 || width % 2 == 0 {
      throw failure("a window with an even side is 'valid', or has no middle")
    }
    let padding: Operator.Padding =
      keepsSize
      ? .init(top: height / 2, left: width / 2, bottom: height / 2, right: width / 2) : .none
    return .init(height, width, stride: stride, padding: padding)
  }

  func end() throws(NetworkTextError) {
    if let word = words.first { throw failure("'\(word)' is not understood after '\(layer)'") }
  }
}
