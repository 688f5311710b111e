import FloatRuntime
import FoundationEssentials
import Glibc
import Models
import Numerics
import Runtime
import Training

/// Short quantization-aware fine-tuning (Jacob et al. 2018, "Quantization and Training of Neural Networks for Efficient
/// Integer-Arithmetic-Only Inference", section 3): the float network, batch normalization already folded into it, runs
/// with the codes of its weights and with every value rounded as the engine rounds it, and the weights learn by
/// gradients that pass straight through the rounding (Bengio, Léonard, Courville 2013, "Estimating or Propagating
/// Gradients Through Stochastic Neurons for Conditional Computation").
///
/// What is learned is to say what the float network says: the loss is the mean squared distance of the logits (as in
/// Polino et al. 2018, "Model compression via distillation and quantization"), so that images need no labels. Scales
/// and ranges stay as the method chose them. Every fourth image teaches nothing; on those the integer engine itself
/// tells now and then how near the logits are, and the nearest weights are kept: those from before where none are
/// nearer.
///
/// A weight that should lie between two codes swings from one to the other and never settles (Nagel et al. 2022,
/// "Overcoming Oscillations in Quantization-Aware Training"). So the codes stand still for the last quarter of the
/// steps, and the biases alone learn what suits them.
struct FineTuning {
  /// Steps of the optimizer, images of each, and how often is looked.
  static let (steps, batch, interval) = (320, 16, 40)
  /// What all steps take, in runs of one picture through the float network: a picture of a batch, forward and backward,
  /// takes two of a picture alone.
  static let pictures = Double(2 * steps * batch)
  /// Steps in which codes learn.
  private static let codeSteps = 240
  /// The first learning rate, in int8 steps of a weight; it falls evenly to 0, for codes and then again for biases.
  private static let rate: Float = 0.01
  /// Units of a bias, in its int32 steps: about what one step of a weight adds where its input is largest, and twice
  /// that. It follows the channel, whose range may be far from its neighbours'.
  private static let biasUnit: Float = 512

  private let model: FloatModel
  private let start: QuantizedModel
  private let threads: Int
  private let kernels: KernelTable
  private let architecture: Architecture

  /// Whether a network can be trained at all here; why not, where it cannot.
  static func obstacle(_ graph: Graph) -> String? {
    guard graph.outputs.count == 1, graph.outputs[0].value == graph.nodes.count else {
      return "the network has several outputs, or one that is not its last value"
    }
    do { _ = try Architecture(graph) } catch { return "\(error)" }
    return nil
  }

  /// - Parameters:
  ///   - model: the float network, equalized where the method asks for it.
  ///   - start: the same in int8, with whatever was learned before.
  /// - Throws: `QuantizationError` for a network that is not trained here.
  init(_ model: FloatModel, start: QuantizedModel, threads: Int, kernels: KernelTable) throws {
    let graph = model.description.graph
    if let obstacle = Self.obstacle(graph) {
      throw QuantizationError("fine-tuning is not possible: \(obstacle)")
    }
    self.model = model
    self.start = start
    self.threads = threads
    self.kernels = kernels
    architecture = try Architecture(graph, quantization: start.quantization)
  }

  /// Learns from images, in their order; the same images teach the same, with any number of threads.
  ///
  /// - Parameters:
  ///   - images: pixels of the network's input.
  ///   - learned: what was learned before; it comes back where nothing nearer is found.
  func learn(
    _ images: [[UInt8]], after learned: LearnedParameters, progress: (_ done: Int) -> Void
  ) throws -> LearnedParameters {
    let teaching = images.indices.filter { $0 % 4 != 3 }
    let heldOut = images.indices.filter { $0 % 4 == 3 }
    guard !heldOut.isEmpty else { return learned }
    let float = try FloatInterpreter(model, threads: threads)
    let targets = images.map { float.run(pixels: $0) }
    let network = try Network(architecture, capacity: Self.batch, threads: threads)
    let weights = LatentWeights(network)
    try load(weights, learned)

    func distance(_ int8: QuantizedModel) throws -> Double {
      let interpreter = try Interpreter(int8, kernels: kernels, threads: threads)
      var sum = 0.0
      for image in heldOut {
        for (one, two) in zip(interpreter.invoke(images[image]), targets[image]) {
          sum += (Double(one) - Double(two)) * (Double(one) - Double(two))
        }
      }
      return sum / Double(heldOut.count * targets[0].count)
    }
    let before = try distance(start)
    var best = (distance: before, learned: learned, step: 0)
    // Gradients by latent weights are tiny: the standard epsilon of 1e-8 would outweigh them.
    let optimizer = Optimizer.adam(learningRate: Self.rate, epsilon: 1e-20)
    var order: [Int] = []
    var pixels: [UInt8] = []
    for step in 1...Self.steps {
      var drawn: [Int] = []
      while drawn.count < min(Self.batch, teaching.count) {
        if order.isEmpty { order = Self.shuffled(teaching, round: step) }
        drawn.append(order.removeLast())
      }
      pixels.removeAll(keepingCapacity: true)
      for image in drawn { pixels += images[image] }
      network.forward(pixels: pixels, images: drawn.count, training: true)
      _ = network.backward(targets: drawn.map { targets[$0] })
      let settling = step > Self.codeSteps
      let (done, phase) =
        settling ? (step - Self.codeSteps, Self.steps - Self.codeSteps) : (step, Self.codeSteps)
      weights.update(
        optimizer, step: step, rate: Self.rate * Float(phase - done + 1) / Float(phase), holdingRounded: settling)
      progress(step)
      guard step % Self.interval == 0 else { continue }
      let now = read(weights, after: learned)
      let int8 = applied(now)
      let distance = try distance(int8)
      if distance < best.distance { best = (distance, now, step) }
    }
    var result = best.learned
    result.note =
      best.step == 0
      ? "fine-tuning found nothing nearer to float"
      : """
      \(best.step) steps of fine-tuning on \(teaching.count) images brought the mean squared error of the logits from \
      \(Self.short(before)) to \(Self.short(best.distance)) on \(heldOut.count) others
      """
    return result
  }

  /// Weights in units of their int8 step, biases in `biasUnits`.
  private func load(_ weights: LatentWeights, _ learned: LearnedParameters) throws {
    for (index, node) in model.description.graph.nodes.enumerated() {
      guard let float = model.parameters[index], let int8 = start.parameters[index] else { continue }
      let taps = float.weight.shape.count / int8.scales.count
      var units = int8.scales
      for channel in units.indices {
        // Where not even the largest weight makes a code, the channel is dead or its bias rules: it stays as it is.
        let own = channel * taps..<(channel + 1) * taps
        if int8.weight.elements[own].allSatisfy({ $0 == 0 }) { units[channel] = 0 }
      }
      let latent = float.weight.elements.indices.map { at -> Float in
        let code = Float(int8.weight.elements[at])
        // Within what rounds to the code, as exact as may be: rounding may have been learned.
        return min(max(float.weight.elements[at] / int8.scales[at / taps], code - 0.49), code + 0.49)
      }
      try weights.add(node.name + ".weight", latent: Tensor(float.weight.shape, latent), units: units, isRounded: true)
      let biasUnits = biasUnits(index)
      let shift = learned.nodes[node.name]?.biasShift
      let biases = biasUnits.indices.map { (float.bias.elements[$0] + (shift?[$0] ?? 0)) / biasUnits[$0] }
      try weights.add(
        node.name + ".bias", latent: Tensor(float.bias.shape, biases), units: biasUnits, isRounded: false)
    }
  }

  /// By output channel of a node.
  private func biasUnits(_ index: Int) -> [Float] {
    let input = start.quantization[model.description.graph.nodes[index].inputs[0]].scale
    return start.parameters[index]!.scales.map { Self.biasUnit * input * $0 }
  }

  /// The codes and the shifts of biases as they stand.
  private func read(_ weights: LatentWeights, after learned: LearnedParameters) -> LearnedParameters {
    var result = learned
    for (index, node) in model.description.graph.nodes.enumerated() {
      guard let float = model.parameters[index], let latent = weights.latent(node.name + ".weight"),
        let bias = weights.latent(node.name + ".bias")
      else { continue }
      let units = biasUnits(index)
      let codes = latent.elements.map { UInt8(bitPattern: Int8($0.rounded(.toNearestOrEven))) }
      result.nodes[node.name] = .init(
        biasShift: units.indices.map { bias.elements[$0] * units[$0] - float.bias.elements[$0] }, codes: Data(codes))
    }
    return result
  }

  /// The int8 model with other codes and biases.
  private func applied(_ learned: LearnedParameters) -> QuantizedModel {
    var result = start
    for (index, node) in model.description.graph.nodes.enumerated() {
      guard let float = model.parameters[index], let int8 = start.parameters[index] else { continue }
      result.parameters[index] = WeightQuantizer.quantize(
        float, scales: int8.scales, inputScale: start.quantization[node.inputs[0]].scale,
        learned: learned.nodes[node.name])
    }
    return result
  }

  /// Fisher and Yates.
  private static func shuffled(_ images: [Int], round: Int) -> [Int] {
    var random = CounterRandom(seed: 0, stream: UInt64(round))
    var result = images
    for place in result.indices.dropFirst() { result.swapAt(place, random.below(place + 1)) }
    return result
  }

  /// Three significant digits.
  private static func short(_ value: Double) -> String {
    var text = [CChar](repeating: 0, count: 32)
    _ = withVaList([value]) { vsnprintf(&text, text.count, "%.3g", $0) }
    return text.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
  }
}
