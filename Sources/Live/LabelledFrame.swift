import Camera
import Imaging
import Models

/// A face and what the network says of it.
public struct LabelledFace: Sendable {
  /// Where it is, in pixels of the frame.
  public var box: FaceBox
  /// A number that stays with the face from frame to frame.
  public var track: Int
  /// Those of this frame alone, not smoothed.
  public var logits: [Float]
  /// The probability of each label, smoothed over time where the face is followed.
  public var probabilities: [Float]

  /// What is said of it, by the model's decision.
  public var answer: Answer

  package init(box: FaceBox, track: Int, logits: [Float], probabilities: [Float], answer: Answer) {
    (self.box, self.track, self.logits) = (box, track, logits)
    (self.probabilities, self.answer) = (probabilities, answer)
  }
}

/// Where the time of one frame went, in nanoseconds.
public struct StageTimes: Equatable, Sendable {
  /// From the frame's own time to this program having it.
  public var capture: UInt64 = 0
  /// Waiting for the frame before to be done with.
  public var queue: UInt64 = 0
  /// From bytes to pixels.
  public var decode: UInt64 = 0
  /// Finding faces.
  public var detect: UInt64 = 0
  /// Cutting out and resampling, for all faces.
  public var prepare: UInt64 = 0
  /// The network, for all faces.
  public var classify: UInt64 = 0
  /// From the frame's own time to its labels.
  public var glassToLabel: UInt64 = 0

  /// None yet.
  public init() {}
}

/// A frame with its labels.
public struct LabelledFrame: Sendable {
  /// The source's number of the frame.
  public var sequence: Int
  /// When it was taken, CLOCK_MONOTONIC.
  public var nanoseconds: UInt64
  /// Where it stands in a recording, in nanoseconds from the beginning; nil for a camera.
  public var position: UInt64?
  /// The file, for pictures played as a camera.
  public var file: String?
  /// Columns and rows.
  public var width, height: Int
  /// All that are followed and seen in this frame.
  public var faces: [LabelledFace]
  /// Where its time went.
  public var times: StageTimes
  /// What makes the camera's picture unlike a good one, if anything.
  public var fault: PictureFault?
  /// Frames dropped so far: lost before they came, or passed over for newer ones.
  public var dropped: Int

  /// The box of the largest face that is followed; nil where none is, or faces are not looked for.
  public var mainFollowedFace: FaceBox? { faces.first.flatMap { $0.track > 0 ? $0.box : nil } }

  package init(
    sequence: Int, nanoseconds: UInt64, position: UInt64? = nil, file: String? = nil, width: Int, height: Int,
    faces: [LabelledFace], times: StageTimes = StageTimes(), dropped: Int = 0
  ) {
    (self.sequence, self.nanoseconds, self.position, self.file) = (sequence, nanoseconds, position, file)
    (self.width, self.height, self.faces) = (width, height, faces)
    (self.times, self.dropped) = (times, dropped)
  }
}

/// What happened in all.
public struct LiveSummary: Sendable {
  /// Frames that got labels.
  public var labelled = 0
  /// Frames that could not be decoded, or that the camera marked as damaged.
  public var damaged = 0
  /// What the source dropped.
  public var losses = FrameLosses()
  /// Frames passed over because a newer one had come while the last was classified.
  public var replaced = 0
  /// How often the camera went and came back.
  public var interruptions = 0
  /// From the first frame to the last, in seconds.
  public var seconds = 0.0
  /// The processor time of the whole program in this time, in seconds.
  public var processorSeconds = 0.0
  /// Labels per stage: name and percentiles, in the order of the pipeline.
  public var stages: [(name: String, times: LatencyHistogram)] = []
  /// Why a recording ended before it was over; nil where it did not.
  public var failure: CameraError?
  /// Whether the request to stop ended it.
  public var wasStopped = false
}
