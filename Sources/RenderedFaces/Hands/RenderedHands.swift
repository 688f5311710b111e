import Imaging

/// Painted hands that show rock, paper or scissors: classes that no network here knows, to try teaching with.
///
/// A picture depends on seed, index and size alone, as those of `FacePainter` do; whose hand it is, how it is held,
/// light, background and camera are drawn without knowledge of what it shows.
public enum RenderedHands {
  /// The names of the classes, by label.
  public static let labels = Gesture.allCases.map(\.name)

  /// How far pictures differ where nothing else is asked for: hands turned, near and far, before any background.
  public static let standardVariety: Float = 0.6

  /// Paints hand `index` of the data set of `seed`, `size` pixels square.
  ///
  /// - Parameter variety: how far pictures differ from a plain one, 0 to 1.
  /// - Returns: the picture, `[size, size, 3]`, and its place in `labels`.
  public static func paint(
    seed: UInt64, index: Int, size: Int, variety: Float = standardVariety
  ) -> (image: Image, label: Int) {
    let sampler = HandSampler(seed: seed, index: index, variety: variety)
    let hand = sampler.parameters
    var canvas = Backdrop(surroundings: hand.surroundings).canvas(width: size, height: size)
    HandPainter(hand).paint(on: &canvas)
    return (Finish(capture: hand.capture).develop(&canvas, noiseSeed: sampler.finishSeed), hand.gesture.rawValue)
  }

  /// Paints pictures `0 ..< count` as `folder/rock/*.jpg` and so on; all else as `RenderedFaces.write`.
  ///
  /// - Throws: `FileError` where something else than an empty folder is there, or something cannot be written.
  @discardableResult
  public static func write(
    count: Int, seed: UInt64, size: Int = 256, to folder: String, quality: Int = 92, threads: Int = 1,
    variety: Float = standardVariety, isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
  ) throws -> Bool {
    try PaintedFolder(labels: labels, prefix: "hand", quality: quality, threads: threads).write(
      count: count, to: folder, isCancelled: isCancelled, progress: progress
    ) { paint(seed: seed, index: $0, size: size, variety: variety) }
  }
}
