/// A network as a drawing shows it: boxes with a few lines each, and arrows from what is read to what reads it.
public struct NetworkGraph: Sendable {
  /// What a box stands for, which its colour says.
  public enum Kind: Int, Sendable, CaseIterable {
    /// What goes in, and what comes out.
    case end = 0
    /// Has weights.
    case layer = 2
    /// Joins values.
    case join = 1
    /// Has no weights.
    case other = 7

    /// The word for it in the legend.
    var word: String {
      switch self {
      case .end: "input, output"
      case .layer: "with weights"
      case .join: "joins values"
      case .other: "without weights"
      }
    }
  }

  /// A box.
  public struct Node: Hashable, Sendable {
    /// The first line.
    public var name: String
    /// What is computed, the second line.
    public var `operator`: String
    /// The shape of what comes out, beside the arrows that leave it; perhaps empty.
    public var shape: String
    /// Small print below, perhaps empty.
    public var detail: String
    /// What the box stands for.
    public var kind: Kind
    /// The boxes that it reads, by their place in the list, all before its own.
    public var inputs: [Int]
    /// How much of something it has, 0...1, which then is its colour; nil for the colour of its kind.
    public var share: Double?
    /// The place in the page that it leads to; nil for none.
    public var anchor: String?

    /// Long texts are cut in the drawing, and whole where the reader points at the box.
    public init(
      _ name: String, operator: String, shape: String, detail: String = "", kind: Kind, inputs: [Int]
    ) {
      self.name = name
      self.operator = `operator`
      self.shape = shape
      self.detail = detail
      self.kind = kind
      self.inputs = inputs
    }
  }

  /// The boxes, each after those that it reads.
  public var nodes: [Node]

  /// Boxes in an order in which they could run.
  public init(_ nodes: [Node]) { self.nodes = nodes }
}

extension ReportBlock {
  /// The most boxes that are drawn: a page with more is too large to look at.
  static let mostNodes = 3000

  /// The drawing of a network, from its input at the top to its outputs.
  public static func network(_ graph: NetworkGraph, title: String = "") -> ReportBlock {
    guard !graph.nodes.isEmpty, graph.nodes.count <= mostNodes else {
      return .note("A network of \(Figures.count(graph.nodes.count)) nodes is not drawn.")
    }
    let drawing = NetworkDrawing(graph)
    if graph.nodes.contains(where: { $0.share != nil }) {
      return ReportBlock("\(scroll("drawing of the network"))\(drawing.markup)</div>", title: title, wide: true)
    }
    let kinds = NetworkGraph.Kind.allCases.filter { kind in graph.nodes.contains { $0.kind == kind } }
    let legend = kinds.map { kind -> Markup in
      """
      <span><svg class="key" viewBox="0 0 22 10" aria-hidden="true"><rect class="bubble c\(kind.rawValue)" \
      width="22" height="10" rx="3"/></svg>\(kind.word)</span>
      """
    }.joined()
    return ReportBlock(
      """
      \(scroll("drawing of the network"))\(drawing.markup)</div><div class="legend">\(legend)</div>
      """, title: title, wide: true)
  }
}
