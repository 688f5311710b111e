import Foundation
import Imaging
import Synchronization

/// Why a data set could not be written.
public enum RenderedFacesError: Error, CustomStringConvertible {
  /// The folder is already there.
  case folderExists(String)
  /// A file or folder could not be written.
  case cannotWrite(path: String, cause: String)

  /// What happened and what to do.
  public var description: String {
    switch self {
    case .folderExists(let path): "\(path) is already there: remove it or name another folder"
    case .cannotWrite(let path, let cause): "cannot write \(path): \(cause)"
    }
  }
}

/// The rendered data set as files.
public enum RenderedFaces {
  /// The names of the classes, by label.
  public static let labels = ["happy", "sad"]

  /// Paints pictures `0 ..< count` of the data set of `seed` as `folder/happy/*.jpg` and `folder/sad/*.jpg`.
  ///
  /// The folder appears when all its files are there; until then they are in a neighbour of a temporary name.
  /// - Parameters:
  ///   - size: side of each picture in pixels.
  ///   - quality: JPEG quality, 1...100.
  ///   - threads: how many pictures are painted at a time; the files are the same for any number.
  ///   - variety: as for `FacePainter.paint`.
  ///   - progress: told how many are done, from any thread.
  public static func write(
    count: Int, seed: UInt64, size: Int = 256, to folder: String, quality: Int = 92, threads: Int = 1,
    variety: Float = FacePainter.standardVariety,
    progress: @escaping @Sendable (_ done: Int) -> Void = { _ in }
  ) throws {
    let files = FileManager.default
    if files.fileExists(atPath: folder) { throw RenderedFacesError.folderExists(folder) }
    let parent = URL(fileURLWithPath: folder).deletingLastPathComponent()
    let name = URL(fileURLWithPath: folder).lastPathComponent
    let draft = parent.appendingPathComponent(".\(name).partial-\(ProcessInfo.processInfo.processIdentifier)")
    do {
      for label in labels {
        try files.createDirectory(at: draft.appendingPathComponent(label), withIntermediateDirectories: true)
      }
      let work = Work(count: count)
      DispatchQueue.concurrentPerform(iterations: max(1, threads)) { _ in
        while let index = work.next() {
          do {
            let face = FacePainter.paint(seed: seed, index: index, size: size, variety: variety)
            let path = draft.appendingPathComponent(labels[face.label]).appendingPathComponent(fileName(index))
            try Data(ImageEncoder.jpeg(face.image, quality: quality)).write(to: path)
            progress(work.finished())
          } catch {
            work.fail(error)
          }
        }
      }
      if let error = work.error { throw error }
      try files.moveItem(at: draft, to: URL(fileURLWithPath: folder))
    } catch {
      try? files.removeItem(at: draft)
      throw RenderedFacesError.cannotWrite(path: folder, cause: "\(error)")
    }
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
  private let state = Mutex(State())

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

  var error: (any Error)? { state.withLock { $0.failure } }
}
