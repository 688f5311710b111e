import Evaluation
import Foundation
import Numerics
import Testing

@Suite struct TemperatureTests {
  /// `count` pictures whose logit speaks for class 1 with this strength, three in four of them rightly.
  private func predictions(_ count: Int, logits: [Float]) -> [Metrics.Prediction] {
    (0..<count).map {
      Metrics.Prediction(name: "\($0)", label: $0 % 4 == 0 ? 0 : 1, probabilities: [0, 1], logits: logits)
    }
  }

  /// Right three times in four is a logit of ln 3: whatever stands there is divided until it says so.
  @Test(arguments: [0.75, 1, 2, 5])
  func findsWhatArithmeticSays(_ factor: Float) {
    let strength = Float(log(3.0)) * factor
    for logits in [[strength], [-strength / 2, strength / 2], [7, 7 + strength]] {
      let made = predictions(400, logits: logits)
      let temperature = Temperature.fitted(to: made)
      #expect(abs(temperature - factor) <= 0.001, "\(logits)")
      let scaled = Temperature.apply(temperature, to: made)
      #expect(scaled.allSatisfy { abs($0.probabilities[1] - 0.75) < 0.001 })
      #expect(Metrics(scaled, classes: 2).calibrationError < 0.002)
    }
  }

  @Test func staysWithinBoundsAndWantsEnoughPictures() {
    #expect(Temperature.fitted(to: predictions(16, logits: [9])) == 1)
    #expect(Temperature.fitted(to: predictions(400, logits: [100])) == Temperature.bounds.upperBound)
    let certain = (0..<50).map {
      Metrics.Prediction(name: "", label: $0 % 2, probabilities: [], logits: [$0 % 2 == 0 ? -1 : 1])
    }
    #expect(Temperature.fitted(to: certain) == Temperature.bounds.lowerBound)
    let oneClass = (0..<50).map { _ in Metrics.Prediction(name: "", label: 1, probabilities: [], logits: [2]) }
    #expect(Temperature.fitted(to: oneClass) == 1)
    let unknown = (0..<50).map { _ in Metrics.Prediction(name: "", label: 0, probabilities: [0.4, 0.6]) }
    #expect(Temperature.fitted(to: unknown) == 1)
    #expect(Temperature.apply(3, to: unknown)[0].probabilities == [0.4, 0.6])
  }

  @Test func itChangesNoAnswer() {
    var random = CounterRandom(seed: 21)
    let made = (0..<200).map { _ in
      Metrics.Prediction(
        name: "", label: random.below(3), probabilities: [], logits: (0..<3).map { _ in random.uniform(-8, 8) })
    }
    let answers = Temperature.apply(1, to: made).map(\.predicted)
    #expect(Temperature.apply(Temperature.fitted(to: made), to: made).map(\.predicted) == answers)
    #expect(Set(answers) == [0, 1, 2])
  }
}
