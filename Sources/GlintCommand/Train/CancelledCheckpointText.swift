import Training

extension CancelledCheckpoint {
  /// What an interrupted training leaves behind, and how to go on from it.
  func words(place: String) -> String {
    switch self {
    case .written: "Everything is kept in \(place); the same command with --resume goes on from there."
    case .elsewhere(let path, let reason):
      "\(reason). Everything is kept in \(path): move it to \(place), and the same command with --resume goes on from "
        + "there."
    case .lost(let reason):
      "The checkpoint is lost: \(reason). Make room before you train again."
    }
  }
}

extension Train {
  /// Writes the model of an interrupted training where it is the first, or the only thing that can be kept; what there
  /// is to say of it.
  func interrupted(
    _ loop: TrainingLoop, _ checkpoint: CancelledCheckpoint, _ hadOutput: Bool, _ finish: () throws -> Void
  ) throws -> String {
    guard loop.bestEpoch > 0, !hadOutput else { return hadOutput ? " \(modelPath) is left as it was." : "" }
    do { try finish() } catch { return " The model is not written: \(error)" }
    return checkpoint == .written ? "" : " The weights of epoch \(loop.bestEpoch) are kept in \(modelPath)."
  }
}
