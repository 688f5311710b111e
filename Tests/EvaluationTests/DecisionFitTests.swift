import Evaluation
import Models
import Numerics
import Testing

@Suite struct DecisionFitTests {
  private let labels = ["happy", "neutral", "sad"]

  /// Pictures of a class whose probabilities of it are spread evenly over a range; the rest goes to another class.
  private func predictions(
    of truth: Int, _ count: Int, saying label: Int, _ range: ClosedRange<Double>, rest: Int
  ) -> [Metrics.Prediction] {
    (0..<count).map { step in
      var probabilities = [0.0, 0, 0]
      let share = (Double(step) + 0.5) / Double(count)
      probabilities[label] = range.lowerBound + share * (range.upperBound - range.lowerBound)
      probabilities[rest] = 1 - probabilities[label]
      return Metrics.Prediction(name: "", label: truth, probabilities: probabilities)
    }
  }

  /// Happy from 0.4 up, sad from 0.2 up, neutral faces below that: only thresholds of their own part all three.
  @Test func thresholdsPartWhatCanBeParted() throws {
    let all =
      predictions(of: 0, 400, saying: 0, 0.62...0.98, rest: 1) + predictions(of: 2, 300, saying: 2, 0.32...0.9, rest: 1)
      + predictions(of: 1, 150, saying: 0, 0.02...0.58, rest: 1)
      + predictions(of: 1, 150, saying: 2, 0.02...0.28, rest: 1)
    for goals in [DecisionGoals(), DecisionGoals(labelled: 0.9, right: 0.9, unsure: 0.9)] {
      let decision = Decision.fitted(to: all, classes: 3, hiding: [1], aim: .goals(goals), otherwise: "unsure")
      #expect(decision.shownClasses == [0, 2] && decision.otherwise == "unsure")
      let coverage = Coverage(all, labels: labels, by: decision)
      #expect(coverage.shown.labelled >= 690 && coverage.shown.right == coverage.shown.labelled)
      #expect(coverage.hidden.labelled <= 6)
    }
  }

  /// Where not all goals can be met, none is given up for the others.
  @Test func theWorstGoalIsMissedByLeast() {
    // Two faces in three are told from neutral ones, the third is not.
    let all =
      predictions(of: 0, 600, saying: 0, 0.6...0.9, rest: 1) + predictions(of: 0, 300, saying: 0, 0.2...0.5, rest: 1)
      + predictions(of: 1, 300, saying: 0, 0.2...0.5, rest: 1)
    func coverage(_ labelled: Double, _ unsure: Double) -> (labelled: Double, unsure: Double) {
      let goals = DecisionGoals(labelled: labelled, right: 0.5, unsure: unsure)
      let decision = Decision.fitted(to: all, classes: 3, hiding: [1], aim: .goals(goals), otherwise: "unsure")
      let coverage = Coverage(all, labels: labels, by: decision)
      return (
        Double(coverage.shown.labelled) / Double(coverage.shown.pictures),
        1 - Double(coverage.hidden.labelled) / Double(coverage.hidden.pictures)
      )
    }
    let (both, faces, doubts) = (coverage(0.9, 0.9), coverage(0.99, 0.1), coverage(0.1, 0.99))
    #expect((0.72...0.88).contains(both.labelled) && (0.4...0.8).contains(both.unsure), "\(both)")
    #expect(faces.labelled > both.labelled && faces.unsure < both.unsure, "\(faces)")
    #expect(doubts.labelled < both.labelled && doubts.unsure > both.unsure, "\(doubts)")
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

  /// As sure of sad for both, but a little of a neutral face is left for neutral: a weight parts them, no threshold.
  @Test func aWeightPartsWhatNoThresholdCan() throws {
    let all = (0..<200).flatMap { step in
      let sad = 0.5 + 0.4 * Double(step) / 200
      return [(2, 0.02), (1, 0.09)].map { truth, neutral in
        Metrics.Prediction(name: "", label: truth, probabilities: [1 - sad - neutral, neutral, sad])
      }
    }
    func coverage(_ goals: DecisionGoals) -> (Decision, Coverage) {
      let decision = Decision.fitted(to: all, classes: 3, hiding: [1], aim: .goals(goals), otherwise: "unsure")
      return (decision, Coverage(all, labels: labels, by: decision))
    }
    let (plain, missed) = coverage(DecisionGoals(labelled: 0.9, right: 0.5, unsure: 0.9))
    #expect(!plain.isWeighted && missed.hidden.labelled > 60)
    let (weighted, met) = coverage(DecisionGoals(labelled: 0.9, right: 0.5, unsure: 0.9, byClass: [1: 0.9]))
    #expect(weighted.weights[1] > 4 && weighted.weights[0] == 1 && weighted.weights[2] == 1)
    #expect(met.shown.labelled >= 180 && met.hidden.labelled <= 20)
    let threshold = try #require(weighted.thresholds[2])
    let words = weighted.words(labels: labels)
    #expect(words.hasSuffix("sad from \(threshold), neutral weighing \(weighted.weights[1]), otherwise unsure"))
    // The same pictures through the same network: the same thresholds, to a thousandth.
    let probabilities = all.map { $0.probabilities.map { Float($0) } }
    let matched = weighted.matched(probabilities, probabilities)
    #expect(matched.weights == weighted.weights)
    #expect(Coverage(all, labels: labels, by: matched) == met)
  }
}
