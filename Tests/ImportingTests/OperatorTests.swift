import Importing
import Models
import TestSupport
import Testing

@Suite struct OperatorTests {
  private func mean(_ values: [Float]) -> Float { values.reduce(0, +) / Float(values.count) }

  @Test func maxPooling() throws {
    for (pads, rounds, rows, columns) in [
      ([0, 0, 0, 0], 0, 4, 3), ([1, 1, 1, 1], 0, 5, 4), ([0, 0, 0, 0], 1, 4, 3), ([0, 1, 0, 0], 1, 4, 4),
    ] {
      var trial = Trial(seed: 1)
      trial.writer.node(
        "MaxPool", ["x"], ["y"],
        [
          ("kernel_shape", .ints([3, 3])), ("strides", .ints([2, 2])), ("pads", .ints(pads)),
          ("ceil_mode", .int(rounds)),
        ])
      let expected = trial.input.pool((3, 3), stride: 2, pads: pads, rows: rows, columns: columns) { $0.max()! }
      try trial.expect(expected.values)
    }
  }

  /// Rounding up: 8 columns in steps of 3 with 2 taps have 3 positions; 9 rows have one that only rounding up makes.
  @Test func roundingUp() throws {
    for type in ["MaxPool", "AveragePool"] {
      var trial = Trial(height: 9, width: 8, seed: 2)
      trial.writer.node(
        type, ["x"], ["y"],
        [("kernel_shape", .ints([4, 2])), ("strides", .ints([3, 3])), ("ceil_mode", .int(1))])
      let join = type == "MaxPool" ? { (values: [Float]) in values.max()! } : mean
      try trial.expect(
        trial.input.pool((4, 2), stride: 3, pads: [0, 0, 0, 0], rows: 3, columns: 3, join).values)
    }
  }

  @Test func averagePooling() throws {
    for counts in [0, 1] {
      var trial = Trial(seed: 3)
      trial.writer.node(
        "AveragePool", ["x"], ["y"],
        [
          ("kernel_shape", .ints([3, 3])), ("strides", .ints([2, 2])), ("pads", .ints([1, 1, 1, 1])),
          ("count_include_pad", .int(counts)),
        ])
      let expected = trial.input.pool((3, 3), stride: 2, pads: [1, 1, 1, 1], rows: 5, columns: 4) {
        counts == 1 ? $0.reduce(0, +) / 9 : mean($0)
      }
      try trial.expect(expected.values)
    }
  }

  /// Means over rows and columns in all the ways that exporters write them.
  @Test func globalMeans() throws {
    for way in 0..<5 {
      var trial = Trial(seed: 4)
      let matrix = trial.weights("w", [3, 2])
      switch way {
      case 0: trial.writer.node("GlobalAveragePool", ["x"], ["p"])
      case 1: trial.writer.node("ReduceMean", ["x"], ["p"], [("axes", .ints([2, 3]))])
      case 2: trial.writer.node("ReduceMean", ["x"], ["p"], [("axes", .ints([-1, -2])), ("keepdims", .int(0))])
      case 3:
        trial.writer.integers("axes", [2, 3])
        trial.writer.opset = 18
        trial.writer.node("ReduceMean", ["x", "axes"], ["p"])
      default: trial.writer.node("AveragePool", ["x"], ["p"], [("kernel_shape", .ints([9, 7]))])
      }
      trial.writer.node("Flatten", ["p"], ["f"])
      trial.writer.node("MatMul", ["f", "w"], ["y"])
      let input = trial.input
      let means = (0..<3).map { c in mean(Array(input.values[c * 63..<(c + 1) * 63])) }
      try trial.expect((0..<2).map { o in (0..<3).reduce(0) { $0 + means[$1] * matrix[$1 * 2 + o] } })
    }
  }

  /// The order of a flattened picture is turned in the weights, whichever way it was flattened.
  @Test func denseAfterFlatten() throws {
    for way in 0..<4 {
      var trial = Trial(channels: 3, height: 4, width: 5, seed: 5)
      trial.writer.integers("s", [0, -1])
      let count = 60
      switch way {
      case 0: trial.writer.node("Flatten", ["x"], ["f"])
      case 1: trial.writer.node("Reshape", ["x", "s"], ["f"])
      default:
        // Rows first, then channels: 2 with and 3 without a view between.
        trial.writer.node("Transpose", ["x"], ["t"], [("perm", .ints([0, 2, 3, 1]))])
        if way == 3 { trial.writer.integers("r", [1, 20, 3]) }
        if way == 3 { trial.writer.node("Reshape", ["t", "r"], ["u"]) }
        trial.writer.node("Flatten", [way == 3 ? "u" : "t"], ["f"])
      }
      let matrix = trial.weights("w", [6, count])
      let bias = trial.weights("b", [6])
      trial.writer.node(
        "Gemm", ["f", "w", "b"], ["g"], [("transB", .int(1)), ("alpha", .float(0.5)), ("beta", .float(2))])
      trial.writer.node("Relu", ["g"], ["h"])
      let second = trial.weights("v", [6, 2])
      let shift = trial.weights("c", [2])
      trial.writer.node("MatMul", ["h", "v"], ["m"])
      trial.writer.node("Add", ["m", "c"], ["y"])
      let input = trial.input
      var flat = input
      if way >= 2 { flat.values = Planes(4, 5, 3) { input[$2, $0, $1] }.values }
      let hidden = flat.dense(matrix.map { $0 * 0.5 }, outputs: 6, bias: bias.map { $0 * 2 }).map { max(0, $0) }
      let imported = try trial.expect(
        (0..<2).map { o in shift[o] + (0..<6).reduce(0) { $0 + hidden[$1] * second[$1 * 2 + o] } })
      #expect(imported.model.description.graph.nodes.map(\.operator.name) == ["flatten", "dense", "dense"])
    }
  }

  /// Shapes computed from shapes, as PyTorch writes `x.view(x.size(0), -1)`.
  @Test func shapeArithmetic() throws {
    var trial = Trial(channels: 1, height: 4, width: 6, seed: 6)
    trial.writer.integers("axis", [0])
    trial.writer.node("Constant", [], ["zero"], [("value", .tensor(ONNXWriter.tensor("", [], [0])))])
    trial.writer.node("Constant", [], ["rest"], [("value", .tensor(ONNXWriter.tensor("", [1], [-1])))])
    trial.writer.node("Shape", ["x"], ["s"])
    trial.writer.node("Gather", ["s", "zero"], ["n"], [("axis", .int(0))])
    trial.writer.node("Unsqueeze", ["n", "axis"], ["u"])
    trial.writer.node("Concat", ["u", "rest"], ["to"], [("axis", .int(0))])
    trial.writer.node("Cast", ["to"], ["whole"], [("to", .int(7))])
    trial.writer.node("Reshape", ["x", "whole"], ["f"])
    let matrix = trial.weights("w", [24, 2])
    trial.writer.node("MatMul", ["f", "w"], ["y"])
    let input = trial.input
    try trial.expect((0..<2).map { o in (0..<24).reduce(0) { $0 + input.values[$1] * matrix[$1 * 2 + o] } })
  }

  /// Sums, differences, joined channels, enlargement and clamps, in one network with two ways through it.
  @Test func twoWays() throws {
    var trial = Trial(height: 4, width: 6, seed: 7)
    let (a, b) = (trial.weights("a", [3, 3, 3, 3]), trial.weights("b", [3, 3, 1, 1]))
    trial.writer.node("Conv", ["x", "a"], ["p"], [("pads", .ints([1, 1, 1, 1]))])
    trial.writer.node("Clip", ["p", "low", "high"], ["q"])
    trial.writer.weights("low", [], [0])
    trial.writer.weights("high", [], [6])
    trial.writer.node("Conv", ["x", "b"], ["r"])
    trial.writer.node("Add", ["q", "r"], ["s"])
    trial.writer.node("Relu", ["s"], ["t"])
    trial.writer.node("Sub", ["t", "q"], ["d"])
    trial.writer.node("Concat", ["d", "r", "t"], ["j"], [("axis", .int(1))])
    trial.writer.weights("scales", [4], [1, 1, 2, 2])
    trial.writer.node("Resize", ["j", "", "scales"], ["u"])
    trial.writer.node("HardSwish", ["u"], ["h"])
    trial.writer.node("HardSigmoid", ["h"], ["g"], [("alpha", .float(Float(1) / 6)), ("beta", .float(0.5))])
    trial.writer.node("Mul", ["g", "h"], ["y"])
    let q = trial.input.conv(a, outputs: 3, kernel: (3, 3), pads: [1, 1, 1, 1]).map { min(max($0, 0), 6) }
    let r = trial.input.conv(b, outputs: 3, kernel: (1, 1))
    let t = Planes(3, 4, 6) { max(0, q[$0, $1, $2] + r[$0, $1, $2]) }
    let joined = Planes(9, 8, 12) { c, y, x in
      let (y, x) = (y / 2, x / 2)
      return c < 3 ? t[c, y, x] - q[c, y, x] : c < 6 ? r[c - 3, y, x] : t[c - 6, y, x]
    }
    func swish(_ x: Float) -> Float { x * min(max(x / 6 + 0.5, 0), 1) }
    try trial.expect(joined.map { swish(swish($0)) }.values)
  }

  /// Ways of finding the nearest pixel that repeat it, and some that do not repeat all alike.
  @Test func waysToEnlarge() throws {
    for (coordinates, rounding, repeats) in [
      ("half_pixel", "round_prefer_floor", true), ("asymmetric", "floor", true), ("half_pixel", "floor", false),
      ("asymmetric", "ceil", false), ("pytorch_half_pixel", "round_prefer_ceil", true),
      ("align_corners", "round_prefer_floor", false), ("tf_half_pixel_for_nn", "floor", true),
    ] {
      var trial = Trial(seed: 8)
      trial.writer.integers("sizes", [1, 3, 27, 21])
      trial.writer.node(
        "Resize", ["x", "", "", "sizes"], ["y"],
        [("coordinate_transformation_mode", .text(coordinates)), ("nearest_mode", .text(rounding))])
      func pixel(_ at: Int, _ size: Int) -> Int {
        // Thirds, of which none lies at a half: what floats make of them is rounded alike.
        switch (coordinates, rounding) {
        case ("half_pixel", "floor"): max(0, (2 * at + 1 - 3) >= 0 ? (2 * at - 2) / 6 : 0)
        case ("asymmetric", "ceil"): min((at + 2) / 3, size - 1)
        case ("align_corners", _): Int((Double(at * (size - 1)) / Double(3 * size - 1) - 0.5).rounded(.up))
        default: at / 3
        }
      }
      let input = trial.input
      let imported = try trial.expect(Planes(3, 27, 21) { input[$0, pixel($1, 9), pixel($2, 7)] }.values)
      let name = imported.model.description.graph.nodes[0].operator.name
      #expect(name == (repeats ? "upsample_nearest" : "resize_nearest"))
    }
  }

  /// Arithmetic with constants of all shapes that do not enlarge: one number, one a channel, one an element.
  @Test func arithmeticWithConstants() throws {
    var trial = Trial(height: 3, width: 4, seed: 9)
    let (perChannel, perElement) = (trial.weights("c", [3, 1, 1]), trial.weights("e", [1, 3, 3, 4], 1, 2))
    trial.writer.weights("k", [], [3])
    trial.writer.node("Sub", ["k", "x"], ["p"])
    trial.writer.node("Mul", ["p", "c"], ["q"])
    trial.writer.node("Div", ["q", "e"], ["r"])
    trial.writer.node("Neg", ["r"], ["y"])
    let input = trial.input
    try trial.expect(
      Planes(3, 3, 4) { c, y, x in -(3 - input[c, y, x]) * perChannel[c] / perElement[(c * 3 + y) * 4 + x] }.values)
  }

  /// A list of more numbers than a layer has channels.
  @Test func longLists() throws {
    var trial = Trial(height: 160, width: 160, seed: 11)
    trial.writer = ONNXWriter()
    trial.writer.input("x", [1, 160, 160, 3])
    trial.writer.weights("half", [], [0.5])
    trial.writer.node("Flatten", ["x"], ["f"])
    trial.writer.node("Sub", ["f", "half"], ["s"])
    trial.writer.node("Relu", ["s"], ["y"])
    try trial.expect(trial.pixels.map { max(0, Float($0) / 255 - 0.5) })
  }

  /// A network as TensorFlow's exporter writes it: channels last outside, turned around each layer.
  @Test func channelsLast() throws {
    var trial = Trial(height: 6, width: 5, seed: 10)
    trial.writer = ONNXWriter()
    trial.writer.input("x", [1, 6, 5, 3])
    let weights = trial.weights("w", [4, 3, 3, 3])
    let matrix = trial.weights("m", [48, 2])
    trial.writer.integers("s", [-1, 48])
    trial.writer.node("Transpose", ["x"], ["t"], [("perm", .ints([0, 3, 1, 2]))])
    trial.writer.node("Conv", ["t", "w"], ["c"])
    trial.writer.node("Transpose", ["c"], ["u"], [("perm", .ints([0, 2, 3, 1]))])
    trial.writer.node("Relu", ["u"], ["r"])
    trial.writer.node("Reshape", ["r", "s"], ["f"])
    trial.writer.node("MatMul", ["f", "m"], ["y"])
    let conv = trial.input.conv(weights, outputs: 4, kernel: (3, 3)).map { max(0, $0) }
    let flat = Planes(4, 3, 4) { conv[$2, $0, $1] }.values
    let imported = try trial.expect(
      (0..<2).map { o in (0..<48).reduce(0) { $0 + flat[$1] * matrix[$1 * 2 + o] } })
    #expect(imported.model.description.graph.nodes.map(\.operator.name) == ["conv2d", "flatten", "dense"])
  }
}
