import Datasets
import FloatRuntime
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

/// Training that goes astray ends: with an error that names step and layer, and with the last weights that were good.
@Suite(.timeLimit(.minutes(2))) struct DivergenceTests {
  @Test(arguments: [1, 30, 1e3, 1e6, 1e10, 1e20, 1e30, 1e38] as [Float], TrainingRecipe.OptimizerName.allCases)
  func everySettingEnds(_ rate: Float, _ optimizer: TrainingRecipe.OptimizerName) throws {
    // One batch an epoch: what it breaks, validation is the first to see.
    for (batch, averaging) in [(80, Float(0)), (80, 0.9), (17, 0), (17, 0.9)] {
      let loop = try TrainingLoopTests.loop {
        ($0.learningRate, $0.optimizer, $0.batch, $0.averaging) = (rate, optimizer, batch, averaging)
      }
      let ending = try loop.run()
      if case .diverged(let step, let layer) = ending {
        #expect(step > 0 && (loop.network.architecture.nodes.map(\.name) + ["loss"]).contains(layer))
      } else {
        #expect(ending == .completed)
        #expect(loop.bestEpoch > 0)
      }
      #expect(loop.network.parameters.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
      #expect(loop.history.allSatisfy { $0.validationLoss.isFinite })
      guard loop.bestEpoch > 0 else { continue }
      // What is kept can be exported and read again, or the error names the place.
      do {
        let model = try TrainedEvaluation(loop).model(loop, tool: "test")
        let folder = try TemporaryFolder()
        try model.write(to: folder.path("m"))
        #expect(try FloatModel.load(folder.path("m")).golden[0].logits.allSatisfy(\.isFinite))
      } catch let error as TrainingError {
        switch error {
        case .notFinite(_, let place), .weights(let place, _): #expect(!place.isEmpty)
        default: Issue.record("\(error)")
        }
      }
    }
  }

  @Test func lostWeightsAreNamedBeforeTheyAreKept() throws {
    let loop = try TrainingLoopTests.loop { $0.batch = 80 }
    var batches = 0
    let ending = try loop.run(observe: {
      guard case .batch = $0 else { return }
      batches += 1
      guard batches == 2 else { return }
      // A bias far below zero hides nothing; one that is not a number can hide behind ReLU.
      let bias = loop.network.parameters.first { $0.name == "conv2.bias" }!
      var tensor = bias.tensor
      tensor.elements[0] = .nan
      bias.load(tensor)
    })
    #expect(ending == .diverged(step: 2, layer: "conv2"))
    #expect(loop.bestEpoch == 1 && loop.history.count == 1)
    #expect(loop.network.parameters.allSatisfy { $0.tensor.elements.allSatisfy(\.isFinite) })
  }

  @Test func picturesWithoutANumberAreNamed() throws {
    let loop = try TrainingLoopTests.loop()
    let bias = try #require(loop.network.parameters.last { $0.name.hasSuffix(".bias") })
    var tensor = bias.tensor
    tensor.elements[0] = .infinity
    bias.load(tensor)
    let error = caught(TrainingError.self) { try loop.evaluate(loop.dataset.test) }
    guard case .notFinite(let picture, let layer)? = error else {
      Issue.record("no error, or another one: \(error.map { "\($0)" } ?? "none")")
      return
    }
    #expect(picture == loop.dataset.test[0].name && bias.name == layer + ".bias")
  }
}
