import Datasets
import Evaluation
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Testing

/// Probabilities and logits that are not numbers: a defined figure or an error that names the place, at once.
@Suite(.timeLimit(.minutes(1))) struct NotANumberTests {
  private func predictions(broken: Set<Int>, of count: Int = 40) -> [Metrics.Prediction] {
    (0..<count).map {
      let isBroken = broken.contains($0)
      return Metrics.Prediction(
        name: "", label: $0 % 2, probabilities: isBroken ? [.nan, .nan] : [0.4, 0.6],
        logits: [isBroken ? .infinity : Float($0 % 3) - 1])
    }
  }

  @Test(arguments: [[0], [39], [17, 18], Array(0..<40)])
  func figuresAreDefined(_ broken: [Int]) {
    let made = predictions(broken: Set(broken))
    #expect(RankStatistics.areaUnderROC(made.map { ($0.probabilities[1], $0.label == 1) }) == nil)
    let metrics = Metrics(made, classes: 2)
    #expect(metrics.auc == nil && metrics.calibrationError.isNaN && metrics.count == 40)
    var evaluation = ModelEvaluation(labels: ["a", "b"], truth: made.map(\.label))
    for prediction in made { evaluation.add(prediction.probabilities.map { Float($0) }) }
    #expect(evaluation.roc == nil && evaluation.metrics.auc == nil)
    #expect(evaluation.reliability.reduce(0) { $0 + $1.count } == 40 - broken.count)
    #expect(Temperature.fitted(to: made) == 1)
  }

  @Test func thresholdsAreFittedToWhatIsANumber() {
    let made = predictions(broken: [3, 4, 5])
    let decision = Decision.fitted(to: made, classes: 2, hiding: [], aim: .goals(DecisionGoals()), otherwise: "unsure")
    #expect(decision.thresholds.allSatisfy { ($0 ?? .nan).isFinite })
    // Of 40 pictures 20 reach the threshold; of the 37 that have a number, the 20 highest have 0.8.
    let before = (0..<40).map { [$0 < 20 ? Float(0.9) : 0.1, 0] }
    let after = (0..<40).map { [$0 < 20 ? Float(0.8) : $0 < 37 ? 0.3 : .nan, 0] }
    let rule = Decision(thresholds: [0.5, nil], otherwise: "unsure")
    #expect(rule.matched(before, after).thresholds == [0.8, nil])
  }

  /// Two layers of finite weights whose result for a bright picture is not finite.
  private func overflowing() -> FloatModel {
    let graph = Graph(
      input: [4, 4, 3],
      nodes: [
        .init("mean", .globalAveragePool, inputs: [0]), .init("huge", .dense(.init(outputs: 2)), inputs: [1]),
        .init("logits", .dense(.init(outputs: 2)), inputs: [2]),
      ], outputs: [.init(value: 3, function: .softmax)])
    return FloatModel(
      description: ModelDescription(
        graph: graph, preprocessing: Preprocessing(width: 4, height: 4), labels: ["a", "b"]),
      parameters: [
        nil, .init(weight: Tensor([2, 3], [Float](repeating: 3e38, count: 6)), bias: Tensor([2], [0, 0])),
        .init(weight: Tensor([2, 2], [1, 0, 0, 1]), bias: Tensor([2], [0, 0])),
      ])
  }

  @Test func comparisonAndCheckNameTheNode() throws {
    let model = LoadedModel.float(overflowing())
    func pixels(_ value: UInt8) -> [UInt8] { [UInt8](repeating: value, count: 48) }
    let images = [("dark", UInt8(1)), ("bright", 255)].map { LabelledImage(name: $0, label: 0, pixels: pixels($1)) }
    let expected = NotFiniteError(picture: "bright", node: "huge")
    #expect(throws: expected) { try Comparison(model, model, images: images, threads: 1) }
    let pictures = images.map {
      Dataset.Picture(
        name: $0.name, label: 0, source: .image(Image(width: 4, height: 4, channels: 3, pixels: $0.pixels)))
    }
    // Already a mistake may make a picture bright.
    #expect(throws: NotFiniteError(picture: "dark", node: "huge")) {
      try DeploymentCheck(ModelRunner(model, threads: 1), pictures: pictures)
    }
    #expect(expected.description.contains("node 'huge'") && expected.description.contains("picture bright"))
  }
}
