import Datasets
import Imaging
import Models
import Numerics

extension Augmentation {
  /// What training would see of one picture: as it enters the network unchanged, then changed.
  ///
  /// - Parameters:
  ///   - picture: the picture.
  ///   - preprocessing: how it becomes an input.
  ///   - count: changed inputs, those of the first epochs.
  ///   - seed: as in a recipe.
  ///   - index: the picture's number in the training part.
  /// - Returns: `count + 1` pictures of the input's size.
  /// - Throws: `TrainingError.data` where its file cannot be read.
  public func examples(
    of picture: Dataset.Picture, preprocessing: Preprocessing, count: Int, seed: UInt64, index: Int
  ) throws(TrainingError) -> [Image] {
    let (height, width, channels) = (preprocessing.height, preprocessing.width, preprocessing.colour.channels)
    func image(_ pixels: [UInt8]) -> Image { Image(width: width, height: height, channels: channels, pixels: pixels) }
    var input = [UInt8](repeating: 0, count: height * width * channels)
    try PictureStore([picture], preprocessing: preprocessing, budget: 0).read(0, into: &input)
    var images = [image(input)]
    let store = PictureStore(
      [picture], preprocessing: preprocessing, border: border(ofSide: max(height, width)), budget: 0)
    var context = [UInt8](repeating: 0, count: store.canvasBytes)
    let canvas = try store.read(0, into: &context)
    let changer = Changer(self, height: height, width: width, channels: channels)
    for epoch in 0..<count {
      var random = Self.random(seed: seed, epoch: epoch, index: index)
      changer.apply(from: context, canvas, to: &input, random: &random)
      images.append(image(input))
    }
    return images
  }

  /// The stream of one picture in one epoch.
  static func random(seed: UInt64, epoch: Int, index: Int) -> CounterRandom {
    CounterRandom(seed: seed ^ 0x6175_676D, stream: UInt64(epoch) << 40 | UInt64(index))
  }
}
