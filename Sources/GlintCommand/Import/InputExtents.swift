import ArgumentParser

/// What `import --input` says: the extents of an input, perhaps with its name before them.
struct InputExtents {
  /// The input that they are of; nil for the only one.
  let name: String?
  /// In the file's order.
  let extents: [Int]

  /// - Throws: `ValidationError` where `text` does not end in extents.
  @Sendable init(_ text: String) throws {
    // Names may hold `=` as well.
    let end = text.lastIndex(of: "=")
    name = end.map { String(text[..<$0]) }
    let parts = text[(end.map { text.index(after: $0) } ?? text.startIndex)...]
      .split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard (2...4).contains(parts.count), parts.allSatisfy({ $0 ?? 0 > 0 }), name != "" else {
      throw ValidationError("--input takes extents such as 1x3x64x64, or name=1x3x64x64, not '\(text)'.")
    }
    extents = parts.compactMap { $0 }
  }

  /// Refuses what is said twice of one input.
  static func check(_ given: [InputExtents]) throws {
    var names: Set<String?> = []
    for one in given where !names.insert(one.name).inserted || given.count > 1 && one.name == nil {
      throw ValidationError(
        one.name.map { "--input is given twice for '\($0)'." }
          ?? "Of several --input, each names its input, as in --input name=1x3x64x64.")
    }
  }
}
