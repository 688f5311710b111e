import Evaluation
import Models
import Numerics
import Testing

/// Thresholds for several classes that are never shown: goals of single classes, and prices.
@Suite struct DecisionAimTests {
  private let labels = ["anger", "happy", "neutral", "sad"]
  private let hidden: Set<Int> = [0, 2]

  /// Faces whose probability of a class is spread evenly over a range; the rest is neutral, or anger for neutral ones.
  private func faces(
    _ truth: Int, _ count: Int, saying label: Int, _ range: ClosedRange<Double>
  ) -> [Metrics.Prediction] {
    (0..<count).map { step in
      var probabilities = [0.0, 0, 0, 0]
      let share = (Double(step) + 0.5) / Double(count)
      probabilities[label] = range.lowerBound + share * (range.upperBound - range.lowerBound)
      probabilities[truth == 2 ? 0 : 2] = 1 - probabilities[label]
      return Metrics.Prediction(name: "", label: truth, probabilities: probabilities)
    }
  }

  /// Neutral faces are taken for sad ones below 0.7, angry ones below 0.4.
  private var all: [Metrics.Prediction] {
    faces(1, 400, saying: 1, 0.5...1) + faces(3, 400, saying: 3, 0.3...1) + faces(2, 300, saying: 3, 0.0...0.7)
      + faces(0, 100, saying: 3, 0.0...0.4)
  }

  private func coverage(_ aim: DecisionAim) -> Coverage {
    let decision = Decision.fitted(to: all, classes: 4, hiding: hidden, aim: aim, otherwise: "unsure")
    #expect(decision.shownClasses == [1, 3])
    return Coverage(all, labels: labels, by: decision)
  }

  private func share(_ coverage: Coverage, _ label: Int) -> Double {
    Double(coverage.classes[label].labelled) / Double(coverage.classes[label].pictures)
  }

  @Test func aClassMayHaveAGoalOfItsOwn() {
    let loose = DecisionGoals(labelled: 0.5, right: 0.5, unsure: 0.5)
    var strict = loose
    strict.byClass = [2: 0.98]
    var many = loose
    many.byClass = [2: 0.98, 3: 0.9]
    let (one, both) = (coverage(.goals(strict)), coverage(.goals(many)))
    #expect(share(one, 2) <= 0.02, "asked for at most 2 % of the neutral faces")
    #expect(share(both, 3) > share(one, 3), "a goal for sad faces pulls the other way")
    #expect(share(both, 1) == 1)
    let outcomes = many.outcomes(both)
    #expect(outcomes.map(\.label) == [nil, nil, nil, 2, 3])
    #expect(outcomes[3].kind == .unsure && outcomes[4].kind == .labelled)
    #expect(outcomes[4].reached == share(both, 3) && outcomes[3].reached == 1 - share(both, 2))
  }

  /// The cost of what comes out is the least of all thresholds of hundredths.
  @Test(arguments: [0.5, 1, 3, 10]) func noThresholdsCostLess(_ price: Double) {
    let costs = DecisionCosts(wrong: price, mistakes: [.init(label: 3, truth: 2): 3 * price])
    func cost(_ coverage: Coverage) -> Double {
      let neutral = 3 * price * Double(coverage.classes[2].labelled)
      let others = price * Double(coverage.classes[0].labelled + coverage.shown.labelled - coverage.shown.right)
      return neutral + others + Double(coverage.shown.pictures - coverage.shown.labelled)
    }
    let found = cost(coverage(.costs(costs)))
    for happy in stride(from: Float(0), to: 1, by: 0.1) {
      for sad in stride(from: Float(0), to: 1, by: 0.03) {
        let other = Decision(thresholds: [nil, happy, nil, sad], otherwise: "unsure")
        #expect(found <= cost(Coverage(all, labels: labels, by: other)), "\(happy) \(sad)")
      }
    }
    #expect(costs.words(labels: labels).contains("'sad' of 'neutral' \(3 * price)"))
  }

  @Test func costlierMistakesMakeFewerLabels() {
    let choices = DecisionChoice.all(
      fitting: all, judging: all, labels: labels, hiding: hidden, weights: [1, 1, 1, 1], otherwise: "unsure")
    #expect(choices.map(\.cost) == DecisionChoice.prices)
    for (cheap, costly) in zip(choices, choices.dropFirst()) {
      #expect(cheap.coverage.shown.labelled >= costly.coverage.shown.labelled)
      #expect(cheap.coverage.hidden.labelled >= costly.coverage.hidden.labelled)
    }
    #expect(choices[0].coverage.hidden.labelled > 0 && choices.last!.coverage.hidden.labelled == 0)
  }

  @Test func figuresNameEachClass() {
    let decision = Decision(thresholds: [nil, 0.6, nil, 0.5], otherwise: "unsure")
    let words = Coverage(all, labels: labels, by: decision).classWords(labels)
    #expect(words == "labelled: happy 80.0 %, sad 71.5 %; labelled although never shown: anger 0.0 %, neutral 28.7 %")
  }
}
