import CThreads
import FlyingSocks
import Foundation

/// Waits for sockets on behalf of the server: one thread, one `poll` over all that somebody waits for.
///
/// The server closes a connection that breaks while another task still waits to read from it, and the system gives its
/// number to the next connection. So a wait belongs to a socket, not to a number: one whose socket has gone ends with
/// an error, and neither holds up nor reads from the socket that comes after it.
final class SocketWaits: AsyncSocketPool, @unchecked Sendable {
  /// So many connections at once are served, which is far more than people look and far fewer than a process may have
  /// files: one more is closed. Otherwise a host that opens one after the other would end the page for all.
  private static let mostConnections = 300

  private struct Wait {
    let descriptor: Int32
    let events: Int16
    let continuation: CheckedContinuation<Void, any Error>
  }

  private let lock = NSLock()
  private var waits: [Int: Wait] = [:]
  private var lastNumber = 0
  private var hasEnded = false
  /// A pipe whose bytes mean that there is something new to wait for: the end to read from, the end to write to.
  private var bell: [Int32] = [-1, -1]

  deinit { for end in bell where end >= 0 { close(end) } }

  func prepare() async throws {
    guard bell[0] < 0 else { return }
    guard pipe(&bell) == 0 else { throw SocketError.makeFailed("pipe") }
    for end in bell { _ = fcntl(end, F_SETFL, O_NONBLOCK) }
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
      lock.withLock {
        hasEnded = true
        ring()
      }
    }
    throw CancellationError()
  }

  func suspendSocket(_ socket: Socket, untilReadyFor events: Socket.Events) async throws {
    let descriptor = socket.file.rawValue
    guard lock.withLock({ waits.count }) < Self.mostConnections || Self.isListening(descriptor) else {
      throw SocketError.disconnected
    }
    let identity = Self.identity(of: descriptor)
    let number = lock.withLock {
      lastNumber += 1
      return lastNumber
    }
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        var wished: Int16 = 0
        if events.contains(.read) { wished |= Int16(POLLIN) }
        if events.contains(.write) { wished |= Int16(POLLOUT) }
        add(Wait(descriptor: descriptor, events: wished, continuation: continuation), number)
        // Whoever was cancelled before that has been looked for in vain.
        if Task.isCancelled { cancel(number) }
      }
    } onCancel: {
      cancel(number)
    }
    guard identity != nil, Self.identity(of: descriptor) == identity else { throw SocketError.disconnected }
  }

  private func add(_ wait: Wait, _ number: Int) {
    let isTooLate = lock.withLock {
      guard !hasEnded else { return true }
      waits[number] = wait
      ring()
      return false
    }
    if isTooLate { wait.continuation.resume(throwing: CancellationError()) }
  }

  private func cancel(_ number: Int) {
    let wait = lock.withLock {
      ring()
      return waits.removeValue(forKey: number)
    }
    wait?.continuation.resume(throwing: CancellationError())
  }

  /// Called with the lock held. A full pipe rings already.
  private func ring() {
    var byte: UInt8 = 0
    _ = write(bell[1], &byte, 1)
  }

  /// Waits once, and wakes whose sockets are ready or broken; false when all is over.
  private func watch() -> Bool {
    let (list, numbers) = lock.withLock { () -> ([pollfd], [Int]) in
      guard !hasEnded else { return ([], []) }
      let entries = Array(waits)
      let wishes = entries.map { pollfd(fd: $0.value.descriptor, events: $0.value.events, revents: 0) }
      return (wishes + [pollfd(fd: bell[0], events: Int16(POLLIN), revents: 0)], entries.map(\.key))
    }
    guard !list.isEmpty else {
      let left = lock.withLock {
        defer { waits = [:] }
        return waits.values.map(\.continuation)
      }
      for continuation in left { continuation.resume(throwing: CancellationError()) }
      return false
    }
    var states = list
    guard Foundation.poll(&states, nfds_t(states.count), -1) > 0 else { return true }
    var bytes = [UInt8](repeating: 0, count: 64)
    while read(bell[0], &bytes, bytes.count) > 0 {}
    // What is ready may be broken: the call that is made again says which.
    let ready = lock.withLock {
      zip(states, numbers).compactMap { $0.revents == 0 ? nil : waits.removeValue(forKey: $1)?.continuation }
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
