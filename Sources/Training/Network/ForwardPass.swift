import FloatRuntime
import Numerics
import Threads

extension Network {
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
      forEachImage(pass, of: stage, pixels: pixels) { pass, image, slot, input in
        for step in steps[stage] { forward(pass, step, image: image, slot: slot, input: input) }
      }
    }
  }

  /// Runs `body` for every image, slots at the same time, with the pass of a worker, the slot, and the image as floats
  /// where a step of the stage reads it.
  func forEachImage(
    _ pass: Pass, of stage: Range<Int>, pixels: UnsafePointer<UInt8>? = nil,
    _ body: (Pass, Int, Int, UnsafePointer<Float>?) -> Void
  ) {
    let reads = stage.contains { steps[$0].inputs.contains(0) }
    pool.run(Slots.used(by: pass.images)) { slot in
      workers.borrow { worker in
        var own = pass
        own.worker = worker
        for image in Slots.images(slot, of: pass.images) {
          body(own, image, slot, reads ? input.image(image, worker: worker, pixels: pixels, kernels) : nil)
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

  func operands(_ step: Step, image: Int, input: UnsafePointer<Float>?) -> Operands {
    Operands(
      inputs: OfInputs(step.inputs) { $0 == 0 ? input! : UnsafePointer(values[$0]!.start + image * shapes[$0].count) },
      output: values[step.output]!.start + image * shapes[step.output].count)
  }
}
