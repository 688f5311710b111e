import CThreads

/// A thread of its own for work that lasts, such as that of a camera or a file.
public enum BackgroundThread {
  /// Starts one, which ends when its work does. Nobody waits for it: work that is waited for says itself when it is
  /// done. A system that gives no further thread ends the program, which has nothing to do without.
  ///
  /// - Parameters:
  ///   - name: as `top` and debuggers show it; the system keeps 15 bytes.
  ///   - work: what is done on the thread.
  public static func start(_ name: String, _ work: @escaping @Sendable () -> Void) {
    let context = Unmanaged.passRetained(Work(body: work)).toOpaque()
    let error = ct_start_thread(
      name, { context in Unmanaged<Work>.fromOpaque(context!).takeRetainedValue().body() }, context)
    precondition(error == 0, "the system gives no thread for '\(name)'")
  }

  private final class Work: Sendable {
    let body: @Sendable () -> Void
    init(body: @escaping @Sendable () -> Void) { self.body = body }
  }
}
