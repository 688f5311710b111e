/// A receiver operating characteristic: what share of one class is found at what share of false alarms.
public struct ROCCurve: Hashable, Sendable {
  /// One threshold.
  public struct Point: Hashable, Sendable {
    /// Share of the other class that is taken for this one, 0...1.
    public var falsePositiveRate: Double
    /// Share of this class that is found, 0...1.
    public var truePositiveRate: Double

    /// Two shares in 0...1.
    public init(_ falsePositiveRate: Double, _ truePositiveRate: Double) {
      self.falsePositiveRate = falsePositiveRate
      self.truePositiveRate = truePositiveRate
    }
  }

  /// From (0, 0) to (1, 1).
  public var points: [Point]
  /// The area under the curve.
  public var area: Double

  /// `points` from (0, 0) to (1, 1); `area` in 0...1.
  public init(points: [Point], area: Double) {
    self.points = points
    self.area = area
  }
}

/// How often a model is right when it says how sure it is.
public struct Reliability: Hashable, Sendable {
  /// Predictions of similar confidence.
  public struct Bin: Hashable, Sendable {
    /// Their mean confidence.
    public var confidence: Double
    /// Their share of right ones.
    public var accuracy: Double
    /// How many they are.
    public var count: Int

    /// Two shares in 0...1, of `count` predictions.
    public init(confidence: Double, accuracy: Double, count: Int) {
      self.confidence = confidence
      self.accuracy = accuracy
      self.count = count
    }
  }

  /// The bins in order of confidence.
  public var bins: [Bin]
  /// The expected calibration error: the mean distance of confidence and accuracy.
  public var expectedCalibrationError: Double

  /// `bins` in order of confidence.
  public init(bins: [Bin], expectedCalibrationError: Double) {
    self.bins = bins
    self.expectedCalibrationError = expectedCalibrationError
  }
}

extension ReportBlock {
  /// ROC curves over each other, named.
  public static func roc(_ curves: [(name: String, curve: ROCCurve)], title: String = "ROC curve") -> ReportBlock {
    guard curves.contains(where: { $0.curve.points.count > 1 }) else {
      return ReportBlock(Markup.nothing, title: title)
    }
    let frame = ChartFrame(x: Axis(covering: [], within: 0...1), y: Axis(covering: [], within: 0...1), height: 320)
    let whole: (Double) -> String = { Figures.percent($0, 0) }
    var drawing = frame.grid(xLabel: "false positives", yLabel: "true positives", xText: whole, yText: whole)
    drawing += diagonal(frame)
    for (index, entry) in curves.enumerated() {
      let points = entry.curve.points.filter { $0.falsePositiveRate.isFinite && $0.truePositiveRate.isFinite }
      let steps = points.map {
        Figures.coordinate(frame.atX($0.falsePositiveRate)) + "," + Figures.coordinate(frame.atY($0.truePositiveRate))
      }
      drawing +=
        """
        <polyline class="line c\(index)\(index > 0 ? " dashed" : "")" \
        points="\(steps.joined(separator: " "))"><title>\(entry.name)</title></polyline>
        """
    }
    let legend = curves.enumerated().map {
      (
        name: "\($0.element.name): area \(Figures.fixed($0.element.curve.area, 4))", colour: $0.offset,
        dashed: $0.offset > 0
      )
    }
    return ReportBlock(frame.svg(drawing, description: title) + Legend(entries: legend).markup, title: title)
  }

  /// A reliability diagram: accuracy over confidence. A dot's area is its share of the predictions.
  public static func reliability(
    _ diagrams: [(name: String, reliability: Reliability)], title: String = "Reliability"
  ) -> ReportBlock {
    let all = diagrams.flatMap(\.reliability.bins).filter {
      $0.count > 0 && $0.confidence.isFinite && $0.accuracy.isFinite
    }
    guard let lowest = all.map({ min($0.confidence, $0.accuracy) }).min() else {
      return ReportBlock(Markup.nothing, title: title)
    }
    let low = lowest < 0.5 ? 0.0 : 0.5
    let frame = ChartFrame(x: Axis(covering: [], within: low...1), y: Axis(covering: [], within: low...1), height: 320)
    let whole: (Double) -> String = { Figures.percent($0, 0) }
    var drawing = frame.grid(xLabel: "confidence", yLabel: "accuracy", xText: whole, yText: whole)
    drawing += diagonal(frame)
    for (index, entry) in diagrams.enumerated() {
      let bins = entry.reliability.bins.filter { $0.count > 0 && $0.confidence.isFinite && $0.accuracy.isFinite }
      let total = Double(max(1, bins.reduce(0) { $0 + $1.count }))
      let steps = bins.map {
        Figures.coordinate(frame.atX($0.confidence)) + "," + Figures.coordinate(frame.atY($0.accuracy))
      }
      drawing +=
        """
        <polyline class="line thin c\(index)\(index > 0 ? " dashed" : "")" points="\(steps.joined(separator: " "))"/>
        """
      for bin in bins {
        let radius = 2.5 + 9 * (Double(bin.count) / total).squareRoot()
        let title =
          """
          \(entry.name): \(Figures.count(bin.count)) at \(Figures.percent(bin.confidence)), \
          \(Figures.percent(bin.accuracy)) right
          """
        drawing +=
          """
          <circle class="bubble c\(index)" cx="\(frame.atX(bin.confidence))" cy="\(frame.atY(bin.accuracy))" \
          r="\(radius)"><title>\(title)</title></circle>
          """
      }
    }
    let legend = diagrams.enumerated().map {
      (
        name:
          """
        \($0.element.name): calibration error \(Figures.percent($0.element.reliability.expectedCalibrationError, 2))
        """,
        colour: $0.offset, dashed: $0.offset > 0
      )
    }
    return ReportBlock(frame.svg(drawing, description: title) + Legend(entries: legend).markup, title: title)
  }

  private static func diagonal(_ frame: ChartFrame) -> Markup {
    """
    <line class="chance" x1="\(frame.atX(frame.x.low))" y1="\(frame.atY(frame.y.low))" \
    x2="\(frame.atX(frame.x.high))" y2="\(frame.atY(frame.y.high))"/>
    """
  }
}
