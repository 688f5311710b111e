import FloatRuntime
import Models

extension FloatModel {
  /// This model with a test pattern and its logits for the self-test at load: a painted pattern, not a picture of the
  /// data, since no photo travels with a model.
  package func withTestPattern(_ kernels: FloatKernels) throws(TrainingError) -> FloatModel {
    var model = self
    let pixels = TestPattern.pixels(description.graph.input)
    do throws(FloatRuntimeError) {
      let logits = try FloatInterpreter(self, kernels: kernels).run(pixels: pixels)
      model.golden = [GoldenSample(pixels: pixels, logits: logits)]
    } catch { throw TrainingError(error) }
    return model
  }
}
