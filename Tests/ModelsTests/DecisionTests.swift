import Models
import Testing

@Suite struct DecisionTests {
  private func description(_ decision: Decision?) -> ModelDescription {
    ModelDescription(
      graph: .happySad(), preprocessing: Preprocessing(width: 256, height: 256), labels: ["happy", "neutral", "sad"],
      decision: decision)
  }

  @Test func withoutADecisionTheLikeliestIsSaid() {
    let plain = description(nil)
    #expect(plain.shownClasses == [0, 1, 2])
    let answer = plain.answer([0.3, 0.36, 0.34])
    #expect(answer.label == "neutral" && answer.candidate == 1 && answer.probability == 0.36 && answer.isSure)
    #expect(plain.answer([0.4, 0.2, 0.4]).label == "happy", "the first of equals")
  }

  @Test func aThresholdIsReachedOrTheWordIsSaid() {
    let ruled = description(Decision(thresholds: [0.5, nil, 0.25], otherwise: "unsure"))
    #expect(ruled.shownClasses == [0, 2])
    #expect(ruled.answer([0.5, 0.3, 0.2]).label == "happy", "reaching is enough")
    let below = ruled.answer([0.499, 0.301, 0.2])
    #expect(below.label == "unsure" && below.candidate == 0 && below.probability == 0.499 && !below.isSure)
    #expect(ruled.answer([0.05, 0.65, 0.3]).label == "sad", "its own threshold counts, not the largest probability")
    #expect(ruled.answer([0.26, 0.5, 0.24]).label == "unsure")
  }

  @Test func aClassThatIsNeverShownIsNoCandidate() {
    let ruled = description(Decision(thresholds: [0.4, nil, 0.4], otherwise: "unsure"))
    let neutral = ruled.answer([0.01, 0.98, 0.01])
    #expect(neutral.label == "unsure" && neutral.candidate == 0 && neutral.probability == 0.01)
    #expect(ruled.answer([0.5, 0, 0.5]).candidate == 0, "the first of equals")
  }

  /// The nearest stays the nearest; its threshold is held against its share in the weighted sum.
  @Test func aClassThatWeighsMoreLeavesFewerLabels() {
    let weighted = Decision(thresholds: [0.5, nil, 0.5], weights: [1, 4, 1], otherwise: "unsure")
    #expect(weighted.isWeighted && weighted.share(of: 0, [0.75, 0.125, 0.125]) == 0.75 / 1.375)
    let ruled = description(weighted)
    let below = ruled.answer([0.6, 0.2, 0.2])
    #expect(below.label == "unsure" && below.candidate == 0 && below.probability == 0.6, "0.6 of 1.6")
    #expect(ruled.answer([0.6, 0.0625, 0.3375]).label == "happy", "0.6 of 1.1875")
    #expect(!ruled.answer([.nan, .nan, .nan]).isSure)
    let plain = Decision(thresholds: [0.5, nil, 0.5], otherwise: "unsure")
    #expect(!plain.isWeighted && plain.share(of: 2, [0.3, 0.3, 0.3]) == 0.3)
  }

  @Test func whatIsWatchedNeedsGreaterOddsToAppearThanToStay() {
    let ruled = description(Decision(thresholds: [0.2, nil, 1], otherwise: "unsure"))
    // Odds of 1/4 for a photo: 1 with a steadiness of 4, and 1/2 to stay.
    #expect(ruled.answer([0.25, 0.75, 0]).label == "happy")
    #expect(ruled.answer([0.49, 0.51, 0], steadiness: 4).label == "unsure")
    #expect(ruled.answer([0.51, 0.49, 0], steadiness: 4).label == "happy")
    #expect(ruled.answer([0.34, 0.66, 0], after: 0, steadiness: 4).label == "happy")
    #expect(ruled.answer([0.32, 0.68, 0], after: 0, steadiness: 4).label == "unsure")
    #expect(
      ruled.answer([0.34, 0.66, 0], after: 2, steadiness: 4).label == "unsure", "another label's staying is no help")
    #expect(ruled.answer([0, 0, 1], steadiness: 1000).label == "sad", "what is certain is said")
    #expect(description(nil).answer([0.3, 0.36, 0.34], after: 0, steadiness: 9).label == "neutral")
  }

  @Test func noNumberIsNeverSure() {
    let ruled = description(Decision(thresholds: [0, nil, 0], otherwise: "unsure"))
    #expect(!ruled.answer([.nan, .nan, .nan]).isSure)
  }
}
