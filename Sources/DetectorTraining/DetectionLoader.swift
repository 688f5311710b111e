import Threads
import Training

/// Batches of composed pictures, `[images][height][width]`, with what is in them.
enum DetectionLoader {
  /// Batches that are composed in the background.
  typealias Queue = BatchQueue<[SceneComposer.Contents]>

  /// One composer a part of the threads' work; each is used by one thread at a time.
  struct Composers: @unchecked Sendable {
    let list: [SceneComposer]
    let pictureBytes: Int
  }

  /// Starts composing pictures `first ..< first + count * batch`.
  static func batches(
    _ composers: Composers, seed: UInt64, first: Int, batches count: Int, of batch: Int, hard: [SceneComposer.View],
    threads: Int
  ) -> Queue {
    let (parts, bytes) = (composers.list.count, composers.pictureBytes)
    return Queue(count, bytes: batch * bytes, name: "scene composer") {
      let pool = ThreadPool(threads: threads)
      return { (number: Int, memory: UnsafeMutablePointer<UInt8>) throws(TrainingError) -> [SceneComposer.Contents] in
        let pixels = SharedPixels(start: memory)
        let contents = Locked([SceneComposer.Contents](repeating: .init(), count: batch))
        pool.run(parts) { part in
          for place in stride(from: part, to: batch, by: parts) {
            let own = composers.list[part].compose(
              seed: seed, number: first + number * batch + place, hard: hard, into: pixels.start + place * bytes)
            contents.update { $0[place] = own }
          }
        }
        return contents.value
      }
    }
  }
}
