import Camera
import Foundation
import Imaging
import Synchronization

/// A frame's picture as a browser shows it: a camera's own JPEG passed on, anything else encoded when first asked for.
final class WebPicture: Sendable {
  private enum Content: Sendable {
    case jpeg(Data)
    case image(Image)
  }

  private let content: Mutex<Content>

  init(_ frame: Frame, _ image: Image) {
    content = Mutex(frame.format == .mjpeg ? .jpeg(Data(frame.bytes)) : .image(image))
  }

  /// The JPEG, or nil when it cannot be made.
  var bytes: Data? {
    content.withLock { content in
      switch content {
      case .jpeg(let jpeg): return jpeg
      case .image(let image):
        guard let made = try? ImageEncoder.jpeg(image, quality: 80) else { return nil }
        let jpeg = Data(made)
        content = .jpeg(jpeg)
        return jpeg
      }
    }
  }
}

/// Between the pipeline and the browsers: the newest result, and who waits for it. A viewer that is slow misses frames;
/// it never holds up the pipeline, and nothing queues up for it.
final class WebHub: Sendable {
  /// One labelled frame.
  struct Result: Sendable {
    let number: Int
    let json: String
    let picture: WebPicture?
  }

  /// Most viewers at a time.
  static let mostViewers = 16

  private struct State: Sendable {
    var latest: Result?
    var waiting: [CheckedContinuation<Void, Never>] = []
    var viewers = 0
    var isClosed = false

    /// The number of the newest result, 0 before the first.
    var number: Int { latest?.number ?? 0 }
  }

  private let state = Mutex(State())

  /// Whether anybody looks.
  var hasViewers: Bool { state.withLock { $0.viewers > 0 } }

  /// Lets one more look, if there is room.
  func enter() -> Bool {
    state.withLock { state in
      guard state.viewers < Self.mostViewers else { return false }
      state.viewers += 1
      return true
    }
  }

  /// Says that one looks no more.
  func leave() { state.withLock { $0.viewers -= 1 } }

  /// Gives the newest result to all who wait.
  func publish(json: String, picture: WebPicture) {
    wake { $0.latest = Result(number: $0.number + 1, json: json, picture: picture) }
  }

  /// Ends all waiting.
  func close() { wake { $0.isClosed = true } }

  /// Wakes who waits, so that a viewer can look after its own affairs.
  func nudge() { wake { _ in } }

  /// Waits once for something to happen; at once when a result newer than `number` is there.
  func wait(after number: Int) async {
    await withCheckedContinuation { continuation in
      let mustWait = state.withLock { state in
        guard !state.isClosed, state.number <= number else { return false }
        state.waiting.append(continuation)
        return true
      }
      if !mustWait { continuation.resume() }
    }
  }

  /// The newest result if it is newer than `number`, and whether all is over.
  func newest(after number: Int) -> (result: Result?, isClosed: Bool) {
    state.withLock { ($0.number > number ? $0.latest : nil, $0.isClosed) }
  }

  private func wake(_ change: (inout State) -> Void) {
    let woken = state.withLock { state in
      change(&state)
      defer { state.waiting = [] }
      return state.waiting
    }
    for continuation in woken { continuation.resume() }
  }
}
