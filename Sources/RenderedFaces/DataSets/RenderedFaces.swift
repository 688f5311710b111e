/// The rendered data set as files.
public enum RenderedFaces {
  /// The names of the classes, by label.
  public static let labels = ["happy", "sad"]

  /// All expressions that are painted: those two, and what is neither.
  public static let allLabels = labels + ["neutral", "surprise", "fear", "anger", "disgust"]

  /// Paints pictures `0 ..< count` of the data set of `seed` as `folder/happy/*.jpg`, `folder/sad/*.jpg` and so on.
  ///
  /// The folder appears when all its files are there; until then they are beside it under a name that nobody guesses,
  /// and are removed where the work ends early. An empty folder is filled; any other is left alone.
  /// - Parameters:
  ///   - size: side of each picture in pixels.
  ///   - quality: JPEG quality, 1...100.
  ///   - threads: how many pictures are painted at a time; the files are the same for any number.
  ///   - variety: as for `FacePainter.paint`.
  ///   - classes: likewise.
  ///   - isCancelled: asked before each picture, from any thread.
  ///   - progress: told how many are done, from any thread.
  /// - Returns: whether the folder was made; false where the work was cancelled, and then there is nothing.
  /// - Throws: `FileError` where something else than an empty folder is there, or something cannot be written.
  @discardableResult
  public static func write(
    count: Int, seed: UInt64, size: Int = 256, to folder: String, quality: Int = 92, threads: Int = 1,
    variety: Float = FacePainter.standardVariety, classes: Int = 2,
    isCancelled: @escaping @Sendable () -> Bool = { false },
    progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
  ) throws -> Bool {
    try PaintedFolder(labels: Array(allLabels.prefix(classes)), prefix: "face", quality: quality, threads: threads)
      .write(count: count, to: folder, isCancelled: isCancelled, progress: progress) {
        let face = FacePainter.paint(seed: seed, index: $0, size: size, variety: variety, classes: classes)
        return (face.image, face.label)
      }
  }
}
