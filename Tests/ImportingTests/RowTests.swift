import Importing
import TestSupport
import Testing

/// Rows of numbers, windows that move otherwise down than across, and norms.
@Suite struct RowTests {
  /// Windows over `[1, channels, length]`, as efficient channel attention and networks of sound have them.
  @Test func windowsOverRows() throws {
    for (type, stride, pads, dilation) in [
      ("Conv", 1, [1, 1], 1), ("Conv", 2, [0, 2], 3), ("MaxPool", 2, [1, 0], 1), ("AveragePool", 3, [0, 0], 1),
    ] {
      var trial = Trial(seed: 61)
      trial.writer.integers("row", [1, 3, 63])
      trial.writer.node("Reshape", ["x", "row"], ["r"])
      let window = [("strides", [stride]), ("pads", pads)].map { ($0.0, ONNXWriter.Attribute.ints($0.1)) }
      let row = Planes(3, 1, 63) { trial.input.values[$0 * 63 + $2 + $1] }
      let wide = [0, pads[0], 0, pads[1]]
      let expected: Planes
      if type == "Conv" {
        let taps = trial.weights("w", [4, 3, 3])
        let bias = trial.weights("b", [4])
        trial.writer.node(type, ["r", "w", "b"], ["y"], window + [("dilations", .ints([dilation]))])
        // Down there is one row, so that its stride is no matter.
        expected = row.conv(
          taps, outputs: 4, kernel: (1, 3), bias: bias, stride: stride, pads: wide, dilation: dilation)
      } else {
        trial.writer.node(type, ["r"], ["y"], window + [("kernel_shape", .ints([3]))])
        let columns = (63 + pads[0] + pads[1] - 3) / stride + 1
        expected = row.pool((1, 3), stride: stride, pads: wide, rows: 1, columns: columns) {
          type == "MaxPool" ? $0.max()! : $0.reduce(0, +) / 3
        }
      }
      try trial.expect(expected.values)
    }
  }

  /// What `F.conv1d` over the means of channels makes of a picture.
  @Test func attentionToChannels() throws {
    var trial = Trial(seed: 62)
    let taps = trial.weights("w", [1, 1, 3])
    trial.writer.integers("last", [-1])
    trial.writer.node("GlobalAveragePool", ["x"], ["m"])
    trial.writer.node("Squeeze", ["m", "last"], ["s"])
    trial.writer.node("Transpose", ["s"], ["t"], [("perm", .ints([0, 2, 1]))])
    trial.writer.node("Conv", ["t", "w"], ["c"], [("pads", .ints([1, 1]))])
    trial.writer.node("Transpose", ["c"], ["u"], [("perm", .ints([0, 2, 1]))])
    trial.writer.node("Unsqueeze", ["u", "last"], ["g"])
    trial.writer.node("Mul", ["x", "g"], ["y"])
    let input = trial.input
    let means = (0..<3).map { c in input.values[c * 63..<(c + 1) * 63].reduce(0, +) / 63 }
    let gains = Planes(1, 1, 3) { means[$2 + $0 + $1] }.conv(taps, outputs: 1, kernel: (1, 3), pads: [0, 1, 0, 1])
    try trial.expect(Planes(3, 9, 7) { input[$0, $1, $2] * gains.values[$0] }.values)
  }

  /// A stride that fits across gives as many rows as the one down, but others.
  @Test func stridesThatDiffer() throws {
    for (kernel, strides) in [((4, 3), [5, 3]), ((3, 2), [3, 5]), ((2, 2), [2, 3])] {
      for type in ["Conv", "MaxPool", "AveragePool"] {
        var trial = Trial(seed: 63)
        let (rows, columns) = ((9 - kernel.0) / strides[0] + 1, (7 - kernel.1) / strides[1] + 1)
        let taps = trial.weights("w", [2, 3, kernel.0, kernel.1])
        let dense: Planes
        if type == "Conv" {
          trial.writer.node(type, ["x", "w"], ["y"], [("strides", .ints(strides))])
          dense = trial.input.conv(taps, outputs: 2, kernel: kernel)
        } else {
          trial.writer.node(
            type, ["x"], ["y"], [("strides", .ints(strides)), ("kernel_shape", .ints([kernel.0, kernel.1]))])
          dense = trial.input.pool(kernel, stride: 1, pads: [0, 0, 0, 0], rows: 10 - kernel.0, columns: 8 - kernel.1) {
            type == "MaxPool" ? $0.max()! : $0.reduce(0, +) / Float($0.count)
          }
        }
        try trial.expect(
          Planes(dense.channels, rows, columns) { dense[$0, $1 * strides[0], $2 * strides[1]] }.values)
      }
    }
  }

  /// Norms, as `F.normalize` divides by.
  @Test func norms() throws {
    let sums: [(type: String, each: (Float) -> Float, whole: (Float) -> Float)] = [
      ("ReduceL1", { abs($0) }, { $0 }), ("ReduceL2", { $0 * $0 }, { $0.squareRoot() }),
      ("ReduceSumSquare", { $0 * $0 }, { $0 }),
    ]
    for (type, each, whole) in sums {
      var trial = Trial(seed: 64)
      trial.writer.weights("half", [], [0.5])
      trial.writer.node("Sub", ["x", "half"], ["d"])
      trial.writer.node(type, ["d"], ["y"], [("axes", .ints([1]))])
      let input = trial.input
      try trial.expect(
        Planes(1, 9, 7) { _, y, x in whole((0..<3).reduce(0) { $0 + each(input[$1, y, x] - 0.5) }) }.values)
    }
  }
}
