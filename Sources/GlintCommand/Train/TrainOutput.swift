import Synchronization
import Training

/// An epoch in the words of `train --json`.
struct EpochLine: Encodable {
  let epoch: Int
  let loss, validation_loss, accuracy, validation_accuracy, images_per_second: Double

  init(_ record: EpochRecord) {
    epoch = record.epoch
    loss = record.loss
    validation_loss = record.validationLoss
    accuracy = record.accuracy
    validation_accuracy = record.validationAccuracy
    images_per_second = record.imagesPerSecond
  }
}

/// The last line of `train --json`.
struct FinalLine: Encodable {
  let weights_sha256: String
  let best_epoch: Int
  let epochs: Int
  let temperature: Float
  let validation: MetricsLine
  let test: MetricsLine?
  let reading: ReadingFacts
}

/// Something that is said the first time only, by whichever thread comes first.
final class Once: Sendable {
  private let isDone = Atomic(false)

  func run(_ action: () -> Void) {
    if !isDone.exchange(true, ordering: .relaxed) { action() }
  }
}
