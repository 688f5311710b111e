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
  /// - Throws: `FileError` where it cannot be kept; nothing changes then.
  public func draw(_ region: FrameRegion?) throws {
    guard region != self.region else { return }
    try set.keep(region)
    // What was seen a moment ago showed another part.
    change { ($0.region, $0.recent) = (region, []) }
  }

  /// Uses a version from now on, on the part of the frame that it was taught on.
  ///
  /// - Throws: `TeachingError` where there is none of this number or it cannot be used here; `FileError`.
  package func use(_ number: Int) throws {
    let before = region
    // First the region: the model that goes may see the other part for a frame, the one that comes never does.
    if let taught = versions.model(number).flatMap({ Self.region(of: $0.description) }) { try draw(taught.region) }
    do {
      try versions.use(number)
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
