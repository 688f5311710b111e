import Glibc
import Synchronization

/// Ctrl-C, SIGTERM, and the end of the terminal: the first asks the work to end well, a later one ends the program at
/// once, whatever it is doing. Files are written whole or not at all, so that nothing is left half done.
///
/// Commands that do not listen end at the first, as programs do.
enum Interruption {
  /// When the first signal came, in nanoseconds of the monotonic clock; 0 before.
  private static let first = Atomic<UInt64>(0)

  /// What comes within this time is the same request: `timeout` and other wrappers send a signal to the program
  /// and once more to its group.
  private static let repeatWindow: UInt64 = 300_000_000

  /// Starts to listen, on the main thread. A signal that was ignored when the program began stays ignored, as `nohup`
  /// asks for. One that was blocked is let through: nobody asks for that, but a program inherits it from a thread that
  /// starts it, and could then be ended by SIGKILL alone.
  static func listen() {
    // Made here, not first within the handler.
    _ = isAsked
    for number in [SIGINT, SIGTERM, SIGHUP] where !isIgnored(number) {
      var action = sigaction()
      // Calls that wait are taken up again.
      action.sa_flags = SA_RESTART
      action.__sigaction_handler.sa_handler = { number in
        let now = Interruption.monotonicNanoseconds()
        let (isFirst, before) = Interruption.first.compareExchange(expected: 0, desired: now, ordering: .relaxed)
        if !isFirst, now > before + Interruption.repeatWindow { _exit(128 + number) }
      }
      sigaction(number, &action, nil)
      var own = sigset_t()
      sigemptyset(&own)
      sigaddset(&own, number)
      pthread_sigmask(SIG_UNBLOCK, &own, nil)
    }
  }

  /// Whether the program ignores a signal; where it has not changed that itself, whoever started it did, as
  /// `nohup` does.
  private static func isIgnored(_ signal: Int32) -> Bool {
    var action = sigaction()
    // SIG_IGN is the address 1; closures cannot be compared.
    return sigaction(signal, nil, &action) == 0
      && unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
  }

  /// Whether somebody asked for the end.
  static var isAsked: Bool { first.load(ordering: .relaxed) > 0 }

  /// The monotonic clock, by a call that a signal handler may make.
  private static func monotonicNanoseconds() -> UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }
}
