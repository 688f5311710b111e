import Files
import Imaging
import ModelFiles
import Models

extension TeachingSession {
  /// What a model's card says of the part of the frame that it was taught on.
  static let regionField = "region"
  /// What stands there for all of the frame.
  static let wholeFrame = "whole frame"

  /// The part of the frames that a person drew: pictures of frames are of it, and models that look for no faces label
  /// it; nil for all of the frame.
  public var region: FrameRegion? { now.region }

  /// Takes another part of the frames from now on, nil all of them. In a folder that is kept it is there for the next
  /// program.
  ///
  /// - Throws: `FileError` where it is taken, and a restart will not know that.
  public func draw(_ region: FrameRegion?) throws(FileError) {
    guard region != self.region else { return }
    // What was seen a moment ago showed another part.
    change { ($0.region, $0.recent) = (region, []) }
    try set.keep(region)
  }

  /// Uses a version from now on, on the part of the frame that it was taught on.
  ///
  /// - Throws: `TeachingError` where there is none of this number, it cannot be used here, or it is in use and a
  ///   restart will not know that.
  package func use(_ number: Int) throws {
    let (before, soughtFaces) = (region, inUse.description.preprocessing.cropsToFaces)
    defer {
      // Faces are collected where there are some.
      let seeksFaces = inUse.description.preprocessing.cropsToFaces
      if seeksFaces != soughtFaces { try? collectFaces(seeksFaces) }
    }
    do {
      var problem: FileError?
      // First the region: the model that goes may see the other part for a frame, the one that comes never does.
      if let taught = versions.model(number).flatMap({ Self.region(of: $0.description) }) {
        do { try draw(taught.region) } catch { problem = error }
      }
      try versions.use(number)
      if let problem { throw problem }
    } catch let error as FileError {
      throw TeachingError("It is in use until the program ends, and is not kept: \(error)")
    } catch {
      try? draw(before)
      throw error
    }
  }

  /// The part of the frame that a model was taught on; nil where its card says nothing of one.
  public static func region(of description: ModelDescription) -> TaughtRegion? {
    guard !description.preprocessing.cropsToFaces, let text = description.card[regionField] else { return nil }
    if text == wholeFrame { return TaughtRegion(region: nil) }
    return FrameRegion(text).map { TaughtRegion(region: $0) }
  }

}

extension Teaching.Result {
  /// Notes in the card of a model that looks for no faces on which part of the frame it was taught, nil for all of it.
  public mutating func note(_ region: FrameRegion?) {
    guard !int8.description.preprocessing.cropsToFaces else { return }
    int8.description.card[TeachingSession.regionField] = region?.text ?? TeachingSession.wholeFrame
  }
}

/// The part of the frame that a model was taught on.
public struct TaughtRegion: Hashable, Sendable {
  /// Nil for all of the frame.
  public let region: FrameRegion?

  /// - Parameter region: nil for all of the frame.
  public init(region: FrameRegion?) { self.region = region }
}
