import Foundation

/// Ctrl-C and SIGTERM: the first asks the work to end well, the second ends the program at once.
enum Interruption {
  /// Written by the signal handler alone; one byte, so that no reader sees half of it.
  nonisolated(unsafe) private static var count: sig_atomic_t = 0

  /// Starts to listen.
  static func listen() {
    for signal in [SIGINT, SIGTERM] {
      Foundation.signal(signal) { _ in
        Interruption.count += 1
        if Interruption.count > 1 { _exit(130) }
      }
    }
  }

  /// Whether somebody asked for the end.
  static var isAsked: Bool { count > 0 }
}
