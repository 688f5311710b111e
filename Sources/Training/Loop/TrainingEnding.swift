/// Why training ended.
public enum TrainingEnding: Sendable, Equatable {
  /// The recipe is done.
  case completed
  /// The validation loss got no better.
  case earlyStopped
  /// Somebody asked for it; what became of the checkpoint.
  case cancelled(CancelledCheckpoint)
  /// A value stopped being a number in this step, first in this layer.
  case diverged(step: Int, layer: String)
}

/// What became of the checkpoint of a training that somebody ended.
public enum CancelledCheckpoint: Sendable, Equatable {
  /// It is where it was asked for, if it was.
  case written
  /// It is at another path, since its place could not be written, for this reason.
  case elsewhere(String, reason: String)
  /// It could not be written, for this reason: an older one, if there is one, is what is left.
  case lost(reason: String)
}
