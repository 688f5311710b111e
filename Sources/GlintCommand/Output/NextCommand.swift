/// The command that comes next, as it would be typed.
enum NextCommand {
  /// Prints `Next: glint ...`, with words quoted for a shell where they need it.
  static func show(_ words: [String]) { emitWhole("Next: " + line(words)) }

  /// Where the int8 version of a model would go: `face.safetensors` becomes `face.int8.safetensors`.
  static func int8Path(of path: String) -> String {
    let end = ".safetensors"
    return (path.hasSuffix(end) ? String(path.dropLast(end.count)) : path) + ".int8" + end
  }

  /// The same as text.
  static func line(_ words: [String]) -> String { (["glint"] + words).map(quoted).joined(separator: " ") }

  /// A word as a POSIX shell reads it (XCU 2.2.2: within single quotes all is literal).
  static func quoted(_ word: String) -> String {
    let plain = word.utf8.allSatisfy { byte in
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "."),
        UInt8(ascii: "/"), UInt8(ascii: ":"), UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: ","), 0x80...:
        true
      default: false
      }
    }
    if plain, !word.isEmpty { return word }
    let pieces = word.split(separator: "'", omittingEmptySubsequences: false)
    return "'" + pieces.joined(separator: "'\\''") + "'"
  }
}
