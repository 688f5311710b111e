/// The SVG of a network.
struct NetworkDrawing {
  private static let box = (width: 196.0, height: 62.0)
  private static let pitch = (x: 224.0, y: 98.0)
  private static let margin = 12.0

  private let graph: NetworkGraph
  private let layout: NetworkLayout
  private let left: Double

  init(_ graph: NetworkGraph) {
    self.graph = graph
    layout = NetworkLayout(graph.nodes.map(\.inputs))
    left = layout.places.map { $0.x - $0.half }.min() ?? 0
  }

  private var width: Double {
    let right = layout.places.map { $0.x + $0.half }.max() ?? 1
    return (right - left) * Self.pitch.x + 2 * Self.margin
  }

  private var height: Double {
    Double(max(1, layout.rows.count) - 1) * Self.pitch.y + Self.box.height + 2 * Self.margin
  }

  var markup: Markup {
    let arrows = layout.arrows.map(arrow).joined()
    let boxes = layout.places.map { $0.node == nil ? .empty : box($0) }.joined()
    let description = "network of \(graph.nodes.count) nodes"
    // Drawn at its own size: a narrow network does not fill the page, and a wide one is scrolled.
    // What is no picture but a group may hold links.
    let role = graph.nodes.contains { $0.anchor != nil } ? "group" : "img"
    return """
      <svg class="network" role="\(role)" aria-label="\(description)" viewBox="0 0 \(width) \(height)" \
      style="width:\(width)px;max-width:none">\(arrows)\(boxes)</svg>
      """
  }

  private func centre(_ place: Int) -> (x: Double, y: Double) {
    let place = layout.places[place]
    return (
      (place.x - left) * Self.pitch.x + Self.margin,
      Double(place.row) * Self.pitch.y + Self.margin + Self.box.height / 2
    )
  }

  /// From the lower edge of a box through the gaps between others to the upper edge of the next, with its point there.
  private func arrow(_ path: [Int]) -> Markup {
    let half = Self.box.height / 2
    let points = path.map(centre)
    var line: Markup = "M\(points[0].x) \(points[0].y + half)"
    for (from, to) in zip(points, points.dropFirst()) {
      let (start, end) = (from.y + half, to.y - half)
      let middle = (start + end) / 2
      line += "C\(from.x) \(middle) \(to.x) \(middle) \(to.x) \(end)"
      // Beside a box that it passes, an arrow runs straight down.
      line += "L\(to.x) \(to.y == points.last!.y ? end : to.y + half)"
    }
    let end = points.last!
    let tip = end.y - half
    return """
      <path class="arrow" d="\(line)"/><path class="tip" \
      d="M\(end.x) \(tip)L\(end.x - 4) \(tip - 8)L\(end.x + 4) \(tip - 8)Z"/>
      """
  }

  private func box(_ place: NetworkLayout.Place) -> Markup {
    let node = graph.nodes[place.node!]
    let (x, y) = centre(place.node!)
    let (width, height) = Self.box
    let lines = [node.operator, node.detail].filter { !$0.isEmpty }
    let title = ([node.name] + lines + [node.shape]).filter { !$0.isEmpty }.joined(separator: "\n")
    let small = node.share == nil ? "tick" : "small"
    let texts = lines.prefix(2).enumerated().map { index, line -> Markup in
      """
      <text class="\(index == 0 ? "" : small)" x="\(x)" y="\(y + 4 + 16 * Double(index))" \
      text-anchor="middle">\(Self.cut(line, 31))</text>
      """
    }.joined()
    let shape: Markup =
      node.shape.isEmpty
      ? .empty
      : """
      <text class="tick along" x="\(x + 8)" y="\(y + height / 2 + 14)">\(Self.cut(node.shape, 18))</text>
      """
    // By the root, small shares still have a colour; never so much that what is written on it cannot be read.
    let fill: Markup =
      node.share.map { "style=\"fill-opacity:\(0.45 * min(max($0, 0), 1).squareRoot())\" " as Markup } ?? .empty
    let colour = node.share == nil ? node.kind.rawValue : 1
    let group: Markup = """
      <g><title>\(title)</title><rect class="bubble c\(colour)" \(fill)x="\(x - width / 2)" \
      y="\(y - height / 2)" width="\(width)" height="\(height)" rx="8"/><text class="head" x="\(x)" \
      y="\(y - 13)" text-anchor="middle">\(Self.cut(node.name, 25))</text>\(texts)\(shape)</g>
      """
    guard let anchor = node.anchor else { return group }
    return "<a href=\"#\(anchor)\">\(group)</a>"
  }

  /// The beginning and the end of a text that is too long: names of exporters differ at their ends.
  static func cut(_ text: String, _ most: Int) -> String {
    guard text.count > most else { return text }
    let end = most / 2
    return text.prefix(most - 1 - end) + "…" + text.suffix(end)
  }
}
