import Foundation
import Reports
import Testing

/// Pages that say where accuracy is lost: what is drawn against the figures that it is drawn of.
@Suite struct AttributionReportTests {
  private func html(_ block: ReportBlock) -> String {
    ReportPage(title: "t", sections: [ReportSection("s", blocks: [block])]).html
  }

  private func numbers(_ attribute: String, of name: String, in text: String) -> [Double] {
    text.components(separatedBy: "<\(name) ").dropFirst().compactMap { piece in
      let tag = piece.components(separatedBy: "/>")[0].components(separatedBy: ">")[0]
      guard let value = tag.components(separatedBy: " \(attribute)=\"").dropFirst().first else { return nil }
      return Double(value.components(separatedBy: "\"")[0])
    }
  }

  private func figures(_ count: Int) -> AttributionFigures {
    let steps = (0..<count).map { index in
      AttributionFigures.Step(
        name: "stage<\(index)>", node: index,
        sources: [0, 0.75 / Double(count), index % 3 == 0 ? -0.01 : 0.01, 0.25 / Double(count)],
        losses: [0, 0.001, 0, -0.0004], pointsLost: 0.1 * Double(index),
        without: .init(share: 0.2, points: 0.4, interval: -0.2...1.1), alone: 0.013,
        worstChannel: "3 of 16, 40 % of its error")
    }
    return AttributionFigures(
      summary: "int8's logits are off by 1 %.", explanation: "On all 5 pictures.", sentences: ["stage1: most & all"],
      steps: steps, floatLoss: 0.31)
  }

  /// Each bar begins where the last one ended, and the end is their sum: whatever is drawn as one.
  @Test(arguments: [3, 22, 80])
  func barsOfAWaterfallMeet(count: Int) throws {
    let steps = (0..<count).map { Waterfall.Step("s\($0)", parts: [Double($0 % 7) - 2, 0.5]) }
    let chart = Waterfall(parts: ["a", "b"], start: ("float", 0), end: "int8", steps: steps) { "\($0)" }
    let page = html(.waterfall(chart, title: "w"))
    #expect(MarkupChecker(page).problems == [])
    let sum = steps.reduce(0) { $0 + $1.parts.reduce(0, +) }
    #expect(page.contains("<title>int8: \(sum)</title>"))
    let drawing = page.components(separatedBy: "role=\"img\"")[1].components(separatedBy: "</svg>")[0]
    let (starts, widths) = (numbers("x", of: "rect", in: drawing), numbers("width", of: "rect", in: drawing))
    // But for the first, which is empty, and the last, which is the sum.
    let bars = zip(starts, widths).dropFirst().dropLast()
    var ends: Set<Double>? = nil
    for (start, width) in bars {
      let own: Set = [start, start + width]
      if let ends { #expect(ends.contains { end in own.contains { abs($0 - end) < 1 } }) }
      ends = own
    }
    #expect(bars.count <= 2 * 24 && bars.count >= min(count, 11))
  }

  @Test(arguments: [1, 3, 80])
  func aPageOfAnyNumberOfLayers(count: Int) throws {
    var report = Samples.comparison
    report.attribution = figures(count)
    report.network = NetworkGraph(
      (0..<count).map { index in
        var node = NetworkGraph.Node(
          "stage<\(index)>", operator: "conv2d", shape: "1x2x3", kind: .layer, inputs: index == 0 ? [] : [index - 1])
        node.share = 1 / Double(index + 1)
        node.anchor = "layer-\(index)"
        return node
      })
    report.details = (
      [
        LayerDetail(
          name: "stage<1>", activations: ActivationChart(counts: [9, 0, 3, 1], seen: 0...4, codes: 0...2.9),
          clipped: 0.01, levels: 256, usedLevels: 0.5, weights: [0.1, 2, 0], errors: [0.01, 0, 0.3])
      ], "32 pictures"
    )
    report.downloads = [Download("a.csv", kind: "text/csv", text: "a,b\r\n")]
    let page = report.page.html
    let checker = MarkupChecker(page)
    #expect(checker.problems == [])
    #expect(Set(checker.ids).count == checker.ids.count)
    // Every box leads to its row.
    for index in 0..<count {
      #expect(page.contains("<a href=\"#layer-\(index)\">") && page.contains("<tr id=\"layer-\(index)\">"))
    }
    #expect(page.contains("data:text/csv;base64,YSxiDQo="))
    // What lies beyond the codes is drawn as clipped: of four intervals from 0 to 4 the last.
    #expect(page.components(separatedBy: ", clipped</title>").count == 2)
    #expect(!page.contains("<script"))
  }

  @Test func valuesAsCSV() {
    let table = ReportTable(
      columns: ["a", "b, c"], rows: [[.text("x \"y\""), .number("−12\u{202F}345\u{A0}%")], [.bar("0.5", share: 1)]])
    #expect(table.csv == "a,\"b, c\"\r\n\"x \"\"y\"\"\",-12345%\r\n0.5\r\n")
  }

  /// Intervals of a column have one scale: the widest ends where the drawing does.
  @Test func intervalsShareAScale() {
    let table = ReportTable(
      columns: ["loss"],
      rows: [[.interval("a", .init(0, -1...1))], [.interval("b", .init(2, 1...3))]])
    let page = html(.table(table))
    #expect(MarkupChecker(page).problems == [])
    #expect(numbers("cx", of: "circle", in: page) == [32, 88])
    #expect(numbers("x2", of: "line", in: page).max() == 116)
  }

  @Test func modelsStandWhereTheyCost() throws {
    let chart = ParetoChart(
      cost: "ms",
      places: [
        .init("slow", cost: 4, accuracy: Share(0.9, low: 0.85, high: 0.95), isBest: true),
        .init("fast & \"small\"", cost: 1, accuracy: Share(0.88, low: 0.83, high: 0.93), isBest: true),
        .init("bad", cost: 2, accuracy: Share(0.5), isBest: false),
      ])
    let page = html(.pareto(chart, title: "p"))
    #expect(MarkupChecker(page).problems == [])
    let (x, y) = (numbers("cx", of: "circle", in: page), numbers("cy", of: "circle", in: page))
    #expect(x[1] < x[2] && x[2] < x[0] && y[0] < y[1] && y[1] < y[2])
    #expect(page.components(separatedBy: "dot c2").count == 3)
  }
}
