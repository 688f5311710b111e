import Datasets
import FloatRuntime
import Imaging
import ModelFiles
import Numerics
import RenderedFaces
import Training

/// `glint bench --training`: how many pictures a second the reference network learns from batches in memory.
struct TrainingBench: Encodable {
  /// What the file of `--record` says that it is.
  static let kind = "glint-training-steps"
  /// Batches that take turns.
  static let batches = 4

  let network = "happy-sad"
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

  /// Trains for some steps on rendered faces.
  ///
  /// - Parameters:
  ///   - seed: of faces and first weights.
  ///   - record: a file for weights before the first step and their gradients, pictures and labels, so that others can
  ///     do the same steps.
  init(threads: Int, batch: Int, learningRate: Float, steps: Int, seed: UInt64, record: String?) throws {
    let size = 256
    let faces = PaintedData.paint(
      count: batch * Self.batches, size: size, seed: seed, variety: FacePainter.standardVariety, threads: threads,
      quiet: true)
    let pictures = faces.training + faces.validation + faces.test
    let pixels = pictures.flatMap { picture in
      if case .image(let image) = picture.source { image.pixels } else { [UInt8]() }
    }
    let trained = try Network(.happySad(input: [size, size, 3], logits: 1), capacity: batch, threads: threads)
    trained.initialize(seed: seed)

    let optimizer = Optimizer.adam(learningRate: learningRate)
    let loss = Loss(.binaryCrossEntropy)
    let clock = ContinuousClock()
    var (times, losses) = (Samples(), [Double]())
    try pixels.withUnsafeBufferPointer { buffer in
      for step in 0..<steps {
        let first = step % Self.batches * batch
        let start = clock.now
        trained.forward(pixels: buffer.baseAddress! + first * size * size * 3, images: batch, training: true)
        losses.append(trained.backward(labels: pictures[first..<first + batch].map(\.label), loss: loss))
        if step == 0, let record {
          try Self.write(record, trained, pixels, pictures.map(\.label), [batch, size, size, 3])
        }
        optimizer.apply(to: trained, step: step + 1, rate: optimizer.learningRate)
        // Memory comes into being in the first steps.
        if step >= min(3, steps - 1) { times.add((clock.now - start).seconds * 1e3) }
      }
    }
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
    _ path: String, _ network: Network, _ pixels: [UInt8], _ labels: [Int], _ batch: Shape
  ) throws {
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", kind)
    for parameter in network.parameters {
      writer.add(parameter.name, parameter.tensor)
      writer.add(parameter.name + ".gradient", parameter.gradientTensor)
    }
    writer.add("pixels", Tensor([batches, batch[0], batch[1], batch[2], batch[3]], pixels))
    writer.add("labels", Tensor([batches, batch[0]], labels.map { UInt8($0) }))
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
