import Foundation
import Threads

/// Batches of pictures that a thread of their own makes, some ahead of the arithmetic, so that it never waits.
package final class BatchQueue<Contents: Sendable> {
  /// Pictures ready for the network. Sendable, since its memory belongs to one side at a time: the queue, then the
  /// reader until `finish`.
  package struct Batch: @unchecked Sendable {
    /// The pictures, one after the other.
    package let pixels: UnsafeMutablePointer<UInt8>
    /// What is known of them.
    package let contents: Contents
    fileprivate let buffer: Int
  }

  /// Fills the memory for a batch, given its number.
  package typealias Maker = (_ number: Int, _ pixels: UnsafeMutablePointer<UInt8>) throws(TrainingError) -> Contents

  private let shared: Shared

  /// State that the maker's thread and the reader touch in turn.
  private final class Shared: @unchecked Sendable {
    let buffers: [UnsafeMutablePointer<UInt8>]
    // From zero: a semaphore must not end below the value that it began with, and a queue may end at any time.
    let free = DispatchSemaphore(value: 0)
    let ready = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let made = Locked<[Result<Batch, TrainingError>]>([])
    let freeBuffers: Locked<[Int]>
    let stop = Locked(false)

    init(bytes: Int) {
      // One is computed on, one waits, one is made.
      buffers = (0..<3).map { _ in .allocate(capacity: max(1, bytes)) }
      freeBuffers = Locked(Array(buffers.indices))
      for _ in buffers { free.signal() }
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
  }

  /// Starts making batches.
  ///
  /// - Parameters:
  ///   - count: how many.
  ///   - bytes: of the largest.
  ///   - name: the thread's.
  ///   - maker: called once on that thread; what it gives makes each batch there.
  package init(_ count: Int, bytes: Int, name: String, maker: @escaping @Sendable () -> Maker) {
    let shared = Shared(bytes: bytes)
    self.shared = shared
    let thread = Thread {
      Self.make(count, shared, maker())
      shared.ready.signal()  // the end: a reader finds nothing
      shared.ended.signal()
    }
    thread.name = name
    thread.start()
  }

  deinit {
    shared.stop.update { $0 = true }
    shared.free.signal()
    shared.ended.wait()
  }

  private static func make(_ count: Int, _ shared: Shared, _ make: Maker) {
    for number in 0..<count {
      shared.free.wait()
      if shared.stop.value { return }
      let buffer = shared.freeBuffers.update { $0.removeFirst() }
      let pixels = shared.buffers[buffer]
      do throws(TrainingError) {
        let batch = Batch(pixels: pixels, contents: try make(number, pixels), buffer: buffer)
        shared.made.update { $0.append(.success(batch)) }
      } catch {
        shared.made.update { $0.append(.failure(error)) }
        shared.ready.signal()
        return
      }
      shared.ready.signal()
    }
  }

  /// The next batch, nil after the last. Give it back with `finish` when it was computed on.
  package func next() throws(TrainingError) -> Batch? {
    shared.ready.wait()
    let result = shared.made.update { $0.isEmpty ? nil : $0.removeFirst() }
    return try result?.get()
  }

  /// Lets the batch's memory be used again.
  package func finish(_ batch: Batch) {
    shared.freeBuffers.update { $0.append(batch.buffer) }
    shared.free.signal()
  }
}

/// Memory for pixels that several threads fill, each a part of its own.
package struct SharedPixels: @unchecked Sendable {
  package let start: UnsafeMutablePointer<UInt8>

  package init(start: UnsafeMutablePointer<UInt8>) { self.start = start }
}
