import Datasets
import Evaluation
import FloatRuntime
import Imaging
import Models
import Numerics
import TestSupport
import Testing
import Training

/// Training that goes on from a trained network.
@Suite struct StartingWeightsTests {
  private static let size = 24

  /// Three convolutions and a dense layer, as a model of these classes.
  private static func model(_ labels: [String], logits: Int? = nil) throws -> FloatModel {
    var graph = Graph.happySad(input: [size, size, 3])
    graph.nodes[graph.nodes.count - 1].operator = .dense(.init(outputs: logits ?? labels.count))
    graph.outputs = [.init(value: graph.nodes.count, function: logits == 1 ? .sigmoid : .softmax)]
    return try FloatModel.random(graph, seed: 5, labels: labels)
  }

  private static func loop(
    _ start: StartingWeights, labels: [String] = ["bright", "dark"], epochs: Int = 1
  ) throws -> TrainingLoop {
    var recipe = TrainingRecipe()
    recipe.epochs = epochs
    recipe.augmentation = .none
    var dataset = TrainingLoopTests.dataset(60)
    if labels != dataset.labels {
      dataset = Dataset(
        name: dataset.name, labels: labels, training: dataset.training, validation: dataset.validation,
        test: dataset.test, splitDescription: "by number")
    }
    return try TrainingLoop(
      start.architecture(logits: labels.count == 2 ? 1 : labels.count), dataset: dataset,
      preprocessing: .init(width: size, height: size), recipe: recipe, threads: 1, start: start)
  }

  /// The powers of a model's logits for a picture (1 for the class of which a single one does not speak), and what the
  /// loop's network says before it learned anything.
  private static func answers(_ model: FloatModel, _ loop: TrainingLoop) throws -> ([Double], [Double]) {
    let picture = loop.dataset.validation[0]
    let pixels = try loop.preprocessing.apply(to: picture.image()).pixels
    let powers = try FloatInterpreter(model).run(pixels: pixels).map { Elementary.exp(Double($0)) }
    return (powers.count == 1 ? [1] + powers : powers, try loop.evaluate([picture]).predictions[0].probabilities)
  }

  @Test func sameClassesGoOnWhereTheModelIs() throws {
    let model = try Self.model(["bright", "dark"], logits: 1)
    let (theirs, own) = try Self.answers(model, Self.loop(StartingWeights(model, hash: "hash")))
    #expect(abs(theirs[1] / (theirs[0] + theirs[1]) - own[1]) < 1e-5, "\(theirs) \(own)")
  }

  /// Of three classes two are left: what they have to each other stays.
  @Test func fewerClassesKeepTheirShares() throws {
    let model = try Self.model(["bright", "dark", "red"])
    let (theirs, own) = try Self.answers(model, Self.loop(StartingWeights(model, hash: "hash")))
    #expect(abs(theirs[1] / (theirs[0] + theirs[1]) - own[1]) < 1e-5, "\(theirs) \(own)")
  }

  /// A new class comes between known ones, whose shares of each other stay.
  @Test(arguments: [1, 2]) func moreClassesKeepTheirShares(logits: Int) throws {
    let model = try Self.model(["bright", "dark"], logits: logits)
    let loop = try Self.loop(StartingWeights(model, hash: "hash"), labels: ["bright", "amber", "dark"])
    let (theirs, own) = try Self.answers(model, loop)
    #expect(abs(theirs[1] / (theirs[0] + theirs[1]) - own[2] / (own[0] + own[2])) < 1e-5, "\(theirs) \(own)")
  }

  @Test func frozenLayersStayAndOthersLearn() throws {
    let model = try Self.model(["bright", "dark"], logits: 1)
    let start = try StartingWeights(model, hash: "hash", frozen: ["conv1", "conv2", "dense1"])
    let loop = try Self.loop(start)
    _ = try loop.run()
    let after = try loop.network.exported(function: .sigmoid).1
    let names = model.description.graph.nodes.map(\.name)
    for (name, (old, new)) in zip(names, zip(model.parameters, after)) where old != nil {
      #expect((old == new) == start.frozen.contains(name), "\(name)")
    }
    #expect(loop.recipe.summary.hasSuffix("from the weights hash, of which conv1, conv2, dense1 stay"))
  }

  /// Layers before the first that learns are not run backwards, which changes nothing in those that do.
  @Test func whatIsLeftOutChangesNothing() throws {
    let model = try Self.model(["bright", "dark"], logits: 1)
    let all = try StartingWeights.allButTheLast(model, hash: "hash")
    #expect(all.frozen == ["conv1", "conv2", "conv3", "dense1"])
    func gradient(frozen: [String]) throws -> Tensor<Float> {
      let loop = try Self.loop(StartingWeights(model, hash: "hash", frozen: frozen))
      for (image, value) in [Float(0.2), 0.9, 0.5].enumerated() {
        loop.network.setInput(image: image, [Float](repeating: value, count: Self.size * Self.size * 3))
      }
      loop.network.forward(pixels: nil, images: 3, training: true)
      _ = loop.network.backward(labels: [0, 1, 1], loss: Loss(.binaryCrossEntropy))
      return loop.network.parameters.first { $0.name == "dense2.weight" }!.gradientTensor
    }
    #expect(try gradient(frozen: all.frozen) == gradient(frozen: []))
  }

  @Test func whatCannotBeGoneOnFromIsRefused() throws {
    let model = try Self.model(["bright", "dark"], logits: 1)
    #expect {
      try StartingWeights(model, hash: "hash", frozen: ["conv1", "conv9"])
    } throws: {
      "\($0)".contains("conv9") && "\($0)".contains("there are conv1, conv2, conv3, dense1, dense2")
    }
    let open = Graph(
      input: [8, 8, 1], nodes: [.init("c", .conv2D(.init(outputChannels: 2, window: .init(1, 1))), inputs: [0])],
      outputs: [.init(value: 1, function: .identity)])
    #expect {
      try StartingWeights(FloatModel.random(open, seed: 1, labels: []), hash: "hash")
    } throws: {
      "\($0)".contains("end in one dense layer")
    }
  }
}
