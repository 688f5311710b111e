import FloatRuntime
import Models
import Numerics

extension FloatModel {
  /// This model with a test pattern and its logits for the self-test at load: a painted pattern, not a picture of the
  /// data, since no photo travels with a model.
  ///
  /// - Throws: `TrainingError.weights` for a node with a weight that is not finite, which folding batch normalization
  ///   can make of large ones, and `.notFinite` where the pattern's logits are none: such a file could not be loaded.
  package func withTestPattern(_ kernels: FloatKernels) throws(TrainingError) -> FloatModel {
    var model = self
    for (node, own) in zip(description.graph.nodes, parameters) {
      guard let own, !(own.weight.elements + own.bias.elements).allSatisfy(\.isFinite) else { continue }
      throw .weights(node: node.name, "one is not finite. Try a smaller --learning-rate")
    }
    let pixels = TestPattern.pixels(description.graph.input)
    let logits: [Float]
    let broken: String?
    do throws(FloatRuntimeError) {
      let interpreter = try FloatInterpreter(self, kernels: kernels)
      logits = interpreter.run(pixels: pixels)
      broken = interpreter.firstNodeNotFinite(pixels: pixels)
    } catch { throw TrainingError(error) }
    if let broken { throw .notFinite(picture: "of the self-test", layer: broken) }
    model.golden = [GoldenSample(pixels: pixels, logits: logits)]
    return model
  }
}
