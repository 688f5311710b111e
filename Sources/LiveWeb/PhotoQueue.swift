import CThreads
import Dispatch
import Threads

/// Photos, one at a time on a thread of its own, so that many at once neither take the processor from the camera nor
/// hold up the page.
final class PhotoQueue: Sendable {
  private struct Photo: Sendable {
    let number: UInt64
    let bytes: [UInt8]
  }

  private struct State: Sendable {
    var photos: [Photo] = []
    var hasEnded = false
  }

  private let state = Locked(State())
  /// Counts photos, and the end.
  private let arrivals = DispatchSemaphore(value: 0)

  /// Works until `end`.
  ///
  /// - Parameters:
  ///   - classify: the answer to a photo's bytes.
  ///   - deliver: gets the answer, with the photo's number.
  func start(
    classify: @escaping @Sendable ([UInt8]) -> String, deliver: @escaping @Sendable (UInt64, String) -> Void
  ) {
    BackgroundThread.start("photos") { [self] in
      ct_lower_priority()
      while let photo = next() { deliver(photo.number, classify(photo.bytes)) }
    }
  }

  /// Has a photo looked at after those before it.
  func add(_ number: UInt64, _ bytes: [UInt8]) {
    state.withLock { $0.photos.append(Photo(number: number, bytes: bytes)) }
    arrivals.signal()
  }

  /// Ends the thread after the photo that it looks at; the others are dropped.
  func end() {
    state.withLock { $0 = State(hasEnded: true) }
    arrivals.signal()
  }

  private func next() -> Photo? {
    arrivals.wait()
    return state.withLock { $0.hasEnded || $0.photos.isEmpty ? nil : $0.photos.removeFirst() }
  }
}
