import Models
import Numerics
import TestSupport
import Testing
import Training

/// Holds hand-written gradients against central differences of the loss.
///
/// Where the slopes to the left and to the right disagree, the loss has a kink nearby (ReLU, max pooling) and the place
/// does not count; too many such places fail the check.
struct GradientChecker {
  var step: Float = 4e-3
  var tolerance = 2e-2
  /// Places looked at in each parameter and image.
  var places = 12
  var images = 3
  var seed: UInt64 = 1701

  func check(
    _ architecture: Architecture, loss: Loss, classes: Int = 2, truths given: [Truth] = [], fusing: Bool = true
  ) throws {
    let network = try Network(architecture, capacity: images, threads: 2, fusing: fusing, inputGradient: true)
    network.initialize(seed: seed)
    var random = CounterRandom(seed: seed, stream: 77)
    for parameter in network.parameters where parameter.shape.rank == 1 {
      parameter.load(Tensor(parameter.shape, random.floats(parameter.shape.count, 0.1, 0.6)))
    }
    var inputs = (0..<images).map { _ in random.floats(architecture.input.count, 0, 1) }
    let truths = given.isEmpty ? (0..<images).map { Truth(label: $0 % classes) } : given

    func lossNow() -> Double {
      for (image, elements) in inputs.enumerated() { network.setInput(image: image, elements) }
      network.forward(pixels: nil, images: images, training: true, seed: 5)
      return network.backward(truths: truths, loss: loss, seed: 5)
    }
    _ = lossNow()
    let gradients = network.parameters.map(\.gradientTensor)
    let inputGradients = (0..<images).map { network.inputGradient(image: $0) }
    var checked = 0
    var kinks = 0

    let middle = lossNow()
    func compare(_ analytic: Float, _ place: String, _ shift: (Float) -> Void) {
      shift(step)
      let right = (lossNow() - middle) / Double(step)
      shift(-2 * step)
      let left = (middle - lossNow()) / Double(step)
      shift(step)
      checked += 1
      let scale = max(0.02, abs(left), abs(right))
      guard abs(left - right) < 2 * tolerance * scale else {
        kinks += 1
        return
      }
      #expect(abs(Double(analytic) - (left + right) / 2) < tolerance * scale, "\(place), seed \(seed)")
    }
    for (index, parameter) in network.parameters.enumerated() {
      for _ in 0..<places {
        let at = random.below(parameter.shape.count)
        compare(gradients[index].elements[at], "\(parameter.name)[\(at)]") { h in
          var tensor = parameter.tensor
          tensor.elements[at] += h
          parameter.load(tensor)
        }
      }
    }
    for image in 0..<images {
      for _ in 0..<places {
        let at = random.below(architecture.input.count)
        compare(inputGradients[image][at], "input \(image)[\(at)]") { h in inputs[image][at] += h }
      }
    }
    #expect(kinks * 3 < checked, "\(kinks) of \(checked) places lie at kinks, seed \(seed)")
  }
}
