import FoundationEssentials

/// What calibration images taught a method that needs them, kept in the calibration record: with it the same int8 file
/// comes out without the images.
public struct LearnedParameters: Hashable, Sendable, Codable {
  /// What was learned of one node.
  public struct Node: Hashable, Sendable, Codable {
    /// What is added to the float bias of each output channel; nil where nothing is.
    public var biasShift: [Float]?
    /// One bit a weight, lowest bit first: whether `weight / scale` is rounded up instead of down; nil where each goes
    /// to the nearest. JSON holds it in base64.
    public var roundedUp: Data?
    /// The int8 code of each weight, one byte a weight, where all of them were learned (`FineTuning`): rounding
    /// says nothing then. Nil where codes follow from the float weights. JSON holds it in base64.
    public var codes: Data?

    /// What is nil changes nothing.
    public init(biasShift: [Float]? = nil, roundedUp: Data? = nil, codes: Data? = nil) {
      self.biasShift = biasShift
      self.roundedUp = roundedUp
      self.codes = codes
    }
  }

  /// By node name.
  public var nodes: [String: Node]
  /// How it was learned, in words, for the model's card; nil where the method's name says all.
  public var note: String?

  /// Nodes that are missing have learned nothing.
  public init(nodes: [String: Node] = [:]) { self.nodes = nodes }

  /// Whether every entry fits a graph's parameters.
  ///
  /// - Parameter weights: by node name, the number of weights and of output channels.
  func fits(_ weights: [String: (count: Int, channels: Int)]) -> Bool {
    nodes.allSatisfy { name, node in
      guard let own = weights[name] else { return false }
      return node.biasShift.map { $0.count == own.channels && $0.allSatisfy(\.isFinite) } ?? true
        && node.roundedUp.map { $0.count == (own.count + 7) / 8 } ?? true
        && node.codes.map { $0.count == own.count && !$0.contains(0x80) } ?? true
    }
  }
}
