import Imaging
import Models

/// Detector and tracker together: the faces of frame after frame, found when it is time to look, otherwise where they
/// are expected. For one thread at a time.
public final class FaceFollower {
  private let detector: FaceDetector
  private var tracker: FaceTracker
  private let splitsScenes: Bool
  private var last: [UInt8] = []

  /// Grey levels by which pixels change from one scene to another, on the average; what moves in a scene changes few.
  private static let cut = 20

  /// - Parameters:
  ///   - detector: finds the faces.
  ///   - settings: how patient the tracker is.
  ///   - splitsScenes: the frames may be of scenes that have nothing to do with each other, where everybody is new.
  public init(_ detector: FaceDetector, settings: FaceTracker.Settings = .init(), splitsScenes: Bool = false) {
    self.detector = detector
    self.splitsScenes = splitsScenes
    tracker = FaceTracker(settings)
  }

  /// What the detector reads.
  public var colour: Preprocessing.Colour { detector.description.preprocessing.colour }

  /// The faces that are there, the largest first.
  ///
  /// - Parameters:
  ///   - frame: the picture; always the same camera's.
  ///   - nanoseconds: its time.
  public func faces(in frame: Image, at nanoseconds: UInt64) -> [FaceTrack] {
    if tracker.wantsDetection(at: nanoseconds) {
      let found = detector.faces(in: frame)
      if splitsScenes, isNewScene { tracker.forget() }
      tracker.update(found, at: nanoseconds)
    } else {
      tracker.advance(to: nanoseconds)
    }
    return tracker.faces
  }

  /// Whether what the detector looked at last is unlike what it looked at before.
  private var isNewScene: Bool {
    let now = detector.pixels
    defer { last = now }
    guard now.count == last.count else { return true }
    let places = stride(from: 0, to: now.count, by: 7)
    let change = places.reduce(0) { $0 + abs(Int(now[$1]) - Int(last[$1])) }
    return change > Self.cut * places.underestimatedCount
  }

  /// Forgets what was said of all faces: another classifier says it from now on.
  public func forgetAnswers() { tracker.forgetAnswers() }

  /// What a classifier says of a face of the last frame, smoothed over time, and the label that follows from it.
  public func label(
    _ probabilities: [Float], ofFace number: Int, by model: ModelDescription
  ) -> (probabilities: [Float], answer: Answer) {
    tracker.label(probabilities, ofFace: number, by: model)
  }
}
