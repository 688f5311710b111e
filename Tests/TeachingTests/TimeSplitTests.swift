import Teaching
import Testing

/// Held-out pictures are later ones, and no neighbours of those learned from.
@Suite struct TimeSplitTests {
  @Test func theLatestJudge() {
    let times = (0..<60).map { Int64($0) * 2_000 }.shuffledByRule()
    let parts = TimeSplit.parts(times)
    func taken(_ part: TimeSplit.Part) -> [Int64] { zip(times, parts).filter { $0.1 == part }.map(\.0) }
    let (learned, chosen, judged) = (taken(.training), taken(.validation), taken(.test))
    #expect(judged.count == 15 && chosen.count == 6 && learned.count == 39)
    #expect(learned.max()! < chosen.min()! && chosen.max()! < judged.min()!)
  }

  @Test func neighboursOfOneSecondAreLeftOut() {
    // Five pictures a second.
    let times = (0..<100).map { Int64($0) * 200 }
    let parts = TimeSplit.parts(times)
    let firstHeldOut = zip(times, parts).filter { $0.1 == .validation }.map(\.0).min()!
    let lastLearned = zip(times, parts).filter { $0.1 == .training }.map(\.0).max()!
    #expect(firstHeldOut - lastLearned >= TimeSplit.guardTime)
    #expect(parts.contains { $0 == nil })
  }

  @Test func picturesWithoutTimesAreNotLost() {
    let parts = TimeSplit.parts([Int64](repeating: 5, count: 24))
    #expect(parts.count { $0 == .training } == 16 && parts.count { $0 == .test } == 6)
    #expect(TimeSplit.parts([]).isEmpty && TimeSplit.parts([1]) == [.test])
  }
}

extension [Int64] {
  /// Every seventh, and so on: in an order of no meaning.
  fileprivate func shuffledByRule() -> [Int64] { indices.map { self[$0 * 7 % count] } }
}
