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
