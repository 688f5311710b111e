import Camera
import FoundationEssentials
import Imaging
import Threads

/// A frame's picture as a browser shows it: a camera's own JPEG passed on, anything else encoded when first asked for.
final class WebPicture: Sendable {
  private enum Content: Sendable {
    case jpeg(Data)
    case image(Image)
  }

  private let content: Locked<Content>

  init(_ frame: Frame, _ image: Image) {
    content = Locked(frame.format == .mjpeg ? .jpeg(Data(HuffmanTables.completed(frame.bytes))) : .image(image))
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

/// Between the pipeline and the browsers: the newest result, and how many look. A viewer that is slow misses frames; it
/// never holds up the pipeline, and nothing queues up for it.
final class WebHub: Sendable {
  /// One labelled frame.
  struct Result: Sendable {
    let number: Int
    let json: String
    let picture: WebPicture
  }

  /// Most viewers at a time.
  let mostViewers: Int

  private struct State: Sendable {
    var latest: Result?
    var viewers = 0
  }

  private let state = Locked(State())

  init(mostViewers: Int) {
    self.mostViewers = mostViewers
  }

  /// Whether anybody looks.
  var hasViewers: Bool { state.withLock { $0.viewers > 0 } }

  /// Lets one more look, if there is room.
  func enter() -> Bool {
    state.withLock { state in
      guard state.viewers < mostViewers else { return false }
      state.viewers += 1
      return true
    }
  }

  /// Says that one looks no more.
  func leave() { state.withLock { $0.viewers -= 1 } }

  /// Makes a result the newest.
  func publish(json: String, picture: WebPicture) {
    state.withLock { $0.latest = Result(number: ($0.latest?.number ?? 0) + 1, json: json, picture: picture) }
  }

  /// The newest result if it is newer than `number`.
  func newest(after number: Int) -> Result? {
    state.withLock { state in state.latest.flatMap { $0.number > number ? $0 : nil } }
  }
}
