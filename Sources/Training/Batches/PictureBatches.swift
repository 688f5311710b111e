import Models

/// A picture of a batch.
package struct LoadedPicture: Sendable {
  /// Its number in the store.
  package let index: Int
  /// What teachers say of it as it stands in the batch.
  let taught: Truth.Taught?
}

extension DataLoader where Item == LoadedPicture {
  /// Changes pictures; used by one thread at a time.
  private final class Worker {
    let changer: Changer
    let canvas: UnsafeMutablePointer<UInt8>

    init(_ changer: Changer, canvasBytes: Int) {
      self.changer = changer
      canvas = .allocate(capacity: canvasBytes)
    }

    deinit { canvas.deallocate() }
  }

  /// Batches of a data set's pictures, `[images][height][width][channels]`.
  ///
  /// - Parameters:
  ///   - store: the pictures.
  ///   - batches: numbers of the pictures of each batch, in order.
  ///   - augmentation: changes, and the seed and epoch that they depend on.
  ///   - teachers: look at each picture as it stands in the batch.
  ///   - threads: threads that decode and change pictures.
  package convenience init(
    _ store: PictureStore, _ batches: [[Int]], augmentation: (Augmentation, seed: UInt64, epoch: Int)? = nil,
    teachers: TeachersAtWork? = nil, threads: Int
  ) {
    let rule = store.preprocessing
    let bytes = rule.width * rule.height * rule.colour.channels
    let plan = Plan(sizes: batches.map(\.count), pictureBytes: bytes, threads: threads, name: "data loader")
    let loaded = { @Sendable (index: Int, pixels: UnsafeMutablePointer<UInt8>) in
      LoadedPicture(index: index, taught: teachers?.answer(UnsafeBufferPointer(start: pixels, count: bytes)))
    }
    guard let (changes, seed, epoch) = augmentation else {
      self.init(plan) {
      } make: { (_: Void, number, place, pixels) throws(TrainingError) in
        try store.read(batches[number][place], into: pixels)
        return loaded(batches[number][place], pixels)
      }
      return
    }
    self.init(plan) {
      Worker(
        Changer(changes, height: rule.height, width: rule.width, channels: rule.colour.channels),
        canvasBytes: store.canvasBytes)
    } make: { (worker: Worker, number, place, pixels) throws(TrainingError) in
      let index = batches[number][place]
      let canvas = try store.read(index, into: worker.canvas)
      var random = Augmentation.random(seed: seed, epoch: epoch, index: index)
      worker.changer.apply(from: worker.canvas, canvas, to: pixels, random: &random)
      return loaded(index, pixels)
    }
  }
}
