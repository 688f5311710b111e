import Datasets
import Evaluation
import Live
import Models
import Reports
import Runtime
import Training

/// The demo's report page, filled from what the demo did.
struct DemoPage {
  let trained: DemoTraining
  let comparison: Comparison
  /// The int8 model's.
  let quantized: ModelCard
  let images: [LabelledImage]
  let suggestions: [String]
  let live: DemoLive
  let files: DemoFiles
  let seed: UInt64
  let threads: Int

  /// Writes the page, whole or not at all.
  func write(to path: String) throws {
    let graph = trained.model.description.graph
    let card = trained.model.description.card.entries.map { Fact($0.field, $0.text) }
    let training = TrainingReport(
      title: "Training", facts: card,
      history: trained.history.map {
        EpochFigures(
          epoch: $0.epoch, loss: $0.loss, validationLoss: $0.validationLoss, accuracy: $0.accuracy,
          validationAccuracy: $0.validationAccuracy)
      }, keptEpoch: trained.keptEpoch)
    var compared = ComparisonPage.report(
      comparison, comparison.verdict(), models: (files.float, files.int8), images: images, graph: graph,
      suggestions: suggestions, card: quantized, recipe: [])
    // The training's facts are shown beside them.
    compared.facts = []
    let samples = images.indices.prefix(12).map {
      ComparisonPage.evaluated($0, comparison, ("float", "int8"), images, graph)
    }
    let latency = live.summary.stages.map { name, times in
      StageLatency(name, median: times.milliseconds(atShare: 0.5), worst: times.milliseconds(atShare: 0.99))
    }
    let page = DemoReport(
      training: training, comparison: compared, latency: latency, live: live.sentence, samples: samples,
      facts: [
        Fact("Seed", String(seed)), Fact("Threads", String(threads)),
        Fact("Instruction set", KernelTable.detected.isa.name),
        Fact("Training", "\(duration(seconds: trained.seconds)), \(trained.history.count) epochs"),
      ], footer: "Made by glint demo. Every face on this page is rendered.")
    try page.page.write(to: path)
  }
}
