/// Values over a common horizontal axis, such as loss over epochs.
public struct LineChart: Sendable {
  /// One line.
  public struct Series: Sendable {
    /// Its name in the legend.
    public var name: String
    /// Its points in order of x; a value that is not finite leaves a gap.
    public var points: [Point]
    /// Which of the eight colours of the page, 0...7.
    public var colour: Int
    /// Whether the line is dashed, which also tells lines apart without colour.
    public var dashed: Bool

    /// `points` in order of x.
    public init(_ name: String, points: [Point], colour: Int, dashed: Bool = false) {
      self.name = name
      self.points = points
      self.colour = colour
      self.dashed = dashed
    }
  }

  /// A place on a line.
  public struct Point: Hashable, Sendable {
    /// Along.
    public var x: Double
    /// Up.
    public var y: Double

    /// A `y` that is not finite leaves a gap.
    public init(_ x: Double, _ y: Double) {
      self.x = x
      self.y = y
    }
  }

  /// The name of the horizontal axis.
  public var xLabel: String
  /// The name of the vertical axis.
  public var yLabel: String
  /// The lines.
  public var series: [Series]
  /// The vertical range; chosen from the values where nil.
  public var range: ClosedRange<Double>?
  /// Whether values are shares that are written as percentages.
  public var isShare: Bool
  /// A place along the axis to mark, with its name, such as the epoch that was kept.
  public var mark: (x: Double, name: String)?

  /// Without `range` the axis covers all values.
  public init(
    xLabel: String, yLabel: String, series: [Series], range: ClosedRange<Double>? = nil, isShare: Bool = false,
    mark: (x: Double, name: String)? = nil
  ) {
    self.xLabel = xLabel
    self.yLabel = yLabel
    self.series = series
    self.range = range
    self.isShare = isShare
    self.mark = mark
  }

  var markup: Markup {
    let points = series.flatMap(\.points).filter { $0.x.isFinite && $0.y.isFinite }
    if points.isEmpty { return .nothing }
    let count = Set(points.map(\.x)).count
    // Few points, as epochs are: the axis ends at them and has a mark at whole numbers.
    let xs = points.map(\.x)
    var ends = xs.min()!...xs.max()!
    if count == 1 { ends = (ends.lowerBound - 1)...(ends.upperBound + 1) }
    let frame = ChartFrame(
      x: Axis(covering: xs, within: ends, count: min(8, max(1, Int(ends.upperBound - ends.lowerBound)))),
      y: Axis(covering: points.map(\.y), within: range))
    let text: (Double) -> String = { isShare ? Figures.percent($0, 0) : Figures.short($0) }
    var drawing = frame.grid(xLabel: xLabel, yLabel: yLabel, xText: Figures.short, yText: text)
    if let mark, mark.x.isFinite, ends.contains(mark.x) {
      let place = frame.atX(mark.x)
      drawing +=
        """
        <line class="chosen" x1="\(place)" x2="\(place)" y1="\(frame.top)" y2="\(frame.top + frame.innerHeight)"/>
        """
      let anchor = frame.x.place(mark.x) > 0.7 ? "end" : "start"
      drawing +=
        """
        <text class="tick" text-anchor="\(anchor)" x="\(place + (anchor == "end" ? -5 : 5))" \
        y="\(frame.top + 11)">\(mark.name)</text>
        """
    }
    for line in series {
      drawing += path(line, frame)
      for point in line.points where point.x.isFinite && point.y.isFinite && count <= 60 {
        let title: Markup =
          """
          <title>\(line.name), \(xLabel) \(Figures.short(point.x)): \
          \(isShare ? Figures.percent(point.y, 2) : Figures.fixed(point.y, 4))</title>
          """
        drawing +=
          """
          <circle class="dot c\(line.colour)" cx="\(frame.atX(point.x))" cy="\(frame.atY(limited(point.y, frame.y)))" \
          r="2.6">\(title)</circle>
          """
      }
    }
    let legend = Legend(entries: series.map { ($0.name, $0.colour, $0.dashed) })
    return frame.svg(drawing, description: "\(yLabel) over \(xLabel)") + legend.markup
  }

  private func limited(_ value: Double, _ axis: Axis) -> Double { min(max(value, axis.low), axis.high) }

  private func path(_ line: Series, _ frame: ChartFrame) -> Markup {
    var path = ""
    var isDrawing = false
    for point in line.points {
      guard point.x.isFinite, point.y.isFinite else {
        isDrawing = false
        continue
      }
      let x = Figures.coordinate(frame.atX(point.x))
      let y = Figures.coordinate(frame.atY(limited(point.y, frame.y)))
      path += "\(isDrawing ? "L" : "M")\(x) \(y)"
      isDrawing = true
    }
    return "<path class=\"line c\(line.colour)\(line.dashed ? " dashed" : "")\" d=\"\(path)\"/>"
  }
}

extension ReportBlock {
  /// A line chart.
  public static func chart(_ chart: LineChart, title: String) -> ReportBlock {
    ReportBlock(chart.markup, title: title)
  }
}
