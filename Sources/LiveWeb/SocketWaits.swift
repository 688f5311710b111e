import CThreads
import FlyingSocks
import Foundation
import Synchronization

/// Waits for sockets on behalf of the server: one thread, one `poll` over all that somebody waits for.
///
/// The server closes a connection that breaks while another task still waits to read from it, and the system gives its
/// number to the next connection. So a wait belongs to a socket, not to a number: one whose socket has gone ends with
/// an error, and neither holds up nor reads from the socket that comes after it.
final class SocketWaits: AsyncSocketPool, Sendable {
  /// So many connections at once are served, which is far more than people look and far fewer than a process may have
  /// files: one more is closed. Otherwise a host that opens one after the other would end the page for all.
  private static let mostConnections = 300

  private struct Wait {
    let descriptor: Int32
    let events: Int16
    let continuation: CheckedContinuation<Void, any Error>
  }

  private struct State: Sendable {
    var waits: [Int: Wait] = [:]
    var lastNumber = 0
    var hasEnded = false
    /// A pipe whose bytes mean that there is something new to wait for: the end to read from, the end to write to.
    var wakeUpPipe: [Int32] = [-1, -1]

    /// Lets `poll` return. A full pipe does so already.
    func wakeUp() {
      var byte: UInt8 = 0
      _ = write(wakeUpPipe[1], &byte, 1)
    }
  }

  private let state = Mutex(State())

  deinit { state.withLock { for end in $0.wakeUpPipe where end >= 0 { close(end) } } }

  func prepare() async throws {
    try state.withLock { state in
      guard state.wakeUpPipe[0] < 0 else { return }
      guard pipe(&state.wakeUpPipe) == 0 else { throw SocketError.makeFailed("pipe") }
      for end in state.wakeUpPipe { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
    }
  }

  /// Runs until it is cancelled, which ends all waits.
  func run() async throws {
    await withTaskCancellationHandler {
      await withCheckedContinuation { (ended: CheckedContinuation<Void, Never>) in
        let thread = Thread { [self] in
          ct_lower_priority()
          while watch() {}
          ended.resume()
        }
        thread.name = "sockets"
        thread.start()
      }
    } onCancel: {
      state.withLock {
        $0.hasEnded = true
        $0.wakeUp()
      }
    }
    throw CancellationError()
  }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    let descriptor = socket.file.rawValue
    guard state.withLock({ $0.waits.count }) < Self.mostConnections || Self.isListening(descriptor) else {
      throw SocketError.disconnected
    }
    let identity = Self.identity(of: descriptor)
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        var requested: Int16 = 0
        if events.contains(.read) { requested |= Int16(POLLIN) }
        if events.contains(.write) { requested |= Int16(POLLOUT) }
        add(Wait(descriptor: descriptor, events: requested, continuation: continuation), number)
        // Whoever was cancelled before that has been looked for in vain.
        if Task.isCancelled { cancel(number) }
      }
    } onCancel: {
      cancel(number)
    }
    guard identity != nil, Self.identity(of: descriptor) == identity else { throw SocketError.disconnected }
  }

  private func add(_ wait: Wait, _ number: Int) {
    let isTooLate = state.withLock { state in
      guard !state.hasEnded else { return true }
      state.waits[number] = wait
      state.wakeUp()
      return false
    }
    if isTooLate { wait.continuation.resume(throwing: CancellationError()) }
  }

  private func cancel(_ number: Int) {
    let wait = state.withLock { state in
      state.wakeUp()
      return state.waits.removeValue(forKey: number)
    }
    wait?.continuation.resume(throwing: CancellationError())
  }

  /// Waits once, and wakes whose sockets are ready or broken; false when all is over.
  private func watch() -> Bool {
    let (list, numbers) = state.withLock { state -> ([pollfd], [Int]) in
      guard !state.hasEnded else { return ([], []) }
      let entries = Array(state.waits)
      let requests = entries.map { pollfd(fd: $0.value.descriptor, events: $0.value.events, revents: 0) }
      return (requests + [pollfd(fd: state.wakeUpPipe[0], events: Int16(POLLIN), revents: 0)], entries.map(\.key))
    }
    guard !list.isEmpty else {
      let left = state.withLock { state in
        defer { state.waits = [:] }
        return state.waits.values.map(\.continuation)
      }
      for continuation in left { continuation.resume(throwing: CancellationError()) }
      return false
    }
    var states = list
    guard Foundation.poll(&states, nfds_t(states.count), -1) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 64)
    // The pipe comes last in the list.
    while read(list[list.count - 1].fd, &bytes, bytes.count) > 0 {}
    // What is ready may be broken: the call that is made again says which.
    let ready = state.withLock { state in
      zip(states, numbers).compactMap { $0.revents == 0 ? nil : state.waits.removeValue(forKey: $1)?.continuation }
    }
    for continuation in ready { continuation.resume() }
    return true
  }

  private static func isListening(_ descriptor: Int32) -> Bool {
    var answer: Int32 = 0
    var size = socklen_t(MemoryLayout<Int32>.size)
    return getsockopt(descriptor, SOL_SOCKET, SO_ACCEPTCONN, &answer, &size) == 0 && answer != 0
  }

  /// The number of a descriptor's socket, which no other has; nil where there is none.
  private static func identity(of descriptor: Int32) -> UInt64? {
    var facts = stat()
    return fstat(descriptor, &facts) == 0 ? UInt64(facts.st_ino) : nil
  }
}
