import Importing
import Models
import TestSupport
import Testing

/// Small files that ask for much, or for what no number is: a refusal, at once.
@Suite struct BoundTests {
  private func refusal(_ change: (inout Trial) -> Void) -> String {
    var trial = Trial(height: 9, width: 9, seed: 61)
    trial.writer.opset = 19
    change(&trial)
    return trial.refusal()
  }

  @Test func layersThatGrow() {
    #expect(
      refusal {
        _ = $0.weights("w", [16, 3, 2, 2])
        $0.writer.node("Conv", ["x", "w"], ["y"], [("dilations", .ints([4095, 4094]))])
      }.contains("dilations [4095, 4094]"))
    #expect(
      refusal {
        _ = $0.weights("w", [3, 16, 2, 2])
        $0.writer.node("ConvTranspose", ["x", "w"], ["y"], [("dilations", .ints([4095, 4095]))])
      }.contains("smaller strides or dilations"))
    #expect(
      refusal {
        _ = $0.weights("w", [3, 16, 2, 2])
        $0.writer.node("ConvTranspose", ["x", "w"], ["y"], [("output_shape", .ints([.min, 4]))])
      }.contains("cannot be imported"))
    #expect(
      refusal {
        $0.writer.integers("sizes", [1, 3, 60000, 9])
        $0.writer.node("Resize", ["x", "", "", "sizes"], ["t"])
        $0.writer.integers("back", [1, 3, 9, 9])
        $0.writer.node("Resize", ["t", "", "", "back"], ["u"], [("mode", .text("cubic")), ("antialias", .int(1))])
        $0.writer.node("Resize", ["u", "", "", "sizes"], ["v"])
        $0.writer.integers("other", [1, 3, 50000, 9])
        $0.writer.node("Resize", ["v", "", "", "other"], ["y"], [("mode", .text("cubic"))])
      }.contains("60000 rows or columns to 50000"))
    #expect(
      refusal {
        $0.writer.integers("shape", [1, 3, 9, 9, 1 << 30])
        $0.writer.node("Unsqueeze", ["x", "axis"], ["u"])
        $0.writer.integers("axis", [4])
        $0.writer.node("Expand", ["u", "shape"], ["y"])
      }.contains("cannot be imported"))
  }

  @Test func numbersThatAreNone() {
    for (name, number) in [("NaN", Float.nan), ("infinity", .infinity)] {
      #expect(
        !refusal {
          $0.writer.weights("k", [], [number])
          $0.writer.node("Clip", ["x", "k"], ["y"])
        }.isEmpty || number == .infinity, "\(name)")
      #expect(!refusal { $0.writer.node("LeakyRelu", ["x"], ["y"], [("alpha", .float(number))]) }.isEmpty, "\(name)")
      #expect(
        !refusal {
          $0.writer.weights("part", [8], [0, 0, 0, number, 1, 1, 1, 1])
          $0.writer.integers("sizes", [1, 3, 4, 4])
          $0.writer.node(
            "Resize", ["x", "part", "", "sizes"], ["y"],
            [("mode", .text("linear")), ("coordinate_transformation_mode", .text("tf_crop_and_resize"))])
        }.isEmpty, "\(name)")
      #expect(
        !refusal {
          $0.writer.weights("scales", [4], [1, 1, number, 2])
          $0.writer.node("Resize", ["x", "", "scales"], ["y"])
        }.isEmpty, "\(name)")
    }
  }

  /// A list longer than layers have channels leaves the network whole.
  @Test func longLists() throws {
    var trial = Trial(channels: 1, height: 300, width: 300, seed: 62)
    trial.writer.node("Neg", ["x"], ["n"])
    trial.writer.node("Transpose", ["n"], ["t"], [("perm", .ints([0, 1, 3, 2]))])
    trial.writer.node("Flatten", ["t"], ["f"])
    trial.writer.weights("k", [], [2])
    trial.writer.node("Mul", ["f", "k"], ["y"])
    let input = trial.input
    try trial.expect(Planes(1, 300, 300) { -2 * input[$0, $2, $1] }.values)
  }
}
