import Datasets
import Imaging
import Models
import Numerics
import Training

/// The features of a data set's pictures, as they are and changed as for training.
struct PictureFeatures {
  /// Dequantized, `[pictures * changes][count]`.
  var features: [Float] = []
  /// The class of each.
  var labels: [Int] = []
  /// The name of each picture.
  var names: [String] = []

  /// How much training pictures change: as for a webcam, but for what hides a part of the face.
  static var changes: Augmentation {
    var changes = Augmentation.Level.standard.augmentation
    changes.noise = 0.1
    return changes
  }

  /// - Parameters:
  ///   - variants: how often each picture is changed; 0 takes it as it is alone.
  ///   - isCancelled: asked before each batch; the rest is left out then.
  init(
    _ pictures: [Dataset.Picture], _ preprocessing: Preprocessing, _ reader: FeatureReader, variants: Int,
    seed: UInt64 = 1, isCancelled: () -> Bool = { false }
  ) throws {
    let batches = stride(from: 0, to: pictures.count, by: 32).map { Array($0..<min(pictures.count, $0 + 32)) }
    let plain = PictureStore(pictures, preprocessing: preprocessing, budget: 0)
    let side = max(preprocessing.width, preprocessing.height)
    let changed = PictureStore(
      pictures, preprocessing: preprocessing, border: Self.changes.border(ofSide: side), budget: 256 << 20)
    let bytes = preprocessing.width * preprocessing.height * preprocessing.colour.channels
    for round in 0...variants {
      let loader = DataLoader(
        round == 0 ? plain : changed, batches,
        augmentation: round == 0 ? nil : (Self.changes, seed: seed, epoch: round),
        threads: 1)
      while let batch = try loader.next() {
        if isCancelled() { return }
        for (place, item) in batch.items.enumerated() {
          let pixels = Array(UnsafeBufferPointer(start: batch.pixels + place * bytes, count: bytes))
          features += reader.codes(pixels).map { reader.quantization.dequantize(Int16($0)) }
          labels.append(pictures[item.index].label)
          names.append(pictures[item.index].name)
        }
        loader.finish(batch)
      }
    }
  }

  /// What a head says of each picture: logits.
  func logits(_ head: Head, count: Int) -> [[Float]] {
    labels.indices.map { head.logits(features[$0 * count..<($0 + 1) * count]) }
  }
}
