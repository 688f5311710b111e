import CCPU

/// Instructions that this program runs, counted by the processor, also in threads that are started after it.
final class InstructionCount {
  private let counter: Int32

  /// - Throws: `Unavailable` where nobody counts, as on most virtual machines, or a program may not ask.
  init() throws(Unavailable) {
    counter = ccpu_counter_open()
    guard counter >= 0 else { throw Unavailable(code: -counter) }
    guard ccpu_counter_read(counter) >= 0 else {
      ccpu_counter_close(counter)
      throw Unavailable(code: 0)
    }
  }

  deinit { ccpu_counter_close(counter) }

  /// So far.
  var instructions: Int { Int(max(0, ccpu_counter_read(counter))) }

  /// Why instructions are not counted.
  struct Unavailable: Error {
    let code: Int32

    /// As a clause.
    var reason: String {
      switch code {
      case 1, 13: "the system lets no program ask (kernel.perf_event_paranoid above 2)"
      case 38: "the kernel has no performance events"
      default: "this machine does not count instructions, as most virtual ones"
      }
    }
  }
}
