import Datasets
import Dispatch
import RenderedFaces
import Threads

/// The demo's data set: rendered faces in memory, in three parts.
enum PaintedData {
  /// Paints `count` faces; the same seed paints the same faces whatever the number of threads.
  static func paint(
    count: Int, size: Int, seed: UInt64, variety: Float, threads: Int, quiet: Bool
  ) -> Dataset {
    let pictures = Collected(count: count)
    let progress = LockedProgress("Painting faces", quiet: quiet)
    DispatchQueue.concurrentPerform(iterations: threads) { worker in
      for index in stride(from: worker, to: count, by: threads) {
        let face = FacePainter.paint(seed: seed, index: index, size: size, variety: variety)
        pictures.set(
          index,
          Dataset.Picture(name: "painted face \(index)", label: face.label, source: .image(face.image), face: face.face)
        )
        progress.step(of: count)
      }
    }
    progress.finish("\(count) faces of \(size)x\(size)")
    // Faces 2k and 2k + 1 are one of each class, so every part that starts at an even place is balanced.
    let (first, second) = (count * 70 / 200 * 2, count * 85 / 200 * 2)
    let all = pictures.all
    return Dataset(
      name: "rendered faces, seed \(seed)", labels: RenderedFaces.labels, training: Array(all[..<first]),
      validation: Array(all[first..<second]), test: Array(all[second...]),
      splitDescription: "by number: 70 % training, 15 % validation, 15 % test; every face is painted anew")
  }
}

/// Pictures that several threads store by number.
private final class Collected: Sendable {
  private let pictures: Locked<[Dataset.Picture?]>

  init(count: Int) { pictures = Locked(Array(repeating: nil, count: count)) }

  func set(_ index: Int, _ picture: Dataset.Picture) { pictures.withLock { $0[index] = picture } }

  var all: [Dataset.Picture] { pictures.withLock { $0.compactMap { $0 } } }
}
