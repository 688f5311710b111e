import Dispatch
import Files
import Imaging
import Threads

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
    let draft = try DraftFolder(for: folder)
    for label in allLabels.prefix(classes) { try draft.makeFolder(label) }
    let work = Work(count: count)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while !isCancelled(), let index = work.next() {
        do {
          let face = FacePainter.paint(seed: seed, index: index, size: size, variety: variety, classes: classes)
          try draft.write(
            ImageEncoder.jpeg(face.image, quality: quality), as: allLabels[face.label] + "/" + fileName(index))
          progress(work.finished())
        } catch {
          work.fail(error)
        }
      }
    }
    if let error = work.error { throw error }
    guard work.isDone else { return false }
    try draft.finish()
    return true
  }

  /// The name of a picture's file in its class folder.
  static func fileName(_ index: Int) -> String {
    let digits = String(index)
    return "face-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jpg"
  }
}

/// Deals indices to threads and keeps the first error.
private final class Work: Sendable {
  private struct State: Sendable {
    var given = 0
    var done = 0
    var failure: (any Error)?
  }

  private let count: Int
  private let state = Locked(State())

  init(count: Int) { self.count = count }

  /// The next index, or nil where all are given or one has failed.
  func next() -> Int? {
    state.withLock { state in
      guard state.given < count, state.failure == nil else { return nil }
      state.given += 1
      return state.given - 1
    }
  }

  /// Counts one more as done; how many are.
  func finished() -> Int {
    state.withLock { state in
      state.done += 1
      return state.done
    }
  }

  func fail(_ error: any Error) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
  }

  /// Whether all are done.
  var isDone: Bool { state.withLock { $0.done == count } }

  var error: (any Error)? { state.withLock { $0.failure } }
}
