import Importing
import ModelFiles
import Models
import Numerics
import ONNXFiles
import TestSupport
import Testing

/// Files that were written down for several pictures at once: each picture alone gives what it gives there, or the file
/// is refused.
@Suite struct BatchTests {
  private func trial(_ batch: Int, seed: UInt64) -> Trial {
    var trial = Trial(seed: seed)
    trial.writer = ONNXWriter()
    trial.writer.input("x", [batch, 3, 9, 7])
    return trial
  }

  /// What tracing a network makes of `x.view(x.size(0), -1)`.
  @Test(arguments: [[4, -1], [4, 189], [-1, 189]]) func listsOfEachPicture(_ shape: [Int]) throws {
    var trial = trial(4, seed: 80)
    let weights = trial.weights("w", [189, 5])
    trial.writer.integers("shape", shape)
    trial.writer.node("Reshape", ["x", "shape"], ["list"])
    trial.writer.node("Gemm", ["list", "w"], ["y"])
    trial.writer.output("y", [4, 5])
    let wanted = (0..<5).map { output in
      trial.input.values.enumerated().reduce(Float(0)) { $0 + $1.element * weights[$1.offset * 5 + output] }
    }
    let imported = try trial.imported([])
    let found = try trial.results(imported)[0]
    #expect(found.count == 5 && zip(found, wanted).allSatisfy { abs($0 - $1) < 1e-3 })
    #expect(imported.notes.contains("batch of 4 in the file, 1 here"))
  }

  /// Each of these gives something else for one picture than it gives for each of several.
  @Test func whatTakesPicturesTogetherIsRefused() throws {
    let nodes: [(String, [String], [(String, ONNXWriter.Attribute)])] = [
      ("ReduceMean", ["x"], [("axes", .ints([0]))]), ("ReduceMax", ["x"], [("keepdims", .int(0))]),
      ("Softmax", ["x"], [("axis", .int(0))]), ("Concat", ["x", "x"], [("axis", .int(0))]),
      ("Transpose", ["x"], [("perm", .ints([1, 0, 2, 3]))]), ("Add", ["x", "two"], []),
    ]
    for (type, inputs, attributes) in nodes {
      var several = trial(2, seed: 81)
      several.writer.weights("two", [2, 1, 1, 1], [1, 2])
      several.writer.node(type, inputs, ["y"], attributes)
      #expect(several.refusal().contains("of a batch"), "\(type): \(several.refusal())")
    }
    var halves = trial(2, seed: 82)
    halves.writer.integers("shape", [4, -1])
    halves.writer.node("Reshape", ["x", "shape"], ["y"])
    #expect(halves.refusal() != "")
  }

  /// The file says what it makes of its batch.
  @Test func outputsAreThoseOfTheFile() throws {
    for (extents, fits) in [([2, 3, 9, 7], true), ([3, 9, 7], false), ([4, 3, 9, 7], false), ([2, 189], false)] {
      var trial = trial(2, seed: 83)
      trial.writer.node("Relu", ["x"], ["y"])
      trial.writer.output("y", extents)
      #expect(trial.refusal([]).isEmpty == fits, "\(extents): \(trial.refusal([]))")
    }
  }

  @Test func indicesThatNobodyReadsAreLeftOut() throws {
    for outputs in [["y"], ["y", "places"]] {
      var trial = Trial(seed: 84)
      trial.writer.node("MaxPool", ["x"], ["y", "places"], [("kernel_shape", .ints([3, 3]))])
      #expect(trial.refusal(outputs).contains("its indices are read") == (outputs.count == 2))
    }
  }

  @Test func aByteOrderMarkIsNoPartOfALabel() {
    #expect(LabelList.parse("\u{feff}happy\r\nsad\r\n") == ["happy", "sad"])
    #expect(LabelList.parse("\u{feff}[\"happy\", \"sad\"]") == ["happy", "sad"])
  }
}
