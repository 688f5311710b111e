import Datasets
import Files
import Imaging
import Models
import Training

/// A page of training pictures, each as it is at the left and beside it as training would see it.
struct AugmentationSheet {
  private static let pictures = 12
  private static let changed = 11
  private let sheet: Image

  /// Draws pictures from all over the training part.
  init(_ dataset: Dataset, preprocessing: Preprocessing, recipe: TrainingRecipe) throws {
    let count = min(Self.pictures, dataset.training.count)
    var rows: [[Image]] = []
    for row in 0..<count {
      let index = row * dataset.training.count / count
      rows.append(
        try recipe.augmentation.examples(
          of: dataset.training[index], preprocessing: preprocessing, count: Self.changed, seed: recipe.seed,
          index: index))
    }
    sheet = Image(tiling: rows, side: 96)
  }

  /// Writes a JPEG, or a PNG where the name ends so.
  func write(to path: String) throws {
    try AtomicFile.write(try DrawnPicture.encoded(sheet, for: path, quality: 92), to: path)
  }
}

extension Image {
  /// Pictures side by side in rows, each resampled to `side` x `side`, on white.
  init(tiling rows: [[Image]], side: Int) {
    let gap = 3
    let columns = rows.map(\.count).max() ?? 0
    self.init(
      width: columns * (side + gap) + gap, height: rows.count * (side + gap) + gap, channels: 3, filledWith: 255)
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        let tile = image.rgb.resampled(width: side, height: side)
        let start = (row * (side + gap) + gap) * width + column * (side + gap) + gap
        for y in 0..<side {
          let to = (start + y * width) * 3
          pixels.replaceSubrange(to..<to + side * 3, with: tile.pixels[y * side * 3..<(y + 1) * side * 3])
        }
      }
    }
  }
}
