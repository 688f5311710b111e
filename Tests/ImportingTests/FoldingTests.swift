import Foundation
import Importing
import TestSupport
import Testing

/// What a network computes of constants alone, and outputs that are left out.
@Suite struct FoldingTests {
  /// Weights that are standardized while the network runs, as networks without batch normalization have them.
  @Test func standardizedWeights() throws {
    var trial = Trial(seed: 71)
    let raw = trial.weights("w", [2, 3, 3, 3])
    trial.writer.weights("least", [], [0.2])
    trial.writer.node("ReduceMean", ["w"], ["m"], [("axes", .ints([1, 2, 3]))])
    trial.writer.node("Sub", ["w", "m"], ["d"])
    trial.writer.node("ReduceL2", ["d"], ["n"], [("axes", .ints([1, 2, 3]))])
    trial.writer.node("Clip", ["n", "least"], ["c"])
    trial.writer.node("Div", ["d", "c"], ["s"])
    trial.writer.node("Conv", ["x", "s"], ["y"])
    var weights: [Float] = []
    for output in 0..<2 {
      let row = raw[output * 27..<(output + 1) * 27]
      let mean = row.reduce(0, +) / 27
      let norm = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }.squareRoot()
      weights += row.map { ($0 - mean) / max(norm, 0.2) }
    }
    try trial.expect(trial.input.conv(weights, outputs: 2, kernel: (3, 3)).values)
  }

  /// Weights that a batch normalization standardizes, as PyTorch writes it.
  @Test(arguments: [false, true]) func normalizedWeights(_ isTraining: Bool) throws {
    var trial = Trial(seed: 75)
    let raw = trial.weights("w", [2, 3, 1, 1])
    let (scale, shift) = (trial.weights("g", [2]), trial.weights("b", [2]))
    var (mean, variance) = (trial.weights("m", [2]), trial.weights("v", [2], 0.5, 2))
    trial.writer.integers("rows", [1, 2, 3])
    trial.writer.integers("back", [2, 3, 1, 1])
    trial.writer.node("Reshape", ["w", "rows"], ["r"])
    trial.writer.opset = 15
    trial.writer.node(
      "BatchNormalization", ["r", "g", "b", "m", "v"], isTraining ? ["n", "means", "variances"] : ["n"],
      isTraining ? [("training_mode", .int(1))] : [])
    if isTraining {
      mean = (0..<2).map { row in raw[row * 3..<row * 3 + 3].reduce(0, +) / 3 }
      for row in 0..<2 {
        let squares = raw[row * 3..<row * 3 + 3].map { ($0 - mean[row]) * ($0 - mean[row]) }
        variance[row] = squares.reduce(0, +) / 3
      }
    }
    trial.writer.node("Reshape", ["n", "back"], ["s"])
    trial.writer.node("Conv", ["x", "s"], ["y"])
    let weights = raw.indices.map { place in
      let row = place / 3
      return (raw[place] - mean[row]) / (variance[row] + 1e-5).squareRoot() * scale[row] + shift[row]
    }
    try trial.expect(trial.input.conv(weights, outputs: 2, kernel: (1, 1)).values)
  }

  /// Functions, comparisons, repetition and choice over constants.
  @Test func functionsOfConstants() throws {
    var trial = Trial(seed: 72)
    let bias = trial.weights("b", [3])
    trial.writer.weights("zero", [], [0])
    trial.writer.integers("twice", [2])
    trial.writer.node("Sigmoid", ["b"], ["s"])
    trial.writer.node("Softplus", ["b"], ["p"])
    trial.writer.node("GreaterOrEqual", ["b", "zero"], ["g"])
    trial.writer.node("Not", ["g"], ["l"])
    trial.writer.node("Where", ["l", "s", "p"], ["c"])
    trial.writer.node("Tile", ["c", "twice"], ["t"])
    let weights = trial.weights("w", [6, 3, 1, 1])
    trial.writer.node("Conv", ["x", "w", "t"], ["y"])
    let shifts = bias.map { (number: Float) -> Float in
      let power = exp(Double(number))
      return Float(number < 0 ? power / (1 + power) : log(1 + power))
    }
    let twice: [Float] = shifts + shifts
    try trial.expect(trial.input.conv(weights, outputs: 6, kernel: (1, 1), bias: twice).values)
  }

  /// The number of a shape's elements, and the largest of its extents.
  @Test func shapesReduced() throws {
    var trial = Trial(seed: 73)
    trial.writer.integers("one", [1])
    trial.writer.node("Shape", ["x"], ["s"])
    trial.writer.node("ReduceProd", ["s"], ["n"], [("keepdims", .int(1))])
    trial.writer.node("Concat", ["one", "n"], ["to"], [("axis", .int(0))])
    trial.writer.node("Reshape", ["x", "to"], ["f"])
    let matrix = trial.weights("w", [189, 2])
    trial.writer.node("MatMul", ["f", "w"], ["y"])
    let input = trial.input
    try trial.expect((0..<2).map { o in (0..<189).reduce(0) { $0 + input.values[$1] * matrix[$1 * 2 + o] } })
  }

  /// A label beside the probabilities, as classifiers of scikit-learn have one, is left out by name.
  @Test func chosenOutputs() throws {
    var trial = Trial(seed: 74)
    let matrix = trial.weights("w", [189, 2])
    trial.writer.node("Flatten", ["x"], ["f"])
    trial.writer.node("MatMul", ["f", "w"], ["y"])
    trial.writer.node("ArgMax", ["y"], ["label"], [("axis", .int(1))])
    #expect(trial.refusal(["label", "y"]).contains("leave out what comes after the last layer: --outputs"))
    trial.options.outputs = ["y"]
    let imported = try trial.imported(["label"])
    #expect(imported.outputs.map(\.name) == ["y"])
    let input = trial.input
    let expected: [Float] = (0..<2).map { o in (0..<189).reduce(0) { $0 + input.values[$1] * matrix[$1 * 2 + o] } }
    let found = try trial.results(imported)[0]
    #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 1e-4 })
    trial.options.outputs = ["x"]
    #expect(trial.refusal(["label"]).contains("no node makes 'x'; the outputs are 'label'"))
  }
}
