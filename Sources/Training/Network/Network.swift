import CFloatKernels
import FloatRuntime
import Numerics
import Threads

/// An architecture with weights and buffers for batches of images: forward, backward, and the gradients by weights.
///
/// Neighbouring layers that treat images alone run image by image, so that an image's values stay in the cache; a layer
/// that needs the whole batch ends such a stage. Results do not depend on the number of threads.
public final class Network {
  /// What was built.
  public let architecture: Architecture
  /// The most images of one batch.
  public let capacity: Int
  /// All weights, in the order of the nodes.
  public let parameters: [Parameter]
  /// Logits of one image.
  public let logitCount: Int

  let pool: ThreadPool
  package let kernels: FloatKernels
  let shapes: [Shape]
  let steps: [Step]
  let stages: [Range<Int>]
  /// By the number of a value: the step that surveys it, and the last one that reads it.
  let surveyors: [Int?]
  let lastReaders: [Int?]
  let values: [FloatBuffer?]
  let gradients: [GradientStore?]
  private let bytesPerImage: Int
  let input: ImageInput
  let workers: Workers

  /// A layer that runs: one node, or several that are fused.
  struct Step {
    enum Body {
      case image(any ImageLayer)
      case survey(any SurveyLayer)
      case batch(any BatchLayer)
    }

    let body: Body
    let inputs: [Int]
    let output: Int
    let name: String

    init(_ layer: any Layer, inputs: [Int], output: Int, name: String) {
      switch layer {
      case let layer as any BatchLayer: body = .batch(layer)
      case let layer as any SurveyLayer: body = .survey(layer)
      case let layer as any ImageLayer: body = .image(layer)
      default: preconditionFailure("'\(name)' works on neither images nor batches")
      }
      self.inputs = inputs
      self.output = output
      self.name = name
    }

    var layer: any Layer {
      switch body {
      case .image(let layer): layer
      case .survey(let layer): layer
      case .batch(let layer): layer
      }
    }

    var survey: (any SurveyLayer)? { if case .survey(let layer) = body { layer } else { nil } }
    var isBatch: Bool { if case .batch = body { true } else { false } }
  }

  /// Builds the layers and allocates every buffer.
  ///
  /// - Parameters:
  ///   - architecture: what to build.
  ///   - capacity: the most images of one batch.
  ///   - threads: threads to compute with.
  ///   - kernels: the instruction set; the results are the same for all.
  ///   - fusing: whether convolution, ReLU and max pooling run as one where they can.
  ///   - inputGradient: whether the gradient by the images is computed too.
  /// - Throws: `TrainingError.network` naming the node that makes no sense.
  public init(
    _ architecture: Architecture, capacity: Int, threads: Int = 1, kernels: FloatKernels = .fastest,
    fusing: Bool = true, inputGradient: Bool = false
  ) throws(TrainingError) {
    self.architecture = architecture
    self.capacity = capacity
    self.kernels = kernels
    let shapes = try architecture.shapes()
    self.shapes = shapes
    bytesPerImage = shapes[0].count
    logitCount = shapes[architecture.last].count
    pool = ThreadPool(threads: threads)
    var builder = StepBuilder(
      architecture: architecture, shapes: shapes, capacity: capacity, workers: threads, fusing: fusing,
      inputGradient: inputGradient)
    let steps = try builder.build()
    self.steps = steps
    parameters = steps.flatMap(\.layer.parameters)
    let stages = Self.stages(of: steps)
    self.stages = stages
    surveyors = shapes.indices.map { value in steps.firstIndex { $0.survey != nil && $0.inputs[0] == value } }
    lastReaders = shapes.indices.map { value in steps.lastIndex { $0.inputs.contains(value) } }
    let made = Set(steps.map(\.output))
    workers = Workers(threads)
    let readAlone = steps.indices.allSatisfy {
      !steps[$0].inputs.contains(0) || (stages[0].contains($0) && !steps[$0].isBatch)
    }
    input = ImageInput(count: shapes[0].count, capacity: capacity, workers: readAlone ? threads : 0)
    values = shapes.indices.map { made.contains($0) ? FloatBuffer(capacity * shapes[$0].count) : nil }
    gradients = Self.gradientStores(
      steps, stages, shapes: shapes, capacity: capacity, workers: threads, last: architecture.last,
      inputGradient: inputGradient)
  }

  /// Takes over the weights, the moments and all else that another network has learned: one of the same layers, for an
  /// input of any size.
  package func takeState(of other: Network) {
    for (own, its) in zip(parameters, other.parameters) {
      precondition(own.name == its.name && own.shape == its.shape, "\(own.name) is not \(its.name)")
      for (to, from) in [(own.values, its.values), (own.first, its.first), (own.second, its.second)] {
        to.start.update(from: from.start, count: to.count)
      }
    }
  }

  /// The logits of one image of the batch that `forward` saw last.
  public func logits(_ image: Int) -> UnsafeBufferPointer<Float> {
    UnsafeBufferPointer(start: values[architecture.last]!.start + image * logitCount, count: logitCount)
  }

  /// Sets one image of the next batch from floats; `forward` is then called without pixels.
  public func setInput(image: Int, _ elements: [Float]) {
    input.set(image: image, elements)
  }

  /// The gradient by one image, where `inputGradient` was asked for.
  public func inputGradient(image: Int) -> [Float] {
    Array(UnsafeBufferPointer(start: gradients[0]!.start(image: image, worker: 0), count: bytesPerImage))
  }

  /// The first node whose result for the latest batch holds a value that is not finite.
  package func firstNodeThatDiverged(images: Int) -> String? {
    for step in steps {
      let elements = UnsafeBufferPointer(start: values[step.output]!.start, count: images * shapes[step.output].count)
      if elements.contains(where: { !$0.isFinite }) { return step.name }
    }
    return nil
  }

  /// The first node that has a weight which is not finite.
  package func firstNodeWithLostWeights() -> String? {
    for step in steps {
      for parameter in step.layer.parameters where parameter.values.values.contains(where: { !$0.isFinite }) {
        return step.name
      }
    }
    return nil
  }

  /// The layer of the first step that is of this type, for state that is neither weight nor value.
  func layers<L: Layer>(_ type: L.Type) -> [L] { steps.compactMap { $0.layer as? L } }
}
