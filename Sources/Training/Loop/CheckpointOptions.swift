/// Where and how often checkpoints are written.
public struct CheckpointOptions: Sendable {
  /// The file.
  public var path: String
  /// Seconds that pass at least between two; one more is written when training is cancelled.
  public var interval: Double
  /// Where the last one is written when training is cancelled and its place cannot be written; nil for nowhere.
  public var refuge: String?
  /// Whether to go on from the file.
  public var resumes: Bool
  /// Told why one could not be written, for example because the disk is full; training goes on.
  public var failed: @Sendable (String) -> Void

  /// Makes settings.
  public init(
    path: String, interval: Double = 20, refuge: String? = nil, resumes: Bool = false,
    failed: @escaping @Sendable (String) -> Void = { _ in }
  ) {
    self.path = path
    self.interval = interval
    self.refuge = refuge
    self.resumes = resumes
    self.failed = failed
  }
}
