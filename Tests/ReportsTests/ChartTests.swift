import Reports
import Testing

@Suite struct ChartTests {
  private func html(_ block: ReportBlock) -> String {
    ReportPage(title: "t", sections: [ReportSection("s", blocks: [block])]).html
  }

  private func chart(_ points: [LineChart.Point]) -> String {
    html(.chart(LineChart(xLabel: "x", yLabel: "y", series: [.init("a", points: points, colour: 0)]), title: "c"))
  }

  @Test func aGapStaysAGap() {
    let page = chart([.init(1, 1), .init(2, .nan), .init(3, 2), .init(4, 3)])
    // Two pen-downs, one line, three dots.
    let path = page.components(between: " d=\"", and: "\"")
    #expect(path.count == 1)
    #expect(path[0].filter { $0 == "M" }.count == 2)
    #expect(path[0].filter { $0 == "L" }.count == 1)
    #expect(MarkupChecker(page).tags["circle"] == 3)
  }

  @Test func pointsLieWhereTheirValuesSay() throws {
    let page = chart([.init(0, 0), .init(5, 50), .init(10, 100)])
    let x = page.components(between: "cx=\"", and: "\"").compactMap(Double.init)
    let y = page.components(between: "cy=\"", and: "\"").compactMap(Double.init)
    try #require(x.count == 3 && y.count == 3)
    #expect(abs(x[1] - (x[0] + x[2]) / 2) < 0.02 && x[0] < x[2])
    #expect(abs(y[1] - (y[0] + y[2]) / 2) < 0.02 && y[0] > y[2])
  }

  @Test(
    arguments: [
      [], [LineChart.Point(1, .nan)], [.init(3, 7)], [.init(1, 0), .init(2, 0)], [.init(1, 1e-30), .init(2, 1e30)],
      [.init(.infinity, 1)], [.init(1, -5), .init(1, 5)], [.init(0, 1e300), .init(1, -1e300)],
    ] as [[LineChart.Point]])
  func drawsAnything(points: [LineChart.Point]) {
    #expect(MarkupChecker(chart(points)).problems == [])
  }

  @Test func anEmptySeriesSaysSo() {
    #expect(chart([]).contains("No data."))
    #expect(html(.bars(BarChart([]), title: "")).contains("No data."))
    #expect(html(.histogram(HistogramChart(xLabel: "x", range: 0...1, series: []), title: "")).contains("No data."))
    #expect(html(.table(ReportTable(columns: ["a"], rows: []))).contains("No data."))
    #expect(html(.gallery([])).contains("No data."))
    #expect(html(.roc([])).contains("No data."))
    #expect(html(.reliability([])).contains("No data."))
  }

  @Test func matrixShowsCountsAndRowShares() {
    let matrix = ConfusionCounts(labels: ["happy", "sad"], counts: [[90, 10], [25, 75]])
    let checker = MarkupChecker(html(.confusion(matrix, title: "m")))
    #expect(checker.problems == [])
    for figure in ["90.0\u{A0}%", "10.0\u{A0}%", "25.0\u{A0}%", "75.0\u{A0}%", "10 of 100 happy labelled sad"] {
      #expect(checker.text.contains(figure), "\(figure)")
    }
    #expect(checker.tags["rect"] == 4)
    #expect(matrix.accuracy == 0.825)
    #expect(matrix.recall(1) == 0.75)
    #expect(matrix.precision(0) == 90.0 / 115)
  }

  @Test(arguments: [1, 3, 12])
  func matrixOfAnyNumberOfClasses(classes: Int) {
    let labels = (0..<classes).map { "class \($0) & more" }
    let counts = (0..<classes).map { row in (0..<classes).map { row * $0 } }
    let matrix = ConfusionCounts(labels: labels, counts: classes == 1 ? [[5]] : counts)
    let checker = MarkupChecker(html(.confusion(matrix, title: "m")))
    #expect(checker.problems == [])
    #expect(checker.tags["rect"] == classes * classes)
  }

  @Test func histogramHasAColumnForEachCount() throws {
    let histogram = HistogramChart(
      xLabel: "value", range: -1...1, series: [.init("a", counts: [1, 0, 4, 2], colour: 0)])
    let page = html(.histogram(histogram, title: "h"))
    let heights = page.components(between: " height=\"", and: "\"").compactMap(Double.init).filter { $0 != 270 }
    try #require(heights.count == 3)
    #expect(abs(heights[1] - 4 * heights[0]) < 0.05 && abs(heights[2] - 2 * heights[0]) < 0.05)
    #expect(page.contains("a: 4 from 0 to 0.5"))
  }

  @Test func barsAreInProportion() throws {
    let page = html(
      .bars(BarChart([.init("a", value: 1, text: "1 ms"), .init("b", value: 4, text: "4 ms")]), title: "b"))
    let widths = page.components(between: " width=\"", and: "\"").compactMap(Double.init)
    try #require(widths.count == 2)
    #expect(abs(widths[1] - 4 * widths[0]) < 0.05)
    #expect(MarkupChecker(page).problems == [])
    let broken = html(
      .bars(BarChart([.init("a", value: .nan, text: "?"), .init("b", value: -1, text: "-1")]), title: ""))
    #expect(MarkupChecker(broken).problems == [])
  }

  @Test func galleryShrinksPictures() throws {
    let picture = CaptionedPicture(Samples.picture(1), description: "d", lines: [.init("right", isRight: true)])
    let page = html(.gallery([picture], side: 20))
    #expect(page.contains("width=\"20\" height=\"15\""))
    #expect(page.contains("<span class=\"right\">right</span>"))
  }
}

extension String {
  /// The texts that stand between two others.
  func components(between start: String, and end: Character) -> [String] {
    var result: [String] = []
    var rest = Substring(self)
    while let found = rest.range(of: start) {
      rest = rest[found.upperBound...]
      result.append(String(rest.prefix { $0 != end }))
    }
    return result
  }
}
