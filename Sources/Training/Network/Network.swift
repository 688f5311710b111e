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
  private let steps: [Step]
  private let stages: [Range<Int>]
  /// The steps, by the number of a value, that survey it.
  private let surveyors: [Int: Int]
  private let values: [FloatBuffer?]
  private let gradients: [GradientStore?]
  private let bytesPerImage: Int
  private let input: ImageInput
  private let workers: Workers

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
    surveyors = Dictionary(
      uniqueKeysWithValues: steps.indices.filter { steps[$0].survey != nil }.map { (steps[$0].inputs[0], $0) })
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

  /// Computes the logits of a batch.
  ///
  /// - Parameters:
  ///   - pixels: `[images][height][width][channels]`; nil where `setInput` gave the images as floats.
  ///   - images: at most `capacity`.
  ///   - training: whether dropout drops and batch normalization uses the batch's statistics.
  ///   - seed: of this step's random numbers.
  public func forward(pixels: UnsafePointer<UInt8>?, images: Int, training: Bool = false, seed: UInt64 = 0) {
    precondition(images > 0 && images <= capacity, "\(images) images for buffers of \(capacity)")
    let pass = Pass(images: images, training: training, seed: seed, pool: pool, kernels: kernels)
    pool.run(steps.count) { steps[$0].layer.prepare(pass) }
    input.begin(pixels: pixels, images: images, kernels)
    for stage in stages {
      if case .batch(let layer) = steps[stage.lowerBound].body {
        let step = steps[stage.lowerBound]
        layer.forward(pass, operands(step, image: 0, input: step.inputs.contains(0) ? input.batch : nil))
        if training { pool.run(images) { survey(pass, step, image: $0) } }
        continue
      }
      steps[stage.lowerBound].survey?.conclude(pass)
      let reads = stage.contains { steps[$0].inputs.contains(0) }
      pool.run(Slots.used(by: images)) { slot in
        workers.borrow { worker in
          var pass = pass
          pass.worker = worker
          for image in Slots.images(slot, of: images) {
            let floats = reads ? input.image(image, worker: worker, pixels: pixels, kernels) : nil
            for step in steps[stage] { forward(pass, step, image: image, slot: slot, input: floats) }
          }
        }
      }
    }
  }

  private func forward(_ pass: Pass, _ step: Step, image: Int, slot: Int, input: UnsafePointer<Float>?) {
    let operands = operands(step, image: image, input: input)
    switch step.body {
    case .image(let layer): layer.forward(pass, image: image, slot: slot, operands)
    case .survey(let layer): layer.forward(pass, image: image, operands)
    case .batch: return
    }
    if pass.training { survey(pass, step, image: image) }
  }

  /// Lets who surveys a step's results look at one.
  private func survey(_ pass: Pass, _ step: Step, image: Int) {
    guard let surveyor = surveyors[step.output] else { return }
    let result = values[step.output]!.start + image * shapes[step.output].count
    steps[surveyor].survey!.survey(pass, image: image, UnsafePointer(result))
  }

  /// Computes the gradient by a step's result where that is surveyed: the batch's part in it is known since the
  /// surveyor's stage has ended.
  private func backwardOfSurvey(_ pass: Pass, of step: Step, image: Int) {
    guard let surveyor = surveyors[step.output] else { return }
    steps[surveyor].survey!.backward(
      pass, image: image, operands(steps[surveyor], image: image, input: nil),
      targets(surveyor, image: image, worker: pass.worker))
  }

  private func backward(_ pass: Pass, _ index: Int, image: Int, slot: Int, input: UnsafePointer<Float>?) {
    let step = steps[index]
    backwardOfSurvey(pass, of: step, image: image)
    let operands = operands(step, image: image, input: input)
    let targets = targets(index, image: image, worker: pass.worker)
    switch step.body {
    case .image(let layer): layer.backward(pass, image: image, slot: slot, operands, targets)
    case .survey(let layer): return layer.surveyBackward(pass, image: image, operands, gradient: targets.output)
    case .batch: return
    }
    addIncoming(index, image: image, images: 1, worker: pass.worker)
  }

  /// Computes the loss of the batch that `forward` saw last, and every gradient.
  ///
  /// - Parameter truths: what is known of each image's class.
  /// - Returns: the mean loss.
  public func backward(truths: [Truth], loss: Loss, seed: UInt64 = 0) -> Double {
    let scale = 1 / Double(truths.count)
    let sum = backward(images: truths.count, seed: seed) { image, logits, gradient in
      loss.evaluate(logits, truths[image], scale: scale, gradient: gradient)
    }
    return sum / Double(truths.count)
  }

  /// The same for images of one class each.
  public func backward(labels: [Int], loss: Loss, seed: UInt64 = 0) -> Double {
    backward(truths: labels.map { Truth(label: $0) }, loss: loss, seed: seed)
  }

  /// As `backward(labels:loss:)`, the loss being the squared distance to given logits, its mean over all of them.
  ///
  /// - Parameter targets: the logits that are wanted, by image.
  public func backward(targets: [[Float]], seed: UInt64 = 0) -> Double {
    let count = Double(targets.count * logitCount)
    let sum = backward(images: targets.count, seed: seed) { image, logits, gradient in
      var squares = 0.0
      for (at, (logit, target)) in zip(logits, targets[image]).enumerated() {
        let difference = Double(logit) - Double(target)
        squares += difference * difference
        gradient[at] = Float(2 * difference / count)
      }
      return squares
    }
    return sum / count
  }

  /// Computes every gradient for the batch that `forward` saw last, from a loss of the caller's.
  ///
  /// - Parameters:
  ///   - images: the batch's.
  ///   - loss: given an image's number, its logits, and where the loss's gradient by them is to be written, returns the
  ///     image's loss.
  /// - Returns: the sum of the losses.
  package func backward(
    images: Int, seed: UInt64 = 0,
    loss: (Int, UnsafeBufferPointer<Float>, UnsafeMutablePointer<Float>) -> Double
  ) -> Double {
    let pass = Pass(images: images, training: true, seed: seed, pool: pool, kernels: kernels)
    var sum = 0.0
    let last = gradients[architecture.last]!.buffers[0].start
    for image in 0..<images { sum += loss(image, logits(image), last + image * logitCount) }
    let first = firstLearningStep
    for stage in stages.reversed() where stage.upperBound > first {
      if case .batch(let layer) = steps[stage.lowerBound].body {
        let index = stage.lowerBound
        pool.run(images) { backwardOfSurvey(pass, of: steps[index], image: $0) }
        layer.backward(
          pass, operands(steps[index], image: 0, input: steps[index].inputs.contains(0) ? input.batch : nil),
          targets(index, image: 0, worker: 0))
        addIncoming(index, image: 0, images: images, worker: 0)
        continue
      }
      let reads = stage.contains { steps[$0].inputs.contains(0) }
      pool.run(Slots.used(by: images)) { slot in
        workers.borrow { worker in
          var pass = pass
          pass.worker = worker
          for image in Slots.images(slot, of: images) {
            let floats = reads ? input.image(image, worker: worker, kernels) : nil
            for index in stage.reversed() where index >= first {
              backward(pass, index, image: image, slot: slot, input: floats)
            }
          }
        }
      }
      if stage.lowerBound >= first { steps[stage.lowerBound].survey?.concludeBackward(pass) }
    }
    for step in steps[first...] {
      let gradient = step.layer.keepsGradient ? gradients[step.output].map { $0.buffers[0].start } : nil
      step.layer.finish(pass, gradient: gradient.map { UnsafePointer($0) })
    }
    return sum
  }

  /// The first step whose weights change: before it nobody asks for a gradient, unless for that by the images.
  private var firstLearningStep: Int {
    gradients[0] != nil ? 0 : steps.firstIndex { $0.layer.parameters.contains { $0.isTrained } } ?? steps.count - 1
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

  private func operands(_ step: Step, image: Int, input: UnsafePointer<Float>?) -> Operands {
    Operands(
      inputs: step.inputs.map { $0 == 0 ? input! : UnsafePointer(values[$0]!.start + image * shapes[$0].count) },
      output: values[step.output]!.start + image * shapes[step.output].count)
  }

  /// Whether step `index` is the last in the list to read this value, the first in the backward pass: it writes the
  /// gradient, the others add theirs.
  private func writesFirst(_ index: Int, value: Int) -> Bool {
    steps.lastIndex { $0.inputs.contains(value) } == index
  }

  private func targets(_ index: Int, image: Int, worker: Int) -> Gradients {
    let step = steps[index]
    return Gradients(
      output: UnsafePointer(gradients[step.output]!.start(image: image, worker: worker)),
      inputs: step.inputs.map { value in
        guard let store = gradients[value] else { return nil }
        return writesFirst(index, value: value)
          ? store.start(image: image, worker: worker) : store.incoming(image: image, worker: worker)
      })
  }

  private func addIncoming(_ index: Int, image: Int, images: Int, worker: Int) {
    for value in steps[index].inputs {
      guard let store = gradients[value], !writesFirst(index, value: value) else { continue }
      kernels.table.pointee.add(
        store.start(image: image, worker: worker), store.incoming(image: image, worker: worker), images * store.count)
    }
  }
}
