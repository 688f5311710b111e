import Foundation
import Models
import Threads

/// Batches of a data set's pictures, `[images][height][width][channels]`, with the pictures' numbers in the store.
enum DataLoader {
  /// Batches that are read, and changed, in the background.
  typealias Queue = BatchQueue<[Int]>

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
  static func batches(
    _ store: PictureStore, _ batches: [[Int]], augmentation: (Augmentation, seed: UInt64, epoch: Int)? = nil,
    threads: Int
  ) -> Queue {
    let rule = store.preprocessing
    let bytes = rule.width * rule.height * rule.colour.channels
    let largest = batches.map(\.count).max() ?? 0
    return Queue(batches.count, bytes: largest * bytes, name: "data loader") {
      let pool = ThreadPool(threads: threads)
      let parts = threads * 2
      let hands = augmentation.map { changes in
        (0..<parts).map { _ in
          Hand(
            Changer(changes.0, height: rule.height, width: rule.width, channels: rule.colour.channels),
            canvasBytes: store.canvasBytes)
        }
      }
      return { (number: Int, memory: UnsafeMutablePointer<UInt8>) throws(TrainingError) -> [Int] in
        let (indices, pixels) = (batches[number], SharedPixels(start: memory))
        let failure = Locked<TrainingError?>(nil)
        pool.run(parts) { part in
          for place in stride(from: part, to: indices.count, by: parts) {
            let (index, to) = (indices[place], pixels.start + place * bytes)
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
        if let error = failure.value { throw error }
        return indices
      }
    }
  }
}
