import Faces
import Imaging
import ModelFiles
import Models
import Runtime
import Threads

extension FaceDetector {
  /// A detector on the engine of its model, float or int8.
  ///
  /// - Throws: `FaceDetectorError` for a model that finds no faces, and what `ModelRunner` throws.
  public convenience init(_ model: LoadedModel, threads: Int, kernels: KernelTable = .detected) throws {
    let runner = try ModelRunner(model, threads: threads, kernels: kernels)
    try self.init(model.description) { runner.run($0, logits: &$1) }
  }
}

/// Detectors of one model for several threads, as many as ever were needed at once.
public final class FaceDetectorPool: Sendable {
  private let make: @Sendable () throws -> FaceDetector
  private let idle: Locked<[Lent]>

  /// A detector that one thread uses at a time: the pool hands it to one and gets it back.
  private struct Lent: @unchecked Sendable { let detector: FaceDetector }

  /// Starts with one detector; others are loaded when threads need them at the same time.
  ///
  /// - Throws: as `FaceDetector.init(_:threads:kernels:)`.
  public init(_ model: LoadedModel, kernels: KernelTable = .detected) throws {
    make = { try FaceDetector(model, threads: 1, kernels: kernels) }
    idle = Locked([Lent(detector: try make())])
  }

  /// The box of a photo's main face; nil where none is found.
  public func mainFace(of photo: Image) -> FaceBox? {
    // What could be made once can be made again, unless the system has no memory left.
    guard let lent = idle.withLock({ $0.popLast() }) ?? (try? Lent(detector: make())) else { return nil }
    defer { idle.withLock { $0.append(lent) } }
    return lent.detector.faces(inPhoto: photo).main?.box
  }

  /// The box of the main face of what is a whole photo for a network's rule; nil where none is found, and where the
  /// face fills the picture, which is then taken as it is.
  public func mainFace(ofWholePhoto photo: Image, by rule: Preprocessing) -> FaceBox? {
    mainFace(of: photo).flatMap {
      rule.isWholePhoto(photo, face: $0) ? $0 : nil
    }
  }
}
