import Foundation
import Tensors

/// Composes batches in the background, some ahead of the arithmetic.
final class DetectionLoader {
  /// Pictures ready for the network, and what is in them.
  struct Batch {
    /// `[images][height][width]`.
    let pixels: UnsafeMutablePointer<UInt8>
    let contents: [SceneComposer.Contents]
    fileprivate let buffer: Int
  }

  private static let ahead = 3
  private let shared: Shared

  private final class Shared: @unchecked Sendable {
    let buffers: [UnsafeMutablePointer<UInt8>]
    let free = DispatchSemaphore(value: 0)
    let ready = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let made = LockedBox<[Batch]>([])
    let freeBuffers = LockedBox(Array(0..<ahead))
    let stop = LockedBox(false)

    init(bytes: Int) {
      buffers = (0..<ahead).map { _ in .allocate(capacity: bytes) }
      for _ in 0..<ahead { free.signal() }
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
  }

  /// One composer a part of the threads' work; each is used by one thread at a time.
  struct Composers: @unchecked Sendable {
    let list: [SceneComposer]
    let pictureBytes: Int
  }

  /// Starts composing pictures `first ..< first + count * batch`.
  init(_ composers: Composers, seed: UInt64, first: Int, batches count: Int, of batch: Int, hard: [SceneComposer.View], threads: Int) {
    let shared = Shared(bytes: batch * composers.pictureBytes)
    self.shared = shared
    let thread = Thread {
      let pool = ThreadPool(threads: threads)
      let parts = composers.list.count
      for number in 0..<count {
        shared.free.wait()
        if shared.stop.value { break }
        let buffer = shared.freeBuffers.update { $0.removeFirst() }
        let pixels = Pixels(start: shared.buffers[buffer])
        let contents = LockedBox([SceneComposer.Contents](repeating: .init(), count: batch))
        pool.run(parts) { part in
          for place in stride(from: part, to: batch, by: parts) {
            let own = composers.list[part].compose(
              seed: seed, number: first + number * batch + place, hard: hard,
              into: pixels.start + place * composers.pictureBytes)
            contents.update { $0[place] = own }
          }
        }
        shared.made.update { $0.append(Batch(pixels: pixels.start, contents: contents.value, buffer: buffer)) }
        shared.ready.signal()
      }
      shared.ready.signal()  // the end: a reader finds nothing
      shared.ended.signal()
    }
    thread.name = "scene composer"
    thread.start()
  }

  private struct Pixels: @unchecked Sendable { let start: UnsafeMutablePointer<UInt8> }

  deinit {
    shared.stop.update { $0 = true }
    shared.free.signal()
    shared.ended.wait()
  }

  /// The next batch, nil after the last. Give it back with `finish`.
  func next() -> Batch? {
    shared.ready.wait()
    return shared.made.update { $0.isEmpty ? nil : $0.removeFirst() }
  }

  /// Lets the batch's memory be used again.
  func finish(_ batch: Batch) {
    shared.freeBuffers.update { $0.append(batch.buffer) }
    shared.free.signal()
  }
}
