import CFloatKernels
import FloatRuntime
import Numerics
import Threads

extension Network {
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
      forEachImage(pass, of: stage) { pass, image, slot, input in
        for index in stage.reversed() where index >= first {
          backward(pass, index, image: image, slot: slot, input: input)
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

  /// The first step whose weights change: before it nobody asks for a gradient, unless for that by the images.
  private var firstLearningStep: Int {
    gradients[0] != nil ? 0 : steps.firstIndex { $0.layer.parameters.contains { $0.isTrained } } ?? steps.count - 1
  }

  /// Whether step `index` is the last in the list to read this value, the first in the backward pass: it writes the
  /// gradient, the others add theirs.
  private func writesFirst(_ index: Int, value: Int) -> Bool {
    lastReaders[value] == index
  }

  private func targets(_ index: Int, image: Int, worker: Int) -> Gradients {
    let step = steps[index]
    return Gradients(
      output: UnsafePointer(gradients[step.output]!.start(image: image, worker: worker)),
      inputs: OfInputs(step.inputs) { value in
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
