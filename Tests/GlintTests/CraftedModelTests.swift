import Files
import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Files with right checksums and anything else wrong: an error or an answer each time, within bounded time and memory.
@Suite struct CraftedModelTests {
  /// How many of each kind; `GLINT_ATTACKS=100000` before a release.
  private static let count = ProcessInfo.processInfo.environment["GLINT_ATTACKS"].flatMap { Int($0) } ?? 300

  private func use(_ path: String) -> Bool {
    let outcome = CraftedModel.use(path)
    if case .refused(let error) = outcome { #expect(error.path == path && !error.reason.isEmpty) }
    if case .refused = outcome { return false }
    return true
  }

  @Test func changedHeaders() throws {
    let folder = try TemporaryFolder()
    let graph = Graph.everyOperator
    var float = try FloatModel.random(graph, seed: 1)
    float.golden = [GoldenSample(pixels: TestPattern.pixels(graph.input), logits: [1, 2])]
    float.description.decision = Decision(thresholds: [0.5, nil], otherwise: "unsure")
    let detector = try QuantizedModel.randomDetector(seed: 1)
    let files = [
      float.writer().bytes(), try QuantizedModel.random(graph, seed: 2).writer().bytes(), detector.writer().bytes(),
    ]
    var random = CounterRandom(seed: 14)
    var read = 0
    for number in 0..<Self.count {
      let path = try folder.write(CraftedModel.changed(files[number % 3], by: &random), as: "m")
      if use(path) { read += 1 }
    }
    // Most changes are refused; those of a label or a margin are not.
    #expect(read > 0 && read < Self.count / 2, "\(read) of \(Self.count) were read")
  }

  @Test func arbitraryGraphs() throws {
    let folder = try TemporaryFolder()
    var random = CounterRandom(seed: 15)
    var read = 0
    for number in 0..<Self.count {
      let graph = Graph.arbitrary(&random)
      guard let cost = try? GraphCost(graph), (try? cost.check(CraftedModel.limits)) != nil else { continue }
      let path = folder.path("m")
      let labels = (0..<4).map { "label \($0)" }
      let outputs = (try? graph.shapes())?.last?.count ?? 1
      let kept = Array(labels.prefix(outputs == 1 && graph.outputs[0].function == .sigmoid ? 2 : outputs))
      if number % 2 == 0 {
        try FloatModel.random(graph, seed: UInt64(number), labels: kept).write(to: path)
      } else {
        try QuantizedModel.random(graph, seed: UInt64(number), labels: kept).write(to: path)
      }
      if use(path) { read += 1 }
    }
    #expect(read > Self.count / 20, "\(read) of \(Self.count) were read")
  }

  /// Weights at the ends of what float holds: logits, boxes and probabilities that are not finite.
  @Test func hugeWeights() throws {
    let folder = try TemporaryFolder()
    for detects in [false, true] {
      let shape = try QuantizedModel.randomDetector(seed: 1).description
      let graph = detects ? shape.graph : .happySad(input: [24, 24, 3])
      var model = try FloatModel.random(graph, seed: 1)
      if detects { model.description = shape }
      for index in model.parameters.indices where model.parameters[index] != nil {
        let count = model.parameters[index]!.weight.elements.count
        for place in 0..<count { model.parameters[index]!.weight.elements[place] = place % 3 == 0 ? -3e38 : 3e38 }
      }
      try model.write(to: folder.path("m"))
      #expect(use(folder.path("m")))
    }
  }
}
