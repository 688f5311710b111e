import Datasets
import Evaluation
import FoundationEssentials
import Inference
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Testing
import Training

@Suite struct MethodSearchTests {
  private func result(_ nasty: NastyNetwork, threads: Int) throws -> MethodSearch.Result {
    let evaluator = try MethodEvaluator(nasty.model, images: nasty.validation, isLabelled: true, threads: threads)
    var search = MethodSearch(
      nasty.model, try nasty.record(threads: threads), calibration: nasty.calibration, evaluator: evaluator,
      budget: 0.3,
      threads: threads)
    return try search.run()
  }

  @Test func logitsThatAreNoNumbersAreNamed() throws {
    let model = try FloatModel.ofThreePixels([3e38, 3e38, 0])
    let images = [("dark", UInt8(0)), ("bright", 255)].map {
      LabelledImage(name: $0, label: 0, pixels: [UInt8](repeating: $1, count: 3))
    }
    #expect(throws: NotFiniteError(picture: "bright", node: "logit")) {
      try MethodEvaluator(model, images: images, isLabelled: true, threads: 1)
    }
  }

  /// Plain ranges lose 45 points and more, whatever the seed; equalization brings the logits so near that no picture of
  /// the test part changes sides, and no luck of more expensive methods is needed for it (0 of 400 for thirteen of
  /// thirteen seeds).
  @Test(arguments: [2_019, 2, 5, 8] as [UInt64])
  func aNastyNetworkKeepsItsAccuracy(seed: UInt64) throws {
    let nasty = try NastyNetwork(seed: seed)
    let outside = try MethodEvaluator(nasty.model, images: nasty.test, isLabelled: true, threads: 2)
    #expect(outside.floatAccuracy == 1)
    let plain = try outside.evaluate(Quantizer(method: .minMax).quantize(nasty.model, try nasty.record()))
    #expect(plain.loss.points > 20, "min-max loses \(plain.loss.points)")
    let result = try result(nasty, threads: 2)
    let method = result.trials[result.winner].method
    let chosen = try outside.evaluate(result.model)
    #expect(chosen.loss.points <= 0.3, "\(method) loses \(chosen.loss.points)")
    #expect(result.trials[0].method.description == "min-max")
    #expect(method.equalizes)
    #expect(result.model.description.card["quantization trials"]?.contains("min-max") == true)
    for range in [RangeMethod.minMax, .squaredError] {
      let cheap = QuantizationMethod(range: range, equalizes: true)
      let outcome = try outside.evaluate(Quantizer(cheap).quantize(nasty.model, try nasty.record()))
      #expect(outcome.flipped.isEmpty, "\(cheap) turns \(outcome.flipped.count)")
    }
  }

  /// Where the cheapest method keeps the budget beyond doubt, correcting biases is tried all the same, and chosen where
  /// it brings the logits nearer; more expensive methods are not tried.
  @Test func biasesAreCorrectedThoughTheBudgetIsKept() throws {
    let nasty = try NastyNetwork()
    let evaluator = try MethodEvaluator(nasty.model, images: nasty.validation, isLabelled: true, threads: 2)
    var search = MethodSearch(
      nasty.model, try nasty.record(), calibration: nasty.calibration, evaluator: evaluator, budget: 60, threads: 2)
    let result = try search.run()
    let tried = result.trials.map(\.method)
    #expect(tried.contains { $0.equalizes } && tried.contains { $0.correctsBias })
    #expect(!tried.contains { $0.learnsRounding || $0.fineTunes })
    let errors = result.trials.map(\.outcome.squaredError)
    #expect(errors[result.winner] == errors.min())
    let corrected = try #require(tried.firstIndex { $0.correctsBias })
    let plainly = try #require(tried.firstIndex(of: tried[corrected].with { $0.correctsBias = false }))
    #expect(tried[result.winner].correctsBias == (errors[corrected] < errors[plainly]))
    // Without learning, nothing that needs the images is tried.
    var plain = MethodSearch(
      nasty.model, try nasty.record(), calibration: [], evaluator: evaluator, budget: 60, threads: 2)
    #expect(try plain.run(learning: false).trials.allSatisfy { !$0.method.needsImages })
  }

  /// Where evaluation images are few, calibration images evaluate ranges as well, each image alike; what learned from
  /// them has only its gain on the others.
  @Test func fewImagesAreHelpedByThoseThatCalibrate() throws {
    let nasty = try NastyNetwork(seed: 3)
    let few = try MethodEvaluator(nasty.model, images: Array(nasty.validation[..<20]), isLabelled: true, threads: 2)
    var search = MethodSearch(
      nasty.model, try nasty.record(), calibration: nasty.calibration, evaluator: few, budget: 60, threads: 2)
    let result = try search.run()
    var images = few.images
    for pixels in nasty.calibration { images.append(LabelledImage(name: "", label: 0, pixels: pixels)) }
    let all = try MethodEvaluator(nasty.model, images: images, isLabelled: false, threads: 2)
    for trial in result.trials where !trial.method.needsImages {
      let together = try all.evaluate(Quantizer(trial.method).quantize(nasty.model, try nasty.record())).squaredError
      #expect(abs(trial.error - together) < 1e-6 * together, "\(trial.method)")
    }
    let learned = try #require(result.trials.first { $0.method.correctsBias })
    let plain = try #require(result.trials.first { $0.method == learned.method.with { $0.correctsBias = false } })
    let gain = learned.outcome.squaredError / plain.outcome.squaredError
    #expect(abs(learned.error - gain * plain.error) < 1e-9)
    #expect(result.trials[result.winner].error == result.trials.map(\.error).min())
  }

  @Test func theSameFileFromTheRecordAloneAndWithAnyThreads() throws {
    let nasty = try NastyNetwork()
    let result = try result(nasty, threads: 1)
    let bytes = result.model.writer().bytes()
    #expect(try self.result(nasty, threads: 2).model.writer().bytes() == bytes)
    let folder = try TemporaryFolder()
    try result.record.write(to: folder.path("record.json"))
    let kept = try CalibrationRecord.load(folder.path("record.json"), for: nasty.model)
    #expect(kept == result.record)
    let method = try #require(kept.choice.flatMap { QuantizationMethod(name: $0.method) })
    #expect(try Quantizer(method).quantize(nasty.model, kept).writer().bytes() == bytes)
    #expect(throws: QuantizationError.self) {
      try Quantizer(method.needsImages ? .init(correctsBias: true) : method.learning).quantize(nasty.model, kept)
    }
  }

  @Test func aForcedMethodIsEvaluatedAlone() throws {
    let nasty = try NastyNetwork()
    let evaluator = try MethodEvaluator(nasty.model, images: nasty.validation, isLabelled: false, threads: 2)
    #expect(evaluator.floatAccuracy == nil)
    var search = MethodSearch(
      nasty.model, try nasty.record(), calibration: nasty.calibration, evaluator: evaluator, budget: 0.5, threads: 2)
    let method = try #require(QuantizationMethod(name: "mse+weights-mse+equalize+round+bias"))
    let result = try search.run(only: method)
    #expect(result.trials.count == 1)
    // Without labels what differs from float counts as lost.
    let outcome = result.trials[0].outcome
    #expect(outcome.loss.lost == outcome.flipped.count && outcome.loss.won == 0)
    let kept = result.record
    #expect(try Quantizer(method).quantize(nasty.model, kept).writer().bytes() == result.model.writer().bytes())
  }

  /// 98 images, two lost and one won: half an image for each outcome, (1 ± 1.96 sqrt(4 - 1 / 100)) points of 100.
  @Test func pairedIntervalByHand() {
    let loss = PairedLoss(images: 98, lost: 2, won: 1)
    #expect(abs(loss.points - 100.0 / 98) < 1e-9)
    let half: Double = 1.959964 * 3.99.squareRoot()
    #expect(abs(loss.interval.upperBound - 1 - half) < 1e-6)
    #expect(abs(loss.interval.lowerBound - 1 + half) < 1e-6)
    let counted = PairedLoss(truth: [0, 0, 1, 1], float: [0, 0, 1, 0], int8: [1, 0, 1, 1])
    #expect(counted == PairedLoss(images: 4, lost: 1, won: 1))
    #expect(PairedLoss(truth: nil, float: [0, 1, 1], int8: [1, 1, 0]) == PairedLoss(images: 3, lost: 2, won: 0))
  }
}

extension QuantizationMethod {
  /// The same, with biases learned from images.
  fileprivate var learning: QuantizationMethod {
    .init(range: range, weights: weights, equalizes: equalizes, correctsBias: true)
  }
}

@Suite struct LearningTests {
  private func learn(_ weights: [Float], _ images: [[UInt8]], _ name: String) throws -> LearnedParameters.Node {
    try #require(try FloatModel.ofThreePixels(weights).learned(images, by: name).nodes["logit"])
  }

  /// Weights of 127, 0.4 and 0.4 steps; the last two pixels are always equal. Nearest rounds both away and is off by
  /// 0.8 of a step times the pixel; one of the two rounded up is off by 0.2.
  @Test func oneOfTwoEqualPixelsIsRoundedUp() throws {
    let learned = try learn([1.27, 0.004, 0.004], picturesWithEqualPixels(), "min-max+round")
    let bits = try #require(learned.roundedUp)[0]
    #expect(bits & 0b110 == 0b010 || bits & 0b110 == 0b100)
    // With pixels that do not move together, the nearest codes are best, and nothing is learned.
    var random = CounterRandom(seed: 4)
    let apart = (0..<64).map { _ in (0..<3).map { _ in UInt8(random.below(2) * 255) } }
    let free = try learn([1.27, 0.002, 0.002], apart, "min-max+round+bias")
    #expect(free.roundedUp.map { $0[0] & 0b110 == 0 } ?? true)
  }

  /// Weights of 127 and 0.4 steps, the second pixel always 200: its 0.4 steps are rounded away, and the bias gets them.
  @Test func theBiasTakesWhatRoundingLoses() throws {
    let images = (0..<32).map { [UInt8($0 * 8), 200, 0] }
    let learned = try learn([1.27, 0.004, 0], images, "min-max+bias")
    let shift = try #require(learned.biasShift)[0]
    #expect(abs(shift - 0.004 * 200 / 255) < 1e-6)
    #expect(learned.roundedUp == nil)
  }

  /// One image, black images, dead channels, outliers: every method gives a sound model.
  @Test(arguments: [
    "min-max", "moving-average+bias", "percentile", "entropy+equalize", "mse+weights-mse",
    "mse+weights-mse+equalize+round+bias", "min-max+round", "min-max+fine-tune", "mse+equalize+round+bias+fine-tune",
  ])
  func strangeInputs(name: String) throws {
    let graph = Graph.happySad(input: [24, 24, 3])
    var model = try FloatModel.random(graph, seed: 5)
    model.parameters[0]!.weight.elements.replaceSubrange(0..<54, with: [Float](repeating: 0, count: 54))
    model.parameters[2]!.weight.elements[7] = 1e6
    let method = try #require(QuantizationMethod(name: name))
    var random = CounterRandom(seed: 6)
    let noise = (0..<graph.input.count).map { _ in UInt8(random.below(256)) }
    let black = [UInt8](repeating: 0, count: graph.input.count)
    for images in [[noise], [black], [black, black, black, noise, black]] {
      let learned = method.needsImages ? try model.learned(images, by: name) : nil
      let int8 = try Quantizer(method).quantize(model, try model.record(images), learned: learned)
      let runner = try ModelRunner(.int8(int8), threads: 1)
      for pixels in [black, noise] {
        let logit = runner.logits(pixels)[0]
        #expect(logit.isFinite)
      }
    }
    model.parameters[2]!.weight.elements[0] = .nan
    let broken = try Calibrator(model, threads: 1)
    #expect(throws: QuantizationError.self) { try broken.observe(noise, hash: "") }
  }
}
