import Models

/// Which layers keep their results in 16 bits. What only moves codes, such as max pooling, keeps those of what it
/// reads.
public enum SixteenBitLayers: Hashable, Sendable, CustomStringConvertible {
  /// All results have 8 bits.
  case none
  /// All that can: every layer but those that only move codes, and those that leave the network as sums.
  case all
  /// Those of these names.
  case named(Set<String>)

  private static let part = "sixteen-bits="

  /// A part of a method's name, `sixteen-bits=all` or `sixteen-bits=stage2.a,stage4.b`; empty for none. In names of
  /// layers, what separates parts and names stands as `%2B`, `%2C` and `%25`.
  public var description: String {
    switch self {
    case .none: ""
    case .all: Self.part + "all"
    case .named(let names): Self.part + names.sorted().map(Self.escaped).joined(separator: ",")
    }
  }

  /// The layers of a part of a method's name; nil where it is another part.
  init?(part: String) {
    guard part.hasPrefix(Self.part) else { return nil }
    self.init(list: String(part.dropFirst(Self.part.count)))
  }

  /// The layers of a list as people give it: `all`, or names with commas between them; nil for an empty name.
  public init?(list: String) {
    if list == "all" {
      self = .all
      return
    }
    let names = list.split(separator: ",", omittingEmptySubsequences: false).map { Self.plain(String($0)) }
    guard !names.contains("") else { return nil }
    self = .named(Set(names))
  }

  /// The layers that may be named, in the order of the graph.
  public static func candidates(_ graph: Graph) -> [String] {
    graph.nodes.indices.filter { !graph.nodes[$0].operator.keepsQuantization && !graph.isOutput($0 + 1) }
      .map { graph.nodes[$0].name }
  }

  /// The numbers of the values that are to have 16 bits, those that are only moved left out.
  ///
  /// - Throws: `QuantizationError` for a name that is none of the network's, or of a layer whose result is not its own
  ///   or leaves the network.
  func values(in graph: Graph) throws(QuantizationError) -> Set<Int> {
    let candidates = Set(Self.candidates(graph))
    if case .named(let names) = self, let wrong = names.subtracting(candidates).min() {
      throw QuantizationError(Self.reason(wrong, graph))
    }
    return Set(
      graph.nodes.indices.filter { index in
        switch self {
        case .none: false
        case .all: candidates.contains(graph.nodes[index].name)
        case .named(let names): names.contains(graph.nodes[index].name)
        }
      }.map { $0 + 1 })
  }

  private static func reason(_ name: String, _ graph: Graph) -> String {
    guard let index = graph.nodes.firstIndex(where: { $0.name == name }) else {
      let some = candidates(graph)
      return "there is no layer '\(name)' to keep in 16 bits; the layers are \(some.prefix(40).joined(separator: ", "))"
        + (some.count > 40 ? " and \(some.count - 40) more ('glint inspect' lists them)" : "")
    }
    guard !graph.isOutput(index + 1) else {
      return "the result of '\(name)' leaves the network as sums of 32 bits, and needs no 16: name a layer before it"
    }
    return
      "'\(name)' only moves codes: name the layer that it reads, '\(graph.valueName(graph.nodes[index].inputs[0]))'"
  }

  private static func escaped(_ name: String) -> String {
    var result = ""
    for character in name {
      switch character {
      case "+": result += "%2B"
      case ",": result += "%2C"
      case "%": result += "%25"
      default: result.append(character)
      }
    }
    return result
  }

  private static func plain(_ name: String) -> String {
    var result = ""
    var rest = name[...]
    while let first = rest.first {
      if let (text, character) = [("%2B", "+"), ("%2C", ","), ("%25", "%")].first(where: { rest.hasPrefix($0.0) }) {
        result += character
        rest = rest.dropFirst(text.count)
      } else {
        result.append(first)
        rest = rest.dropFirst()
      }
    }
    return result
  }
}
