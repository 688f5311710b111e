import Datasets
import FloatRuntime
import FoundationEssentials
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import Training

/// `glint bench --training`: how many pictures a second a network learns from batches in memory.
struct TrainingBench: Encodable {
  /// What the file of `--record` says that it is.
  static let kind = "glint-training-steps"
  /// Batches that take turns.
  static let batches = 4

  let network: String
  let kernels: String
  let threads: Int
  let batch: Int
  let steps: Int
  let imagesPerSecond: Double
  let bestImagesPerSecond: Double
  let medianMs: Double
  let minMs: Double
  /// Of each step, before its weights changed.
  let losses: [Double]

  /// Trains for some steps on rendered faces, happy and sad ones. Nothing is dropped: what dropout takes is the draw of
  /// each trainer, and losses could not be held against one another.
  ///
  /// - Parameters:
  ///   - network: what is trained, as `--network` names it, for pictures as it reads them where nothing else is said.
  ///   - seed: of faces and first weights.
  ///   - record: a file for the network, weights before the first step and their gradients, pictures and labels, so
  ///     that others can do the same steps.
  /// - Throws: `Failure`, `NetworkTextError` or `TrainingError` for no network, `FileError` where `record` cannot be
  ///   written.
  init(
    network name: String, threads: Int, batch: Int, learningRate: Float, steps: Int, seed: UInt64, record: String?
  ) throws {
    let choice = try NetworkChoice(name)
    let rule = choice.preprocessing(size: nil, colour: nil, margin: nil)
    let input: Shape = [rule.height, rule.width, rule.colour.channels]
    let faces = PaintedData.paint(
      count: batch * Self.batches, size: rule.width, seed: seed, variety: FacePainter.standardVariety, threads: threads,
      quiet: true)
    let pictures = faces.training + faces.validation + faces.test
    let pixels = pictures.flatMap { picture in
      guard case .image(let image) = picture.source else { return [UInt8]() }
      return rule.colour == .grey ? image.grey.pixels : image.pixels
    }
    var architecture = try choice.architecture(input: input, logits: 1)
    for (index, node) in architecture.nodes.enumerated() {
      if case .dropout = node.kind { architecture.nodes[index].kind = .dropout(0) }
    }
    let trained = try Network(architecture, capacity: batch, threads: threads)
    trained.initialize(seed: seed)

    let optimizer = Optimizer.adam(learningRate: learningRate)
    let loss = Loss(.binaryCrossEntropy)
    let clock = ContinuousClock()
    var (times, losses) = (Samples(), [Double]())
    try pixels.withUnsafeBufferPointer { buffer in
      for step in 0..<steps {
        let first = step % Self.batches * batch
        let start = clock.now
        trained.forward(pixels: buffer.baseAddress! + first * input.count, images: batch, training: true)
        losses.append(trained.backward(labels: pictures[first..<first + batch].map(\.label), loss: loss))
        if step == 0, let record {
          try Self.write(record, trained, pixels, pictures.map(\.label), batch: batch)
        }
        optimizer.apply(to: trained, step: step + 1, rate: optimizer.learningRate)
        // Memory comes into being in the first steps.
        if step >= min(3, steps - 1) { times.add((clock.now - start).seconds * 1e3) }
      }
    }
    network = name
    kernels = FloatKernels.fastest.name
    self.threads = threads
    self.batch = batch
    self.steps = steps
    medianMs = times.median
    minMs = times.least
    imagesPerSecond = Double(batch) / times.median * 1e3
    bestImagesPerSecond = Double(batch) / times.least * 1e3
    self.losses = losses
  }

  private static func write(
    _ path: String, _ network: Network, _ pixels: [UInt8], _ labels: [Int], batch: Int
  ) throws {
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", kind)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let nodes = network.architecture.nodes.map(RecordedNode.init)
    writer.add(metadata: "network", String(decoding: try encoder.encode(nodes), as: UTF8.self))
    for parameter in network.parameters {
      writer.add(parameter.name, parameter.tensor)
      guard parameter.isTrained else { continue }
      writer.add(parameter.name + ".gradient", parameter.gradientTensor)
    }
    let input = network.architecture.input
    writer.add("pixels", Tensor([batches, batch, input[0], input[1], input[2]], pixels))
    writer.add("labels", Tensor([batches, batch], labels.map { UInt8($0) }))
    try writer.write(to: path)
  }

  /// The lines for people.
  var lines: [String] {
    [
      """
      Training \(network), \(kernels), \(threads) thread\(threads == 1 ? "" : "s"), batches of \(batch) rendered \
      faces, \(steps) steps
      """,
      "",
      "median \(fixed(imagesPerSecond)) images/s (\(fixed(medianMs, 1)) ms a step), best \(fixed(bestImagesPerSecond)) "
        + "images/s (\(fixed(minMs, 1)) ms)",
      "loss \(fixed(losses.first ?? 0, 4)) at first, \(fixed(losses.last ?? 0, 4)) at last",
    ]
  }
}
