import Dispatch
import Threads

/// Batches of pictures that a background thread makes ahead of the arithmetic, with what is known of each picture.
///
/// Three buffers go round: one is computed on, one waits, one is filled. Each batch is filled by several workers in
/// parallel, which share its pictures by their place in it: what a picture becomes must depend on its place alone, not
/// on the worker.
package final class DataLoader<Item: Sendable> {
  /// Pictures ready for the network. Sendable, since its memory belongs to one side at a time: the loader, then the
  /// reader until `finish`.
  package struct Batch: @unchecked Sendable {
    /// The pictures, one after the other.
    package let pixels: UnsafeMutablePointer<UInt8>
    /// What is known of each.
    package let items: [Item]
    fileprivate let buffer: Int
  }

  /// The pictures to make.
  package struct Plan: Sendable {
    /// Pictures of each batch.
    package let sizes: [Int]
    /// Bytes of one picture.
    package let pictureBytes: Int
    /// Threads that make them.
    package let threads: Int
    /// The background thread's name.
    package let name: String

    package init(sizes: [Int], pictureBytes: Int, threads: Int, name: String) {
      self.sizes = sizes
      self.pictureBytes = pictureBytes
      self.threads = threads
      self.name = name
    }
  }

  /// Writes the picture at a place of a batch, given both their numbers.
  package typealias Maker<Worker> =
    @Sendable (
      _ worker: Worker, _ batch: Int, _ place: Int, _ pixels: UnsafeMutablePointer<UInt8>
    ) throws(TrainingError) -> Item

  private let shared: Shared

  /// State that the background thread and the reader touch in turn.
  private final class Shared: @unchecked Sendable {
    let buffers: [UnsafeMutablePointer<UInt8>]
    // From zero: a semaphore must not end below the value that it began with, and a loader may end at any time.
    let free = DispatchSemaphore(value: 0)
    let ready = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let made = Locked<[Result<Batch, TrainingError>]>([])
    let freeBuffers: Locked<[Int]>
    let stop = Locked(false)

    init(bytes: Int) {
      buffers = (0..<3).map { _ in .allocate(capacity: max(1, bytes)) }
      freeBuffers = Locked(Array(buffers.indices))
      for _ in buffers { free.signal() }
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
  }

  /// Starts making batches.
  ///
  /// - Parameters:
  ///   - plan: how many pictures, and how large.
  ///   - makeWorker: makes what one of the parallel workers needs for itself: each is used by one thread at a time.
  ///   - make: makes one picture.
  package init<Worker>(_ plan: Plan, makeWorker: @escaping @Sendable () -> Worker, make: @escaping Maker<Worker>) {
    let shared = Shared(bytes: (plan.sizes.max() ?? 0) * plan.pictureBytes)
    self.shared = shared
    BackgroundThread.start(plan.name) {
      Self.run(plan, shared, makeWorker, make)
      shared.ready.signal()  // the end: a reader finds nothing
      shared.ended.signal()
    }
  }

  deinit {
    shared.stop.withLock { $0 = true }
    shared.free.signal()
    shared.ended.wait()
  }

  private static func run<Worker>(
    _ plan: Plan, _ shared: Shared, _ makeWorker: () -> Worker, _ make: Maker<Worker>
  ) {
    let pool = ThreadPool(threads: plan.threads)
    // Twice as many as threads, so that a thread with easy pictures takes over some of another's.
    let workers = (0..<2 * plan.threads).map { _ in makeWorker() }
    for (number, size) in plan.sizes.enumerated() {
      shared.free.wait()
      if shared.stop.value { return }
      let buffer = shared.freeBuffers.withLock { $0.removeFirst() }
      let pixels = shared.buffers[buffer]
      let items = Locked([Item?](repeating: nil, count: size))
      let failure = Locked<TrainingError?>(nil)
      pool.run(workers.count) { part in
        for place in stride(from: part, to: size, by: workers.count) {
          do throws(TrainingError) {
            let item = try make(workers[part], number, place, pixels + place * plan.pictureBytes)
            items.withLock { $0[place] = item }
          } catch {
            failure.withLock { $0 = error }
            return
          }
        }
      }
      if let error = failure.value {
        shared.made.withLock { $0.append(.failure(error)) }
        shared.ready.signal()
        return
      }
      let batch = Batch(pixels: pixels, items: items.value.map { $0! }, buffer: buffer)
      shared.made.withLock { $0.append(.success(batch)) }
      shared.ready.signal()
    }
  }

  /// The next batch, nil after the last. Give it back with `finish` when it was computed on.
  package func next() throws(TrainingError) -> Batch? {
    shared.ready.wait()
    let result = shared.made.withLock { $0.isEmpty ? nil : $0.removeFirst() }
    return try result?.get()
  }

  /// Lets the batch's memory be used again.
  package func finish(_ batch: Batch) {
    shared.freeBuffers.withLock { $0.append(batch.buffer) }
    shared.free.signal()
  }
}
