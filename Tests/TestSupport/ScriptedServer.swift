import Foundation
import Glibc

/// A server of one port of this machine that does what a test says, for each connection on a thread of its own. It
/// listens until `stop` or the end of the tests.
package final class ScriptedServer: Sendable {
  /// One connection, blocking.
  package struct Connection: Sendable {
    fileprivate let descriptor: Int32

    /// Whether all of it was taken.
    @discardableResult
    package func send(_ bytes: some Collection<UInt8>) -> Bool {
      var rest = Array(bytes)[...]
      while !rest.isEmpty {
        let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress!, $0.count, Int32(MSG_NOSIGNAL)) }
        if count < 0, errno == EINTR { continue }
        guard count > 0 else { return false }
        rest = rest.dropFirst(count)
      }
      return true
    }

    @discardableResult
    package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

    /// What has come up to an empty line; shorter where the other side is gone.
    package func head() -> String {
      var bytes: [UInt8] = []
      var byte: UInt8 = 0
      while !bytes.suffix(4).elementsEqual([13, 10, 13, 10]) {
        let count = recv(descriptor, &byte, 1, 0)
        // Signals of other tests' processes may come to this thread.
        if count < 0, errno == EINTR { continue }
        guard count == 1 else { break }
        bytes.append(byte)
      }
      return String(decoding: bytes, as: UTF8.self)
    }

    /// Waits; false where the other side has gone meanwhile.
    package func pause(_ seconds: Double) -> Bool {
      var request = pollfd(fd: descriptor, events: Int16(0x2000), revents: 0)  // POLLRDHUP
      let end = ContinuousClock.now + .seconds(seconds)
      while true {
        let left = (end - ContinuousClock.now) / .milliseconds(1)
        let count = poll(&request, 1, Int32(max(0, left.rounded(.up))))
        if count < 0, errno == EINTR { continue }
        return count == 0
      }
    }
  }

  /// The port that it listens on.
  package let port: UInt16
  private let listener: Int32

  /// - Parameter serve: what is done with each connection, by its number from 0 on; then it is closed.
  package init(_ serve: @escaping @Sendable (_ number: Int, _ connection: Connection) -> Void) {
    let listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    var room = socklen_t(MemoryLayout<sockaddr_in>.size)
    withUnsafeMutablePointer(to: &address) { place in
      place.withMemoryRebound(to: sockaddr.self, capacity: 1) { place in
        precondition(bind(listener, place, room) == 0 && listen(listener, 16) == 0)
        precondition(getsockname(listener, place, &room) == 0)
      }
    }
    port = UInt16(bigEndian: address.sin_port)
    self.listener = listener
    Thread {
      var number = 0
      while true {
        let descriptor = accept(listener, nil, nil)
        if descriptor < 0, errno == EINTR { continue }
        // Closed by the thread that waits on it: closed by another, its number might be another server's by now, whose
        // connections would be taken here.
        guard descriptor >= 0 else {
          close(listener)
          return
        }
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
        let own = number
        Thread {
          serve(own, Connection(descriptor: descriptor))
          close(descriptor)
        }.start()
        number += 1
      }
    }.start()
  }

  /// Listens no more.
  package func stop() { shutdown(listener, Int32(SHUT_RDWR)) }

  /// The address of a path on it.
  package func address(_ path: String = "/video", user: String = "") -> String {
    "http://\(user)127.0.0.1:\(port)\(path)"
  }
}
