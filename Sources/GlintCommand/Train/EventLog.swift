import Evaluation
import Reports
import Training

/// What happens in training as event files for TensorBoard.
final class EventLog {
  private let file: EventFile
  private var hasReported = false

  init(folder: String) throws { file = try EventFile(folder: folder) }

  /// Batches count all batches since the first epoch, epochs from 1.
  func add(_ event: TrainingLoop.Event) {
    switch event {
    case .batch(let epoch, let done, let all, let loss):
      file.add([("batch/mean loss of the epoch so far", loss)], step: (epoch - 1) * all + done)
    case .epoch(let record, _):
      file.add(
        [
          ("loss/training", record.loss), ("loss/validation", record.validationLoss),
          ("accuracy/training", record.accuracy), ("accuracy/validation", record.validationAccuracy),
          ("speed/images a second", record.imagesPerSecond),
        ], step: record.epoch)
    }
    reportProblem()
  }

  /// The last figures, of the weights that are kept.
  func add(_ evaluation: TrainedEvaluation, epoch: Int) {
    for (name, part) in [("validation", evaluation.validation), ("test", evaluation.test)] {
      guard let part else { continue }
      var figures = [
        ("kept/\(name) accuracy", part.metrics.accuracy),
        ("kept/\(name) calibration error", part.metrics.calibrationError),
      ]
      figures += part.bySource.map { ("kept/\(name) accuracy on \($0.source)", $0.metrics.accuracy) }
      file.add(figures, step: epoch)
    }
    reportProblem()
  }

  /// Training goes on without them.
  private func reportProblem() {
    guard let problem = file.problem, !hasReported else { return }
    hasReported = true
    printError("glint: training goes on without event files: \(problem)")
  }
}
