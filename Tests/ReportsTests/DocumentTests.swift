import Reports
import Testing

@Suite struct DocumentTests {
  static let pages = [Samples.training.page, Samples.comparison.page, Samples.demo.page]

  @Test(arguments: pages.indices)
  func isWellFormedAndNeedsNothing(page: Int) {
    let checker = MarkupChecker(Self.pages[page].html)
    #expect(checker.problems == [])
    #expect(checker.tags["script"] == nil && checker.tags["link"] == nil)
    #expect(checker.tags["html"] == 1 && checker.tags["h1"] == 1)
  }

  @Test func trainingShowsItsFigures() {
    let page = Samples.training.page.html
    // 292 of 300 right; precision 147/152 and 145/148, recall 147/150 and 145/150.
    for figure in [
      "97.3\u{A0}%", "96.7\u{A0}%", "98.0\u{A0}%", "95.1\u{A0}% to 98.7\u{A0}%", ">147<", ">145<", ">3<", ">5<",
      "0.8123", "94.17\u{A0}%",
    ] {
      #expect(page.contains(figure), "\(figure)")
    }
    #expect(page.contains("a folder &amp; another &lt;one&gt;"))
    #expect(page.contains("2 files were passed over"))
  }

  @Test func comparisonShowsItsFigures() {
    let page = Samples.comparison.page.html
    for figure in [
      "97.3\u{A0}%", "97.0\u{A0}%", "99.67\u{A0}%", "38.7", "33.2", "exact", "0.99941", "0.012\u{A0}%", "0.9876",
      "2.13\u{A0}%", "61.3\u{A0}%",
      "50.7\u{A0}%", "4.0×", "3.0×", "300 pictures cannot tell", "Where they differ", "float alone is right on 1",
      "−0.7 to 1.3", "98.1\u{A0}% to 99.9\u{A0}%, of 300 pictures", "weights 40 times the median",
      "the first 1 of 31", "on 32 of the pictures", "With thresholds", "80.4 % of 1 758 labelled", "How int8 was made",
      "By mse+bias: of 2 methods tried", "Tried on 300 validation images, points lost", "mse 0.33 (-1.01 to 1.67)",
      "ROC curve of sad",
    ] { #expect(page.contains(figure), "\(figure)") }
  }

  /// Green only where the verdict says so, and no empty sections.
  @Test func theVerdictHasItsColour() {
    var report = Samples.comparison
    for tone in [ReportBlock.Tone.good, .info, .warning] {
      report.verdict = .init("As good as equal.", tone: tone)
      #expect(report.page.html.contains("note \(tone.rawValue)"))
    }
    report.flipped = []
    report.groups = []
    #expect(report.page.html.contains("No picture changed its label."))
    #expect(!report.page.html.contains("Where they differ"))
  }

  @Test func demoTellsTheWholeStory() {
    let page = Samples.demo.page.html
    for heading in ["What it sees", "Training", "Side by side", "Layer by layer", "Changed sides", "Live", "Recipe"] {
      #expect(page.contains("<h2>\(heading)</h2>"), "\(heading)")
    }
    #expect(page.contains("data:image/jpeg;base64,/9j/"))
    #expect(MarkupChecker(page).tags["img"] == 5)
  }

  @Test func nothingMeasuredIsStillAPage() {
    let nobody = EvaluationFigures(
      name: "float", accuracy: Share(.nan),
      confusion: ConfusionCounts(labels: ["happy", "sad"], counts: [[0, 0], [0, 0]]),
      roc: ROCCurve(points: [], area: .nan), reliability: Reliability(bins: [], expectedCalibrationError: .nan))
    let broken = EpochFigures(epoch: 1, loss: .nan, validationLoss: .infinity)
    let training = TrainingReport(title: "", history: [broken], keptEpoch: 9, test: nobody)
    let comparison = ComparisonReport(
      title: "", float: nobody, int8: nobody, agreement: .nan, mcNemar: .nan,
      layers: [LayerFigures(name: "", sqnr: -.infinity, cosine: .nan, clipped: .nan)])
    for page in [training.page, comparison.page, DemoReport(training: training, comparison: comparison).page] {
      let checker = MarkupChecker(page.html)
      #expect(checker.problems == [])
      #expect(!checker.text.lowercased().contains("nan"))
      #expect(checker.text.contains("No data."))
    }
  }
}
