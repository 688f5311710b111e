/// One bar an output channel.
public struct ChannelChart: Sendable {
  /// What the bars show, the name of the vertical axis.
  public var name: String
  /// By channel, none below 0.
  public var values: [Double]

  /// `values` by channel.
  public init(_ name: String, values: [Double]) {
    self.name = name
    self.values = values
  }

  var markup: Markup {
    let highest = values.filter(\.isFinite).max() ?? 0
    guard highest > 0 else { return .nothing }
    let frame = ChartFrame(
      x: Axis(covering: [], within: 0...Double(values.count)), y: Axis(covering: [0, highest]), height: 190)
    var drawing = frame.grid(
      xLabel: "output channel", yLabel: name, xText: { $0 == $0.rounded() ? Figures.count(Int($0)) : "" },
      yText: Figures.short)
    let width = frame.innerWidth / Double(values.count)
    for (channel, value) in values.enumerated() where value > 0 && value.isFinite {
      let y = frame.atY(value)
      drawing +=
        """
        <rect class="column solid c0" x="\(frame.left + width * Double(channel))" y="\(y)" \
        width="\(max(0.4, width * 0.85))" height="\(frame.top + frame.innerHeight - y)"><title>channel \(channel): \
        \(Figures.short(value))</title></rect>
        """
    }
    return frame.svg(
      drawing, description: "\(name) of \(values.count) output channels, at most \(Figures.short(highest))")
  }
}
