import Evaluation
import Numerics
import Testing

/// What is said of a difference follows from its interval: never from the point alone.
@Suite struct ComparisonVerdictTests {
  private let names = (first: "float", second: "int8")

  private func verdict(
    _ images: Int, lost: Int = 0, won: Int = 0, same: Int? = nil, margin: Double = 0.5
  ) -> ComparisonVerdict {
    ComparisonVerdict(
      same: same ?? images - lost - won, loss: PairedLoss(images: images, lost: lost, won: won), margin: margin)
  }

  @Test func fewPicturesShowNothing() {
    let few = verdict(48)
    #expect(few.finding == .open)
    // Wilson: z^2 / (n + z^2) = 3.8415 / 51.8415.
    #expect(abs(few.differing.upperBound - 0.0741) < 0.0001)
    let sentence = few.sentence(names)
    #expect(sentence.hasPrefix("No difference found on 48 pictures; up to 7.4 % of labels could still differ."))
    #expect(sentence.contains("About 770 pictures") && sentence.contains("under 0.5 %"))
    #expect(Wilson.interval(0, of: few.enoughPictures).upperBound <= 0.005)
    #expect(Wilson.interval(0, of: few.enoughPictures - 10).upperBound > 0.005)
  }

  @Test func manyPicturesCarryAVerdict() {
    let equal = verdict(20_000, lost: 30, won: 28)
    #expect(equal.finding == .equivalent && equal.sentence(names).contains("int8 loses at most 0.09 points"))
    let slight = verdict(20_000, lost: 60, won: 10)
    #expect(slight.finding == .equivalent && slight.loss.interval.lowerBound > 0)
    #expect(slight.sentence(names).contains("less accurate") && slight.sentence(names).contains("within the margin"))
    #expect(verdict(1_000, lost: 40, won: 5).finding == .worse)
    #expect(verdict(1_000, lost: 5, won: 40).finding == .better)
    // As good on average, and yet nobody knows: many labels change.
    let torn = verdict(200, lost: 12, won: 12)
    #expect(torn.finding == .open && torn.sentence(names).contains("200 pictures cannot tell"))
  }

  /// As many pictures as are said to be enough, with as many changes, tell.
  @Test(arguments: [(48, 0, 0), (200, 12, 12), (500, 3, 2), (90, 1, 0)])
  func whatIsEnoughIsEnough(images: Int, lost: Int, won: Int) {
    let now = verdict(images, lost: lost, won: won)
    let more = now.enoughPictures
    let changed = Double(lost + won) / Double(images) * Double(more)
    let then = verdict(more, lost: Int((changed / 2).rounded()), won: Int((changed / 2).rounded()))
    #expect(now.finding == .open && then.finding == .equivalent)
  }

  @Test func bordersAndAllFindings() {
    #expect(verdict(0).finding == .nothing && verdict(0).sentence(names) == "No picture was compared.")
    #expect(verdict(0).enoughPictures > 0)
    let all = [verdict(0), verdict(48), verdict(5_000), verdict(1_000, lost: 40), verdict(1_000, won: 40)]
    #expect(Set(all.map(\.finding)) == Set(ComparisonVerdict.Finding.allCases))
    // A wider margin takes less.
    #expect(verdict(200, lost: 12, won: 12, margin: 10).finding == .equivalent)
    #expect(verdict(200, lost: 200).finding == .worse)
  }

  @Test func mcNemarIsExplained() {
    #expect(verdict(9).mcNemarSentence(names).hasPrefix("No picture"))
    // Seven against one: 2 (1 + 8) / 256.
    let sentence = verdict(100, lost: 7, won: 1).mcNemarSentence(names)
    #expect(
      sentence.contains("float alone is right on 7, int8 alone on 1") && sentence.contains("7.0 % of comparisons"))
    #expect(verdict(100, lost: 40).mcNemarSentence(names).contains("less than 0.1 %"))
  }
}
