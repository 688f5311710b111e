import CThreads
import Foundation
import Synchronization
import TestSupport
import Testing

/// A list of jobs of which every part notes that it ran, and what of earlier jobs was not yet done.
private final class Journal {
  /// One job: how many of its parts ran, how many times each, and how many found an earlier job unfinished.
  final class Entry {
    let parts: Int
    let before: Entry?
    let slowPart: Int?
    let runs: [Counter]
    let done = Counter()
    let early = Counter()

    init(parts: Int, slowPart: Int?, before: Entry?) {
      (self.parts, self.slowPart, self.before) = (parts, slowPart, before)
      runs = (0..<parts).map { _ in Counter() }
    }

    func run(_ part: Int, round: Int) {
      if let before, before.done.value != before.parts * (round + 1) { early.add() }
      if part == slowPart { usleep(300) }
      runs[part].add()
      done.add()
    }
  }

  final class Counter {
    private let number = Atomic(0)
    var value: Int { number.load(ordering: .acquiring) }
    func add() { number.wrappingAdd(1, ordering: .acquiringAndReleasing) }
  }

  let entries: [Entry]
  let rounds = Counter()

  init(parts: [Int], slowPart: Int? = nil) {
    var entries: [Entry] = []
    for count in parts { entries.append(Entry(parts: count, slowPart: slowPart, before: entries.last)) }
    self.entries = entries
  }

  /// Runs the list so often, as a whole or job by job, and checks it each time.
  func check(threads: Int, rounds: Int, jobByJob: Bool = false, changingShares: Bool = false) -> String? {
    let contexts = entries.map { Context(entry: $0, rounds: self.rounds) }
    let jobs = UnsafeMutableBufferPointer<ct_job>.allocate(capacity: entries.count)
    defer { jobs.deallocate() }
    for (index, context) in contexts.enumerated() {
      jobs.initializeElement(
        at: index,
        to: ct_job(
          task: { pointer, first, end in
            let context = Unmanaged<Context>.fromOpaque(pointer!).takeUnretainedValue()
            for part in first..<end { context.entry.run(part, round: context.rounds.value) }
          }, context: Unmanaged.passUnretained(context).toOpaque(), parts: entries[index].parts,
          pieces: 1 + index % 4))
    }
    return withExtendedLifetime(contexts) {
      let team = ct_team_create(Int32(threads), jobs.baseAddress!, jobs.count)
      defer { ct_team_destroy(team) }
      for round in 1...rounds {
        if changingShares {
          let inner = (1..<threads).map { _ in UInt32.random(in: 0...65_536) }.sorted()
          ct_team_share(team, [0] + inner + [65_536])
        }
        if jobByJob {
          for index in entries.indices { ct_team_run(team, index, 1) }
        } else {
          ct_team_run(team, 0, entries.count)
        }
        for (index, entry) in entries.enumerated() {
          if entry.early.value > 0 { return "round \(round): job \(index) began before the one before it was done" }
          if let part = entry.runs.firstIndex(where: { $0.value != round }) {
            return "round \(round): part \(part) of job \(index) ran \(entry.runs[part].value) times"
          }
        }
        self.rounds.add()
        // Now and then the threads fall asleep between two pictures.
        if round % 16 == 0 { usleep(400) }
      }
      return nil
    }
  }

  private final class Context {
    let entry: Entry
    let rounds: Counter
    init(entry: Entry, rounds: Counter) { (self.entry, self.rounds) = (entry, rounds) }
  }
}

@Suite struct ThreadTeamTests {
  @Test(arguments: [1, 2, 3, 4, 7, 16])
  func everyPartRunsOnceAndInTurn(threads: Int) {
    let journal = Journal(parts: [1, threads, 4 * threads, 5, 1, 1, threads - 1, 3 * threads + 1, 0, 64, 2])
    #expect(journal.check(threads: threads, rounds: 200) == nil)
  }

  /// What a thread is slow to begin others take over, and what it is slow to end they wait for.
  @Test(arguments: [2, 4])
  func slowPartsAreWaitedFor(threads: Int) {
    let journal = Journal(parts: [threads, 2 * threads, threads, 4 * threads], slowPart: threads - 1)
    #expect(journal.check(threads: threads, rounds: 60) == nil)
  }

  @Test func jobsOneByOne() {
    let journal = Journal(parts: [3, 8, 1, 2])
    #expect(journal.check(threads: 3, rounds: 100, jobByJob: true) == nil)
  }

  /// A thread that wakes late, with an order and shares of an earlier run, must do nothing of it again.
  @Test(arguments: [2, 3, 5]) func sharesThatChange(threads: Int) {
    let journal = Journal(parts: [64, 1, threads, 7, 2, 33, 64])
    #expect(journal.check(threads: threads, rounds: 2000, changingShares: true) == nil)
  }

  /// More threads than cores, and two teams that take them from each other.
  @Test func teamsSideBySide() {
    let problems = Problems()
    DispatchQueue.concurrentPerform(iterations: 3) { number in
      let journal = Journal(parts: Array(repeating: 8, count: 12) + [1, 3])
      if let problem = journal.check(threads: 8, rounds: 100) { problems.add("\(number): \(problem)") }
    }
    #expect(problems.all == [])
  }

  @Test func anEmptyListRuns() {
    #expect(Journal(parts: []).check(threads: 2, rounds: 3) == nil)
    #expect(Journal(parts: [0, 0]).check(threads: 2, rounds: 3) == nil)
  }
}
