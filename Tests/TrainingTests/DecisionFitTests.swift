import Graphs
import Tensors
import Testing
import Training

@Suite struct DecisionFitTests {
  private let labels = ["happy", "neutral", "sad"]

  /// Pictures whose own class gets a probability of 0.001, 0.002, ... 1, and the next class the rest.
  private func predictions(of label: Int) -> [Metrics.Prediction] {
    (1...1_000).map { step in
      var probabilities = [0.0, 0, 0]
      probabilities[label] = Double(step) / 1_000
      probabilities[(label + 1) % 3] = 1 - Double(step) / 1_000
      return Metrics.Prediction(name: "", label: label, probabilities: probabilities)
    }
  }

  @Test(arguments: [0.01, 0.5, 0.85, 1])
  func asManyGetALabelAsAskedFor(_ coverage: Double) throws {
    let all = (0..<3).flatMap { predictions(of: $0) }.shuffled()
    let decision = Decision.fitted(to: all, classes: 3, hiding: [1], coverage: coverage, otherwise: "unsure")
    #expect(decision.shownClasses == [0, 2])
    for label in [0, 2] {
      let threshold = try #require(decision.thresholds[label])
      #expect(abs(Double(threshold) - (1.001 - coverage)) < 1e-6)
      let reaching = all.count { $0.label == label && Float($0.probabilities[label]) >= threshold }
      #expect(reaching == Int(coverage * 1_000))
    }
  }

  @Test func countsWhatTheDecisionDoes() {
    let decision = Decision(thresholds: [0.6, nil, 0.6], otherwise: "unsure")
    func prediction(_ label: Int, _ probabilities: [Double]) -> Metrics.Prediction {
      Metrics.Prediction(name: "", label: label, probabilities: probabilities)
    }
    let coverage = Coverage(
      [
        prediction(0, [0.9, 0, 0.1]), prediction(0, [0.5, 0.4, 0.1]), prediction(0, [0.1, 0.1, 0.8]),
        prediction(2, [0.2, 0.1, 0.7]), prediction(2, [0.35, 0.35, 0.3]),
        prediction(1, [0.1, 0.8, 0.1]), prediction(1, [0.7, 0.2, 0.1]),
      ], labels: labels, by: decision)
    func figures(_ count: Coverage.Count) -> [Int] { [count.pictures, count.labelled, count.right, count.nearest] }
    #expect(figures(coverage.shown) == [5, 3, 2, 3])
    #expect(figures(coverage.hidden) == [2, 1, 0, 0])
    #expect(figures(coverage.classes[0]) == [3, 2, 1, 2])
  }

  /// Another model whose probabilities are all a little lower gets lower thresholds, and labels as many.
  @Test func thresholdsFollowAnotherModel() throws {
    var random = CounterRandom(seed: 5)
    let before = (0..<500).map { _ -> [Float] in
      let (a, b) = (random.uniform(0, 1), random.uniform(0, 1))
      return [a, (1 - a) * b, (1 - a) * (1 - b)]
    }
    let after = before.map { row in row.map { $0 * $0 * 0.9 } }
    let decision = Decision(thresholds: [0.7, nil, 0.4], otherwise: "unsure")
    let matched = decision.matched(before, after)
    #expect(matched.otherwise == "unsure" && matched.thresholds[1] == nil)
    for label in [0, 2] {
      let (old, new) = (try #require(decision.thresholds[label]), try #require(matched.thresholds[label]))
      #expect(new < old)
      let reached = after.count { $0[label] >= new }
      #expect(abs(reached - before.count { $0[label] >= old }) <= 2, "three decimals leave room for a neighbour")
    }
    // A threshold that all reach says nothing of where it belongs.
    #expect(Decision(thresholds: [0, nil, 0.4], otherwise: "unsure").matched(before, after).thresholds[0] == 0)
  }
}
