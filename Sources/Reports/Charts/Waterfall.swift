/// How a figure grows step by step to its whole, each step from where the last one ended.
public struct Waterfall: Sendable {
  /// One step: what its parts add, some perhaps less than nothing.
  public struct Step: Sendable {
    /// To the left of its bars.
    public var name: String
    /// By part, in the order of the chart's parts.
    public var parts: [Double]

    /// `parts` has one entry a part of the chart; they may be negative.
    public init(_ name: String, parts: [Double]) {
      self.name = name
      self.parts = parts
    }

    var sum: Double { parts.reduce(0, +) }
  }

  /// Names of the parts, in the order in which they come within a step.
  public var parts: [String]
  /// Where it begins, and what is there.
  public var start: (name: String, value: Double)
  /// What the end is called.
  public var end: String
  /// The steps in order.
  public var steps: [Step]
  /// The most rows that are drawn; the smallest of neighbouring steps are drawn as one.
  public var mostRows: Int
  /// Values as they are written.
  public var text: @Sendable (Double) -> String

  /// Starts at `start.value`; the sum of all parts leads to the end.
  public init(
    parts: [String], start: (name: String, value: Double), end: String, steps: [Step], mostRows: Int = 22,
    text: @escaping @Sendable (Double) -> String
  ) {
    self.parts = parts
    self.start = start
    self.end = end
    self.steps = steps
    self.mostRows = mostRows
    self.text = text
  }

  private static let colours = [4, 0, 1, 2]

  /// The largest steps, and between them the sums of the others.
  var rows: [Step] {
    let shown = Set(
      steps.indices.sorted { (-abs(steps[$0].sum), $0) < (-abs(steps[$1].sum), $1) }
        .prefix(steps.count <= mostRows ? steps.count : mostRows / 2))
    var rows: [Step] = []
    var joined: [Step] = []
    func join() {
      guard let first = joined.first else { return }
      let sums = parts.indices.map { part in joined.reduce(0) { $0 + $1.parts[part] } }
      rows.append(joined.count == 1 ? first : Step("\(joined.count) others", parts: sums))
      joined = []
    }
    for (index, step) in steps.enumerated() {
      guard shown.contains(index) else {
        joined.append(step)
        continue
      }
      join()
      rows.append(step)
    }
    join()
    return rows
  }

  var markup: Markup {
    let rows = rows
    guard !rows.isEmpty, rows.allSatisfy({ $0.parts.allSatisfy(\.isFinite) }), start.value.isFinite else {
      return .nothing
    }
    // Every place that a bar begins or ends at.
    var places = [start.value]
    for row in rows { for part in row.parts { places.append(places.last! + part) } }
    let (low, high) = (min(0, places.min()!), max(0, places.max()!))
    let (left, right, height) = (122.0, 66.0, 24.0)
    let scale = (ChartFrame.width - left - right) / (high > low ? high - low : 1)
    func x(_ value: Double) -> Double { left + (value - low) * scale }
    var drawing = Markup.empty
    func row(
      _ index: Int, _ name: String, _ title: String, _ bars: [(from: Double, to: Double, colour: Int)],
      _ value: String
    ) {
      let y = height * Double(index) + 3
      let lane = (height - 6) / Double(max(1, bars.count))
      let marks = bars.enumerated().map { place, bar -> Markup in
        """
        <rect class="column solid c\(bar.colour)" x="\(x(min(bar.from, bar.to)))" y="\(y + lane * Double(place))" \
        width="\(max(0.8, abs(bar.to - bar.from) * scale))" height="\(lane)"/>
        """
      }.joined()
      drawing +=
        """
        <g><title>\(title)</title><text class="class" text-anchor="end" x="\(left - 8)" \
        y="\(y + 14)">\(NetworkDrawing.cut(name, 16))</text>\(marks)<text class="tick" \
        text-anchor="end" x="\(ChartFrame.width - 2)" y="\(y + 14)">\(value)</text></g>
        """
    }
    row(0, start.name, "\(start.name): \(text(start.value))", [(0, start.value, 7)], text(start.value))
    var place = start.value
    for (index, step) in rows.enumerated() {
      var bars: [(from: Double, to: Double, colour: Int)] = []
      for (part, value) in step.parts.enumerated() where value != 0 {
        bars.append((place, place + value, Self.colours[part % Self.colours.count]))
        place += value
      }
      let words = zip(parts, step.parts).filter { $0.1 != 0 }.map { "\($0.0) \(text($0.1))" }
      row(
        index + 1, step.name, "\(step.name): \(text(step.sum))\n" + words.joined(separator: "\n"), bars,
        (step.sum > 0 ? "+" : "") + text(step.sum))
    }
    row(rows.count + 1, end, "\(end): \(text(place))", [(0, place, 7)], text(place))
    let used = parts.indices.filter { part in steps.contains { $0.parts[part] != 0 } }
    let legend = used.map { part -> Markup in
      """
      <span><svg class="key" viewBox="0 0 22 10" aria-hidden="true"><rect class="column solid \
      c\(Self.colours[part % Self.colours.count])" width="22" height="10"/></svg>\(parts[part])</span>
      """
    }.joined()
    let description = "from \(start.name) \(text(start.value)) to \(end) \(text(place)) in \(steps.count) steps"
    return ChartFrame.svg(drawing, height: height * Double(rows.count + 2) + 6, description: description)
      + "<div class=\"legend\">\(legend)</div>"
  }
}

extension ReportBlock {
  /// A waterfall.
  public static func waterfall(_ waterfall: Waterfall, title: String) -> ReportBlock {
    ReportBlock(waterfall.markup, title: title)
  }
}
