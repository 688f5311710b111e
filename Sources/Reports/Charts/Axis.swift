/// The scale of one side of a chart: which numbers are marked and where a value lies.
struct Axis {
  let low: Double
  let high: Double
  let ticks: [Double]

  /// An axis over finite values, widened to round numbers, with about `count` marks.
  init(covering values: some Sequence<Double>, within fixed: ClosedRange<Double>? = nil, count: Int = 5) {
    var low = fixed?.lowerBound ?? .infinity
    var high = fixed?.upperBound ?? -.infinity
    if fixed == nil {
      for value in values where value.isFinite {
        low = min(low, value)
        high = max(high, value)
      }
    }
    if !low.isFinite || !high.isFinite { (low, high) = (0, 1) }
    if high - low < 1e-12 * max(1, abs(high)) {
      low -= 0.5
      high += 0.5
    }
    let step = Self.step(for: (high - low) / Double(max(count, 1)))
    if fixed == nil {
      low = (low / step).rounded(.down) * step
      high = (high / step).rounded(.up) * step
    }
    self.low = low
    self.high = high
    let first = (low / step - 1e-9).rounded(.up)
    let marks = max(0, Int(((high / step + 1e-9).rounded(.down) - first)))
    ticks = (0...min(marks, 50)).map { (first + Double($0)) * step }
  }

  /// Where a value lies, 0...1.
  func place(_ value: Double) -> Double { (value - low) / (high - low) }

  /// 1, 2 or 5 times a power of ten, no smaller than `raw`.
  private static func step(for raw: Double) -> Double {
    var power = 1.0
    while power * 10 <= raw { power *= 10 }
    while power > raw { power /= 10 }
    for factor in [1.0, 2, 5] where factor * power >= raw * 0.999 { return factor * power }
    return 10 * power
  }
}

/// The frame of a chart with two axes, in the units of its drawing.
struct ChartFrame {
  /// The drawing: small enough to be read on a phone, where it is not shrunk much.
  static let width = 440.0
  let height: Double
  let left = 60.0
  let right = 20.0
  let top = 10.0
  let bottom = 40.0
  let x: Axis
  let y: Axis

  init(x: Axis, y: Axis, height: Double = 270) {
    self.x = x
    self.y = y
    self.height = height
  }

  var innerWidth: Double { Self.width - left - right }
  var innerHeight: Double { height - top - bottom }

  func atX(_ value: Double) -> Double { left + x.place(value) * innerWidth }
  func atY(_ value: Double) -> Double { top + (1 - y.place(value)) * innerHeight }

  /// Grid, marks and names of both axes.
  func grid(xLabel: String, yLabel: String, xText: (Double) -> String, yText: (Double) -> String) -> Markup {
    var result = Markup.empty
    for tick in y.ticks {
      let place = atY(tick)
      result += "<line class=\"grid\" x1=\"\(left)\" x2=\"\(left + innerWidth)\" y1=\"\(place)\" y2=\"\(place)\"/>"
      result += "<text class=\"tick\" text-anchor=\"end\" x=\"\(left - 6)\" y=\"\(place + 4)\">\(yText(tick))</text>"
    }
    for tick in x.ticks {
      let place = atX(tick)
      result +=
        """
        <line class="mark" x1="\(place)" x2="\(place)" y1="\(top + innerHeight)" y2="\(top + innerHeight + 4)"/>
        """
      result +=
        """
        <text class="tick" text-anchor="middle" x="\(place)" y="\(top + innerHeight + 17)">\(xText(tick))</text>
        """
    }
    result +=
      """
      <line class="axis" x1="\(left)" x2="\(left + innerWidth)" y1="\(top + innerHeight)" y2="\(top + innerHeight)"/>
      """
    result +=
      "<text class=\"name\" text-anchor=\"middle\" x=\"\(left + innerWidth / 2)\" y=\"\(height - 5)\">\(xLabel)</text>"
    let middle = top + innerHeight / 2
    result +=
      """
      <text class="name" text-anchor="middle" transform="rotate(-90 12 \(middle))" x="12" \
      y="\(middle)">\(yLabel)</text>
      """
    return result
  }

  /// The drawing around its contents.
  func svg(_ contents: Markup, description: String) -> Markup {
    Self.svg(contents, height: height, description: description)
  }

  /// A drawing of the common width.
  static func svg(_ contents: Markup, height: Double, description: String) -> Markup {
    "<svg viewBox=\"0 0 \(width) \(height)\" role=\"img\" aria-label=\"\(description)\">\(contents)</svg>"
  }
}

/// The legend under a chart.
struct Legend {
  /// Names with the number of their colour, and whether the line is dashed.
  let entries: [(name: String, colour: Int, dashed: Bool)]

  var markup: Markup {
    let items = entries.map { entry -> Markup in
      let dash = entry.dashed ? " dashed" : ""
      return
        """
        <span><svg class="key" viewBox="0 0 22 10" aria-hidden="true"><line class="line c\(entry.colour)\(dash)" \
        x1="1" x2="21" y1="5" y2="5"/></svg>\(entry.name)</span>
        """
    }
    return "<div class=\"legend\">\(items.joined())</div>"
  }
}
