import Datasets
import Evaluation
import Imaging
import Importing
import Inference
import ModelFiles
import Models
import Numerics
import ONNXFiles
import TestSupport
import Testing

/// Finding out how pixels become a foreign network's input.
@Suite struct ConventionTrialTests {
  /// One colour and noise each.
  private static let images = (0..<600).map { number in
    var random = CounterRandom(seed: 5, stream: UInt64(number))
    let colour = (0..<3).map { _ in random.below(216) }
    return Image(
      width: 6, height: 6, channels: 3, pixels: (0..<108).map { UInt8(colour[$0 % 3] + random.below(40)) })
  }

  /// A small network with random weights, `shift` added to its second logit.
  private func network(shift: Float) throws -> ONNXModel {
    var random = CounterRandom(seed: 8), file = ONNXWriter()
    func numbers(_ count: Int, _ largest: Float) -> [Float] {
      (0..<count).map { _ in (2 * Float(random.below(1000)) / 999 - 1) * largest }
    }
    file.input("x", [1, 3, 6, 6])
    file.weights("w", [8, 3, 1, 1], numbers(24, 1))
    file.weights("b", [8], numbers(8, 0.5))
    file.weights("m", [2, 8], numbers(16, 1))
    file.weights("s", [2], [0, shift])
    file.node("Conv", ["x", "w", "b"], ["c"])
    file.node("Relu", ["c"], ["r"])
    file.node("GlobalAveragePool", ["r"], ["p"])
    file.node("Flatten", ["p"], ["f"])
    file.node("Gemm", ["f", "m", "s"], ["y"], [("transB", .int(1))])
    file.output("y")
    let folder = try TemporaryFolder()
    return try ONNXModel(path: try folder.write(file.bytes, as: "net.onnx"))
  }

  private static let ways = ImportOptions.Range.allCases.flatMap { range in
    [ImportOptions.Colour.rgb, .bgr].map { colour in
      var options = ImportOptions()
      (options.range, options.colour, options.labels) = (range, colour, ["no", "yes"])
      return options
    }
  }

  private func runner(_ file: ONNXModel, _ options: ImportOptions) throws -> ModelRunner {
    try ModelRunner(.float(try ImportedModel(file, options: options).model), threads: 1)
  }

  private func trial(_ truth: [Int], _ file: ONNXModel) throws -> ConventionTrial {
    let pictures = zip(Self.images, truth).enumerated().map { number, pair in
      Dataset.Picture(name: "\(number)", label: pair.1, source: .image(pair.0))
    }
    return try ConventionTrial(try Self.ways.map { try runner(file, $0) }, pictures: pictures)
  }

  /// Whichever way the labels were made with is the only one that fits.
  @Test(arguments: 0..<8) func theRightWayIsFound(_ way: Int) throws {
    let plain = try runner(try network(shift: 0), Self.ways[way])
    let differences = Self.images.map { image in
      let logits = plain.logits(image.pixels)
      return logits[0] - logits[1]
    }
    let median = differences.sorted()[differences.count / 2]
    let trial = try trial(differences.map { $0 < median ? 1 : 0 }, try network(shift: median))
    #expect(trial.fitting.map(\.candidate) == [way])
    #expect(trial.rows[0].right >= 598 && !trial.chance.mayBeChance)
    #expect(trial.account.used == Self.images.count)
  }

  /// Labels that have nothing to do with the pictures fit no way better than chance.
  @Test func noWayFitsForeignLabels() throws {
    var random = CounterRandom(seed: 3)
    let trial = try trial(Self.images.map { _ in random.below(2) }, try network(shift: 0))
    #expect(trial.chance.mayBeChance)
  }
}
