import Dispatch
import Files
import Imaging
import Threads

/// A folder of painted pictures, one folder a class.
struct PaintedFolder: Sendable {
  /// The names of the classes, by label.
  let labels: [String]
  /// What the pictures' names begin with.
  let prefix: String
  /// Of JPEG, 1...100.
  let quality: Int
  /// How many pictures are painted at a time; the files are the same for any number.
  let threads: Int

  /// Paints pictures `0 ..< count` into a folder that appears when all are there.
  ///
  /// - Parameters:
  ///   - isCancelled: asked before each picture, from any thread.
  ///   - progress: told how many are done, from any thread.
  ///   - paint: paints one, from any thread.
  /// - Returns: whether the folder was made.
  /// - Throws: `FileError` where something else than an empty folder is there, or something cannot be written.
  func write(
    count: Int, to folder: String, isCancelled: @escaping @Sendable () -> Bool,
    progress: @escaping @Sendable (_ done: Int) -> Void,
    paint: @escaping @Sendable (_ index: Int) -> (image: Image, label: Int)
  ) throws -> Bool {
    let draft = try DraftFolder(for: folder)
    for label in labels { try draft.makeFolder(label) }
    let work = Work(count: count)
    DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
      while !isCancelled(), let index = work.next() {
        do {
          let (image, label) = paint(index)
          try draft.write(ImageEncoder.jpeg(image, quality: quality), as: labels[label] + "/" + fileName(index))
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
  func fileName(_ index: Int) -> String {
    let digits = String(index)
    return prefix + "-" + String(repeating: "0", count: max(0, 6 - digits.count)) + digits + ".jpg"
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
