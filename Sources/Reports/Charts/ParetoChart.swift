/// Models as places: what each costs, and how good it is. Those that none beats are joined by a line.
public struct ParetoChart: Sendable {
  /// One model.
  public struct Place: Sendable {
    /// Its name.
    public var name: String
    /// What it costs.
    public var cost: Double
    /// Its accuracy with its interval.
    public var accuracy: Share
    /// Whether no other one is as accurate at less.
    public var isBest: Bool

    /// `cost` in the chart's unit.
    public init(_ name: String, cost: Double, accuracy: Share, isBest: Bool) {
      self.name = name
      self.cost = cost
      self.accuracy = accuracy
      self.isBest = isBest
    }
  }

  /// What the costs are, with their unit.
  public var cost: String
  /// The models.
  public var places: [Place]

  /// `cost` is the name of the horizontal axis.
  public init(cost: String, places: [Place]) {
    self.cost = cost
    self.places = places
  }

  var markup: Markup {
    let places = places.filter { $0.cost.isFinite && $0.accuracy.value.isFinite }
    guard !places.isEmpty else { return .nothing }
    let shares = places.flatMap { [$0.accuracy.value, $0.accuracy.low, $0.accuracy.high] }
    let frame = ChartFrame(
      x: Axis(covering: [0] + places.map(\.cost)), y: Axis(covering: shares), height: 300)
    var drawing = frame.grid(
      xLabel: cost, yLabel: "", xText: Figures.short, yText: { Figures.percent($0, 1) })
    let best = places.filter(\.isBest).sorted { $0.cost < $1.cost }
    let path = best.enumerated().map { index, place in
      "\(index == 0 ? "M" : "L")\(Figures.coordinate(frame.atX(place.cost))) "
        + Figures.coordinate(frame.atY(place.accuracy.value))
    }
    drawing += "<path class=\"line thin dashed c2\" d=\"\(path.joined())\"/>"
    for (index, place) in places.enumerated() {
      let (x, y) = (frame.atX(place.cost), frame.atY(place.accuracy.value))
      let title = "\(place.name): \(place.accuracy.withInterval), \(Figures.short(place.cost)) \(cost)"
      if place.accuracy.low.isFinite, place.accuracy.high.isFinite {
        drawing +=
          """
          <line class="axis" x1="\(x)" x2="\(x)" y1="\(frame.atY(place.accuracy.low))" \
          y2="\(frame.atY(place.accuracy.high))"/>
          """
      }
      let isRight = frame.x.place(place.cost) > 0.6
      drawing +=
        """
        <g><title>\(title)</title><circle class="dot c\(place.isBest ? 2 : 7)" cx="\(x)" cy="\(y)" r="6"/>\
        <text class="tick" text-anchor="\(isRight ? "end" : "start")" x="\(x + (isRight ? -9 : 9))" \
        y="\(y + 4)">\(index + 1)</text></g>
        """
    }
    return frame.svg(drawing, description: "accuracy against \(cost) of \(places.count) models")
  }
}

extension ReportBlock {
  /// Accuracy against a cost; numbers are those of the rows of a table beside it.
  public static func pareto(_ chart: ParetoChart, title: String) -> ReportBlock {
    ReportBlock(chart.markup, title: title)
  }
}
