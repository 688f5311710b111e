import Evaluation
import Models
import Testing

@Suite struct ChanceTests {
  @Test func aCoinFlipIsToldFromLearning() {
    // 28 of 53: the interval begins at 39.7 %, always naming the commoner class gives 50.9 %.
    let flip = ChanceCheck(counts: [26, 27], right: 28)
    #expect(flip.mayBeChance && flip.isVague && flip.commonest == 1)
    #expect(abs(flip.interval.lowerBound - 0.397) < 0.001)
    #expect(!ChanceCheck(counts: [26, 27], right: 40).mayBeChance)
    // 900 of 1,000 say nothing where 900 are of one class.
    #expect(ChanceCheck(counts: [900, 100], right: 900).mayBeChance)
    #expect(!ChanceCheck(counts: [900, 100], right: 930).mayBeChance)
    #expect(!ChanceCheck(counts: [500, 500], right: 900).isVague)
  }

  /// The first of equals; one class or none says nothing, and is no division by zero.
  @Test func borders() {
    #expect(ChanceCheck(counts: [5, 5], right: 5).commonest == 0)
    #expect(!ChanceCheck(counts: [9, 0], right: 9).mayBeChance)
    let none = ChanceCheck(counts: [0, 0], right: 0)
    #expect(none.accuracy == 0 && none.enoughPictures > 0)
    #expect(ChanceCheck(counts: [50, 50], right: 50).enoughPictures == 385)  // 0.25 (1.96 / 0.05)^2 = 384.2
  }

  @Test func goalsAreHeldAgainstWhatCameOut() {
    let decision = Decision(thresholds: [0.6, nil], otherwise: "unsure")
    func picture(_ label: Int, _ first: Double) -> Metrics.Prediction {
      Metrics.Prediction(name: "", label: label, probabilities: [first, 1 - first])
    }
    // Of four happy ones three get a label, all rightly but that a hidden one gets it as well.
    let all = [picture(0, 0.9), picture(0, 0.8), picture(0, 0.7), picture(0, 0.5), picture(1, 0.7), picture(1, 0.1)]
    let coverage = Coverage(all, labels: ["happy", "neutral"], by: decision)
    let outcomes = DecisionGoals(labelled: 0.8, right: 0.9, unsure: 0.5).outcomes(coverage)
    #expect(outcomes.map(\.kind) == [.labelled, .right, .unsure])
    #expect(outcomes.map(\.reached) == [0.75, 1, 0.5] && outcomes.map(\.pictures) == [4, 3, 2])
    #expect(outcomes.map(\.isMissed) == [true, false, false])
    #expect(DecisionGoals().outcomes(Coverage([], labels: ["happy", "neutral"], by: decision)).isEmpty)
  }
}
