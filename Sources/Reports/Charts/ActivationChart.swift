/// How often a layer's results had which value, and which values its codes can say.
public struct ActivationChart: Sendable {
  /// Counts over equal intervals of `seen`.
  public var counts: [Int]
  /// The smallest and the largest value.
  public var seen: ClosedRange<Double>
  /// The smallest and the largest value that codes stand for.
  public var codes: ClosedRange<Double>

  /// `counts` divide `seen` into equal intervals.
  public init(counts: [Int], seen: ClosedRange<Double>, codes: ClosedRange<Double>) {
    self.counts = counts
    self.seen = seen
    self.codes = codes
  }

  var markup: Markup {
    let (low, high) = (min(seen.lowerBound, codes.lowerBound), max(seen.upperBound, codes.upperBound))
    guard let most = counts.max(), most > 0, low < high, low.isFinite, high.isFinite else { return .nothing }
    // Most results of a layer with ReLU are 0: beside them the others are seen by their logarithm only.
    let top = Self.logarithm(most)
    let frame = ChartFrame(
      x: Axis(covering: [], within: low...high), y: Axis(covering: [], within: 0...1), height: 190)
    var drawing = frame.grid(
      xLabel: "value", yLabel: "how often (log)", xText: Figures.short, yText: { _ in "" })
    let step = (seen.upperBound - seen.lowerBound) / Double(counts.count)
    for (index, count) in counts.enumerated() where count > 0 {
      let from = seen.lowerBound + step * Double(index)
      let (left, right) = (frame.atX(from), frame.atX(from + step))
      let y = frame.atY((0.03 + 0.97 * Self.logarithm(count) / max(top, 1e-9)))
      let isCut = from + step < codes.lowerBound || from > codes.upperBound
      drawing +=
        """
        <rect class="column c\(isCut ? 1 : 0)" x="\(left)" y="\(y)" width="\(max(0.5, right - left - 0.5))" \
        height="\(frame.top + frame.innerHeight - y)"><title>\(Figures.count(count)) from \(Figures.short(from)) to \
        \(Figures.short(from + step))\(isCut ? ", clipped" : "")</title></rect>
        """
    }
    for end in [codes.lowerBound, codes.upperBound] {
      drawing +=
        """
        <line class="chosen" x1="\(frame.atX(end))" x2="\(frame.atX(end))" y1="\(frame.top)" \
        y2="\(frame.top + frame.innerHeight)"/>
        """
    }
    return frame.svg(
      drawing,
      description: "values from \(Figures.short(seen.lowerBound)) to \(Figures.short(seen.upperBound)), codes from "
        + "\(Figures.short(codes.lowerBound)) to \(Figures.short(codes.upperBound))")
  }

  /// log2(1 + x), by halving: a drawing needs no more than two digits of it.
  private static func logarithm(_ count: Int) -> Double {
    var (value, whole) = (Double(count) + 1, 0.0)
    while value >= 2 { (value, whole) = (value / 2, whole + 1) }
    return whole + (value - 1)
  }
}
