import Datasets
import Inference
import ModelFiles
import Models
import Numerics

/// What a model says of prepared pictures: the number of the likeliest class.
struct Answers {
  private let runner: ModelRunner

  init(_ model: LoadedModel) throws { runner = try ModelRunner(model, threads: 1) }

  func answer(_ picture: LabelledImage) -> Int { runner.logits(picture.pixels).answer }
}
