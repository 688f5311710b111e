/// Counts over equal intervals.
public struct HistogramChart: Sendable {
  /// One set of counts.
  public struct Series: Sendable {
    /// Its name in the legend.
    public var name: String
    /// One count an interval.
    public var counts: [Int]
    /// Which of the eight colours of the page, 0...7.
    public var colour: Int

    /// `counts` has one entry an interval.
    public init(_ name: String, counts: [Int], colour: Int) {
      self.name = name
      self.counts = counts
      self.colour = colour
    }
  }

  /// The name of the horizontal axis.
  public var xLabel: String
  /// Where the first interval begins and the last one ends.
  public var range: ClosedRange<Double>
  /// The sets, drawn over each other.
  public var series: [Series]

  /// Every series divides `range` into as many equal intervals as it has counts.
  public init(xLabel: String, range: ClosedRange<Double>, series: [Series]) {
    self.xLabel = xLabel
    self.range = range
    self.series = series
  }

  var markup: Markup {
    let highest = series.flatMap(\.counts).max() ?? 0
    guard highest > 0, range.lowerBound.isFinite, range.upperBound.isFinite, range.lowerBound < range.upperBound else {
      return .nothing
    }
    let frame = ChartFrame(x: Axis(covering: [], within: range), y: Axis(covering: [0, Double(highest)]))
    var drawing = frame.grid(xLabel: xLabel, yLabel: "count", xText: Figures.short, yText: Figures.short)
    for line in series {
      let width = frame.innerWidth / Double(max(1, line.counts.count))
      let step = (range.upperBound - range.lowerBound) / Double(max(1, line.counts.count))
      for (index, count) in line.counts.enumerated() where count > 0 {
        let from = range.lowerBound + step * Double(index)
        let title = "\(line.name): \(Figures.count(count)) from \(Figures.short(from)) to \(Figures.short(from + step))"
        let y = frame.atY(Double(count))
        drawing +=
          """
          <rect class="column c\(line.colour)" x="\(frame.left + width * Double(index) + 0.5)" y="\(y)" \
          width="\(max(0.5, width - 1))" height="\(frame.top + frame.innerHeight - y)"><title>\(title)</title></rect>
          """
      }
    }
    let legend = series.count > 1 ? Legend(entries: series.map { ($0.name, $0.colour, false) }).markup : .empty
    return frame.svg(drawing, description: "histogram of \(xLabel)") + legend
  }
}

/// Named values as horizontal bars.
public struct BarChart: Sendable {
  /// A value with its name to the left and its text to the right.
  public struct Bar: Sendable {
    /// To the left of the bar; cut after 18 characters.
    public var name: String
    /// Its length.
    public var value: Double
    /// What stands beside it.
    public var text: String
    /// Which of the eight colours of the page, 0...7.
    public var colour: Int

    /// The longest bar fills the width; `text` stands beside it.
    public init(_ name: String, value: Double, text: String, colour: Int = 0) {
      self.name = name
      self.value = value
      self.text = text
      self.colour = colour
    }
  }

  /// The bars from top to bottom.
  public var bars: [Bar]

  /// Values below 0 are drawn as 0.
  public init(_ bars: [Bar]) { self.bars = bars }

  var markup: Markup {
    let highest = bars.map(\.value).filter(\.isFinite).max() ?? 0
    if bars.isEmpty { return .nothing }
    let row = 26.0
    let left = 130.0
    let longest = bars.map(\.text.count).max() ?? 0
    let room = max(60, ChartFrame.width - left - 16 - 6.6 * Double(longest))
    var drawing = Markup.empty
    for (index, bar) in bars.enumerated() {
      let y = row * Double(index) + 3
      let value = bar.value.isFinite && highest > 0 ? max(0, bar.value) / highest : 0
      let name = bar.name.count > 19 ? bar.name.prefix(18) + "…" : bar.name
      let text = bar.value.isFinite ? bar.text : Figures.missing
      drawing +=
        """
        <g><title>\(bar.name): \(text)</title><text class="class" text-anchor="end" x="\(left - 8)" \
        y="\(y + 14)">\(name)</text><rect class="column solid c\(bar.colour)" x="\(left)" y="\(y)" \
        width="\(max(value * room, 0.8))" height="19" rx="2"/><text class="tick" x="\(left + value * room + 6)" \
        y="\(y + 14)">\(text)</text></g>
        """
    }
    return ChartFrame.svg(drawing, height: row * Double(bars.count) + 6, description: "bars")
  }
}

extension ReportBlock {
  /// Counts over equal intervals, several sets over each other.
  public static func histogram(_ histogram: HistogramChart, title: String) -> ReportBlock {
    ReportBlock(histogram.markup, title: title)
  }

  /// Horizontal bars.
  public static func bars(_ chart: BarChart, title: String) -> ReportBlock {
    ReportBlock(chart.markup, title: title)
  }
}
