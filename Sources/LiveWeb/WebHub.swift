import Camera
import Foundation
import Imaging

/// A frame's picture as a browser shows it: a camera's own JPEG passed on, anything else encoded when first asked for.
final class WebPicture: @unchecked Sendable {
  private let lock = NSLock()
  private var jpeg: Data?
  private var image: Image?

  init(_ frame: Frame, _ image: Image) {
    if frame.format == .mjpeg {
      jpeg = Data(frame.bytes)
    } else {
      self.image = image
    }
  }

  /// The JPEG, or nil when it cannot be made.
  var bytes: Data? {
    lock.withLock {
      if jpeg == nil, let image, let made = try? ImageEncoder.jpeg(image, quality: 80) {
        jpeg = Data(made)
        self.image = nil
      }
      return jpeg
    }
  }
}

/// Between the pipeline and the browsers: the newest result, and who waits for it. A viewer that is slow misses frames;
/// it never holds up the pipeline, and nothing queues up for it.
final class WebHub: @unchecked Sendable {
  /// One labelled frame.
  struct Result: Sendable {
    let number: Int
    let json: String
    let picture: WebPicture?
  }

  /// Most viewers at a time.
  static let mostViewers = 16

  private let lock = NSLock()
  private var latest: Result?
  private var waiting: [CheckedContinuation<Void, Never>] = []
  private var viewers = 0
  private var isClosed = false

  /// Whether anybody looks.
  var hasViewers: Bool { lock.withLock { viewers > 0 } }

  /// Lets one more look, if there is room.
  func enter() -> Bool {
    lock.withLock {
      guard viewers < Self.mostViewers else { return false }
      viewers += 1
      return true
    }
  }

  /// Says that one looks no more.
  func leave() { lock.withLock { viewers -= 1 } }

  /// Gives the newest result to all who wait.
  func publish(json: String, picture: WebPicture) {
    wake { latest = Result(number: (latest?.number ?? 0) + 1, json: json, picture: picture) }
  }

  /// Ends all waiting.
  func close() { wake { isClosed = true } }

  /// Wakes who waits, so that a viewer can look after its own affairs.
  func nudge() { wake {} }

  /// Waits once for something to happen; at once when a result newer than `number` is there.
  func wait(after number: Int) async {
    await withCheckedContinuation { continuation in
      let mustWait = lock.withLock {
        guard !isClosed, (latest?.number ?? 0) <= number else { return false }
        waiting.append(continuation)
        return true
      }
      if !mustWait { continuation.resume() }
    }
  }

  /// The newest result if it is newer than `number`, and whether all is over.
  func newest(after number: Int) -> (result: Result?, isClosed: Bool) {
    lock.withLock { (latest.flatMap { $0.number > number ? $0 : nil }, isClosed) }
  }

  private func wake(_ change: () -> Void) {
    let woken = lock.withLock {
      change()
      defer { waiting = [] }
      return waiting
    }
    for continuation in woken { continuation.resume() }
  }
}
