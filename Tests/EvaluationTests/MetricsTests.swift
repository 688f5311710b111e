import Evaluation
import Numerics
import Testing

@Suite struct MetricsTests {
  @Test func theFirstOfEqualClassesIsNamed() {
    #expect(Metrics.Prediction(name: "", label: 0, probabilities: [0.5, 0.5]).predicted == 0)
    #expect(Metrics.Prediction(name: "", label: 0, probabilities: [0.2, 0.4, 0.4]).predicted == 1)
    #expect([Float](repeating: 1, count: 3).indexOfLargest == 0)
    #expect([Float]().indexOfLargest == nil)
  }

  @Test func countsAndIntervals() {
    let predictions = [(0, 0.9), (0, 0.8), (0, 0.3), (1, 0.4), (1, 0.6)].map {
      Metrics.Prediction(name: "", label: $0.0, probabilities: [$0.1, 1 - $0.1])
    }
    let metrics = Metrics(predictions, classes: 2)
    #expect(metrics.confusion == [[2, 1], [1, 1]])
    #expect(metrics.accuracy == 0.6)
    #expect(metrics.precision(0) == 2.0 / 3 && metrics.recall(1) == 0.5)
    // Of the six pairs, those with 0.3 against 0.4 and against 0.6 are wrong.
    #expect(abs(metrics.auc! - 4.0 / 6) < 1e-12)
    // Wilson's interval of 3 in 5, by hand: 0.2307 to 0.8824.
    #expect(abs(metrics.accuracyInterval.lowerBound - 0.2307) < 1e-4)
    #expect(abs(metrics.accuracyInterval.upperBound - 0.8824) < 1e-4)
    #expect(Metrics([predictions[0]], classes: 2).auc == nil)
  }
}
