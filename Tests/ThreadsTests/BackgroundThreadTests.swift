import CThreads
import Dispatch
import Foundation
import Testing
import Threads

@Suite struct BackgroundThreadTests {
  @Test("A background thread has its name, cut to what the system keeps, and is another one")
  func name() {
    let told = Locked("")
    let isDone = DispatchSemaphore(value: 0)
    BackgroundThread.start("a name of many words") {
      told.withLock { $0 = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? "" }
      isDone.signal()
    }
    isDone.wait()
    #expect(told.value == "a name of many \n")
  }

  @Test("What a background thread holds is let go of when its work is done")
  func release() {
    let isGone = DispatchSemaphore(value: 0)
    Self.start(isGone)
    #expect(isGone.wait(timeout: .now() + 60) == .success)
  }

  /// When this returns, the thread alone holds what signals at its end.
  private static func start(_ isGone: DispatchSemaphore) {
    let held = Held(isGone)
    BackgroundThread.start("holder") { withExtendedLifetime(held) {} }
  }

  private final class Held: Sendable {
    let isGone: DispatchSemaphore
    init(_ isGone: DispatchSemaphore) { self.isGone = isGone }
    deinit { isGone.signal() }
  }
}

@Suite struct ConditionTests {
  @Test("Who waits sees each change that another thread tells of, with four to tell and four to wait")
  func manyThreads() {
    final class Box: @unchecked Sendable {
      let condition = Condition()
      var waiting = 0, taken = 0
    }
    let box = Box()
    let ends = DispatchSemaphore(value: 0)
    for _ in 0..<4 {
      BackgroundThread.start("giver") {
        for _ in 0..<1000 {
          box.condition.withLock {
            box.waiting += 1
            box.condition.tell()
          }
        }
      }
      BackgroundThread.start("taker") {
        for _ in 0..<1000 {
          box.condition.withLock {
            while box.waiting == 0 { box.condition.wait() }
            box.waiting -= 1
            box.taken += 1
          }
        }
        ends.signal()
      }
    }
    for _ in 0..<4 { ends.wait() }
    #expect(box.condition.withLock { box.waiting } == 0)
    #expect(box.condition.withLock { box.taken } == 4000)
  }

  @Test("Waiting until a time ends at that time by the monotonic clock, and at once where it is past")
  func time() {
    let condition = Condition()
    let end = ct_now() + 30_000_000
    condition.withLock {
      while condition.wait(until: end) {}
      #expect(ct_now() >= end)
      #expect(!condition.wait(until: end))
      #expect(!condition.wait(until: 0))
    }
  }
}
