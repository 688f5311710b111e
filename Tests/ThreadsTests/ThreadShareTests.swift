import CThreads
import Foundation
import Synchronization
import Testing

/// How much of each job the threads of a team take.
@Suite struct ThreadShareTests {
  private func equalShares(_ threads: Int) -> [UInt32] {
    (0...threads).map { UInt32((65_536 * $0 + threads / 2) / threads) }
  }

  /// Shares after so many steps with the same paces.
  private func adapted(_ shares: [UInt32], to paces: [UInt64], steps: Int = 12) -> [UInt32] {
    var shares = shares
    for _ in 0..<steps { _ = ct_adapt_shares(&shares, paces, Int32(paces.count)) }
    return shares
  }

  @Test func threadsThatAreAlikeKeepEqualShares() {
    for threads in 1...8 {
      var shares = equalShares(threads)
      #expect(ct_adapt_shares(&shares, (0..<threads).map { UInt64(1000 + 20 * $0 % 60) }, Int32(threads)) == 0)
      #expect(shares == equalShares(threads))
    }
  }

  @Test func aSlowThreadGetsLess() {
    let half = adapted([0, 32_768, 65_536], to: [1000, 3000])
    // 3/4 where nothing holds it back; a gain of a sixteenth is not worth a change.
    #expect(45_800...49_200 ~= half[1])
    let cores = adapted(equalShares(8), to: [1000, 1000, 1000, 1000, 3500, 3500, 3500, 3500])
    #expect(abs(Int(cores[4]) - 65_536 * 7 / 9) < 2000)
    // All end together, or nearly.
    let ends = (0..<8).map { Int(cores[$0 + 1] - cores[$0]) * ($0 < 4 ? 1000 : 3500) }
    #expect(ends.max()! * 8 < ends.min()! * 9)
  }

  /// Too little to be measured would stay too little for ever.
  @Test func noShareIsLost() {
    let shares = adapted([0, 32_768, 65_536], to: [1, 1_000_000_000], steps: 40)
    #expect(65_536 - shares[1] >= 65_536 / 18)
    #expect(adapted(shares, to: [1000, 1000]) == [0, 32_768, 65_536])
  }

  @Test func sharesAreWhole() {
    for seed in 0..<500 {
      let threads = 1 + seed % 16
      var shares = equalShares(threads)
      for _ in 0..<20 {
        let paces = (0..<threads).map { _ in UInt64.random(in: 1...(1 << UInt64.random(in: 1...47))) }
        _ = ct_adapt_shares(&shares, paces, Int32(threads))
        #expect(shares.first == 0 && shares.last == 65_536 && shares == shares.sorted(), "\(paces): \(shares)")
      }
    }
  }

  /// A team whose second thread takes eight times as long for everything: measured, it gets less.
  @Test func aTeamMeasuresItsThreads() throws {
    let caller = pthread_self()
    try withUnsafePointer(to: caller) { caller in
      let job = ct_job(
        task: { caller, first, end in
          let isCaller = pthread_equal(pthread_self(), caller!.assumingMemoryBound(to: pthread_t.self).pointee) != 0
          let sum = Atomic(0)
          for step in 0..<(end - first) * (isCaller ? 200 : 1600) { sum.add(step, ordering: .relaxed) }
        }, context: UnsafeMutableRawPointer(mutating: caller), parts: 64, pieces: 1)
      try withUnsafePointer(to: job) { job in
        let team = try #require(ct_team_create(2, job, 1))
        defer { ct_team_destroy(team) }
        var runs = 0
        // A thread that comes late to each of some runs is not measured in them.
        while ct_team_first_part(team, 64, 1) < 45, runs < 20_000 {
          ct_team_run(team, 0, 1)
          runs += 1
        }
        #expect(ct_team_first_part(team, 64, 1) >= 45, "after \(runs) runs")
        #expect(ct_team_first_part(team, 64, 0) == 0 && ct_team_first_part(team, 64, 2) == 64)
      }
    }
  }
}
