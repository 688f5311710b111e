import CThreads
import Glibc

/// One connection to a camera by TCP, that never waits longer than it is told to. For one thread at a time.
final class WebConnection {
  /// What waiting for the other side led to.
  enum Outcome {
    case ready, nothing
    case closed
  }

  private let shown: String
  private var addresses: [[UInt8]] = []
  private var descriptor: Int32 = -1
  private var isConnected = false
  private var buffer = [UInt8](repeating: 0, count: 64 << 10)

  /// Looks for the host, which may take as long as name servers do, and starts to connect.
  init(_ address: WebAddress) throws(CameraError) {
    shown = address.shown
    var hints = addrinfo()
    hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
    hints.ai_flags = AI_NUMERICSERV
    var list: UnsafeMutablePointer<addrinfo>?
    let error = getaddrinfo(address.host, "\(address.port ?? 80)", &hints, &list)
    defer { if let list { freeaddrinfo(list) } }
    guard error == 0 else { throw failure("the host is not found (\(String(cString: gai_strerror(error))))") }
    var next = list
    while let info = next?.pointee {
      addresses.append(Array(UnsafeRawBufferPointer(start: info.ai_addr, count: Int(info.ai_addrlen))))
      next = info.ai_next
    }
    try connectNext(after: 0)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  private func failure(_ words: String) -> CameraError { CameraError(device: shown, cause: .failed(words)) }

  /// Goes on to the host's next address.
  private func connectNext(after error: Int32) throws(CameraError) {
    var error = error
    while !addresses.isEmpty {
      if descriptor >= 0 { close(descriptor) }
      let address = addresses.removeFirst()
      let result = address.withUnsafeBytes { bytes -> Int32 in
        let place = bytes.baseAddress!.assumingMemoryBound(to: sockaddr.self)
        let flags = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue) | Int32(SOCK_CLOEXEC.rawValue)
        descriptor = socket(Int32(place.pointee.sa_family), flags, 0)
        return descriptor < 0 ? -1 : Glibc.connect(descriptor, place, socklen_t(bytes.count))
      }
      if result == 0 || errno == EINPROGRESS { return }
      error = errno
    }
    throw failure("it cannot be connected to (\(String(cString: strerror(error))))")
  }

  private func wait(for events: Int, milliseconds: Int) -> Bool {
    var request = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    return poll(&request, 1, Int32(clamping: milliseconds)) > 0
  }

  /// Whether the connection is there, waited for at most so long.
  func connect(milliseconds: Int) throws(CameraError) -> Bool {
    guard !isConnected else { return true }
    guard wait(for: Int(POLLOUT), milliseconds: milliseconds) else { return false }
    var error: Int32 = 0
    var count = socklen_t(MemoryLayout<Int32>.size)
    getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &error, &count)
    guard error == 0 else {
      try connectNext(after: error)
      return false
    }
    isConnected = true
    return true
  }

  /// Sends a request, which a new connection has room for.
  func send(_ text: String) throws(CameraError) {
    let bytes = Array(text.utf8)
    guard Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count else {
      throw failure("it takes no request (\(String(cString: strerror(errno))))")
    }
  }

  /// Waits until something has come, and gives all that is there, a few megabytes at most, to `take`.
  func read<Failure: Error>(
    milliseconds: Int, _ take: (UnsafeBufferPointer<UInt8>) throws(Failure) -> Void
  ) throws(Failure) -> Outcome {
    guard wait(for: Int(POLLIN), milliseconds: milliseconds) else { return .nothing }
    for _ in 0..<64 {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 { return .closed }
      guard count > 0 else {
        if errno == EINTR { continue }
        return errno == EAGAIN ? .ready : .closed
      }
      // Typed throws do not pass through the closure, so the error is carried out by hand.
      var failure: Failure?
      buffer.withUnsafeBufferPointer { bytes in
        do throws(Failure) { try take(UnsafeBufferPointer(rebasing: bytes[..<count])) } catch { failure = error }
      }
      if let failure { throw failure }
    }
    return .ready
  }
}
