import Foundation
import Tensors

/// Makes batches in the background, some ahead of the arithmetic, so that it never waits.
final class DataLoader {
  /// Pictures ready for the network.
  struct Batch {
    /// `[images][height][width][channels]`.
    let pixels: UnsafeMutablePointer<UInt8>
    /// Numbers of the pictures in the store.
    let indices: [Int]
    fileprivate let buffer: Int
  }

  /// Batches that wait while one is computed on.
  private static let ahead = 3

  private let shared: Shared

  /// State that the maker's thread and the reader touch in turn.
  private final class Shared: @unchecked Sendable {
    let store: PictureStore
    let batches: [[Int]]
    /// Bytes of one input.
    let inputBytes: Int
    let buffers: [UnsafeMutablePointer<UInt8>]
    // From zero: a semaphore must not end below the value that it began with, and a loader may end at any time.
    let free = DispatchSemaphore(value: 0)
    let ready = DispatchSemaphore(value: 0)
    let ended = DispatchSemaphore(value: 0)
    let made = LockedBox<[Result<Batch, TrainingError>]>([])
    let freeBuffers: LockedBox<[Int]>
    let stop = LockedBox(false)

    init(store: PictureStore, batches: [[Int]]) {
      self.store = store
      self.batches = batches
      let rule = store.preprocessing
      inputBytes = rule.width * rule.height * rule.colour.channels
      let largest = (batches.map(\.count).max() ?? 0) * inputBytes
      buffers = (0..<ahead).map { _ in .allocate(capacity: max(1, largest)) }
      freeBuffers = LockedBox(Array(0..<ahead))
      for _ in 0..<ahead { free.signal() }
    }

    deinit { for buffer in buffers { buffer.deallocate() } }
  }

  /// What one part of the threads' work changes pictures with; used by one thread at a time.
  private final class Hand: @unchecked Sendable {
    let changer: Changer
    let canvas: UnsafeMutablePointer<UInt8>

    init(_ changer: Changer, canvasBytes: Int) {
      self.changer = changer
      canvas = .allocate(capacity: canvasBytes)
    }

    deinit { canvas.deallocate() }
  }

  /// Starts making batches.
  ///
  /// - Parameters:
  ///   - store: the pictures.
  ///   - batches: numbers of the pictures of each batch, in order.
  ///   - augmentation: changes, and the seed and epoch that they depend on.
  ///   - threads: threads that decode and change pictures.
  init(
    _ store: PictureStore, batches: [[Int]], augmentation: (Augmentation, seed: UInt64, epoch: Int)? = nil,
    threads: Int
  ) {
    let shared = Shared(store: store, batches: batches)
    self.shared = shared
    let thread = Thread {
      Self.make(shared, augmentation, threads)
      shared.ended.signal()
    }
    thread.name = "data loader"
    thread.start()
  }

  deinit {
    shared.stop.update { $0 = true }
    shared.free.signal()
    shared.ended.wait()
  }

  /// The next batch, nil after the last. Give it back with `finish` when it was computed on.
  func next() throws(TrainingError) -> Batch? {
    shared.ready.wait()
    let result = shared.made.update { $0.isEmpty ? nil : $0.removeFirst() }
    return try result?.get()
  }

  /// Lets the batch's memory be used again.
  func finish(_ batch: Batch) {
    shared.freeBuffers.update { $0.append(batch.buffer) }
    shared.free.signal()
  }

  private static func make(
    _ shared: Shared, _ augmentation: (Augmentation, seed: UInt64, epoch: Int)?, _ threads: Int
  ) {
    let pool = ThreadPool(threads: threads)
    let (store, bytes) = (shared.store, shared.inputBytes)
    let parts = threads * 2
    let rule = store.preprocessing
    let hands = augmentation.map { changes in
      (0..<parts).map { _ in
        Hand(
          Changer(changes.0, height: rule.height, width: rule.width, channels: rule.colour.channels),
          canvasBytes: store.canvasBytes)
      }
    }
    for indices in shared.batches {
      shared.free.wait()
      if shared.stop.value { return }
      let buffer = shared.freeBuffers.update { $0.removeFirst() }
      let pixels = shared.buffers[buffer]
      let failure = LockedBox<TrainingError?>(nil)
      pool.run(parts) { part in
        for place in stride(from: part, to: indices.count, by: parts) {
          let (index, to) = (indices[place], pixels + place * bytes)
          do throws(TrainingError) {
            guard let (_, seed, epoch) = augmentation, let hand = hands?[part] else {
              try store.read(index, into: to)
              continue
            }
            let canvas = try store.read(index, into: hand.canvas)
            var random = Augmentation.random(seed: seed, epoch: epoch, index: index)
            hand.changer.apply(from: hand.canvas, canvas, to: to, random: &random)
          } catch {
            failure.update { $0 = error }
            return
          }
        }
      }
      if let error = failure.value {
        shared.made.update { $0.append(.failure(error)) }
        shared.ready.signal()
        break
      }
      shared.made.update { $0.append(.success(Batch(pixels: pixels, indices: indices, buffer: buffer))) }
      shared.ready.signal()
    }
    shared.ready.signal()  // the end: a reader finds nothing
  }
}
