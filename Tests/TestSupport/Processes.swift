import Foundation

extension Process {
  /// Starts as a shell would. A process inherits what the thread that starts it has blocked, and the test's threads
  /// block the signals that end processes: what ignores them otherwise, such as `ffmpeg`, would outlive its test and
  /// hold up whoever reads the tests' output.
  package func start() throws {
    var none = sigset_t(), before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try run()
  }

  /// Starts a program and waits for its end.
  @discardableResult
  package static func complete(_ program: String, _ arguments: [String], seconds: Double = 1_200) throws -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    try process.start()
    process.waitForEnd(seconds: seconds)
    return process
  }

  /// Waits for the end. What has not come to it after so long is killed, which its status tells: a test that would wait
  /// for ever fails, and holds up no other.
  package func waitForEnd(seconds: Double = 1_200) {
    let start = ContinuousClock.now
    var pause: UInt32 = 200
    var wasKilled = false
    while isRunning {
      if !wasKilled, ContinuousClock.now - start > .seconds(seconds) {
        let words = "\(executableURL?.path ?? "") \((arguments ?? []).joined(separator: " "))"
        FileHandle.standardError.write(Data("Killed, since it did not end within \(Int(seconds)) s: \(words)\n".utf8))
        kill(processIdentifier, SIGKILL)
        wasKilled = true
      }
      usleep(pause)
      pause = min(2 * pause, 5_000)
    }
    // Does not wait any more, but lets go of what belongs to the process, such as its open files.
    waitUntilExit()
  }
}
