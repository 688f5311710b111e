/// What people and other programs are told: an answer about a face that began and has lasted, or one that has ended.
public struct AnswerEvent: Equatable, Sendable {
  /// Which of the two.
  public enum Kind: String, Sendable {
    /// The answer has lasted long enough to count.
    case began
    /// Another answer took its place, or the face has gone.
    case ended
  }

  /// Which of the two.
  public var kind: Kind
  /// When the answer began or ended, in nanoseconds: of CLOCK_MONOTONIC, or from the beginning of a recording.
  public var nanoseconds: UInt64
  /// Which of the two.
  public var isRecorded = false
  /// The number of the face.
  public var track: Int
  /// The answer: a label, or the model's word for being unsure.
  public var label: String
  /// The mean of the answer's probability while it lasted, in 0...1.
  public var probability: Float
  /// How long it lasted, or has lasted when `began` is told, in seconds.
  public var seconds: Double

  package init(
    kind: Kind, nanoseconds: UInt64, isRecorded: Bool = false, track: Int, label: String, probability: Float,
    seconds: Double
  ) {
    (self.kind, self.nanoseconds, self.isRecorded, self.track) = (kind, nanoseconds, isRecorded, track)
    (self.label, self.probability, self.seconds) = (label, probability, seconds)
  }
}

/// An answer that has begun and not ended.
public struct StandingAnswer: Equatable, Sendable {
  /// The answer: a label, or the model's word for being unsure.
  public var label: String
  /// Its face's probability in the frame, in 0...1.
  public var probability: Float
}
