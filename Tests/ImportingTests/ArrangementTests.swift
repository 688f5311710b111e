import Importing
import Models
import Numerics
import TestSupport
import Testing

/// Tensors of different extents, parts of them, blocks, borders and products.
@Suite struct ArrangementTests {
  /// A gate for each channel, for each place, for each row; products, sums, differences and quotients.
  @Test(arguments: ["Mul", "Add", "Sub", "Div"])
  func broadcasting(_ type: String) throws {
    func result(_ a: Float, _ b: Float) -> Float {
      switch type {
      case "Mul": a * b
      case "Add": a + b
      case "Sub": a - b
      default: a / b
      }
    }
    for axes in [[], [2, 3], [1], [3], [1, 2, 3]] as [[Int]] {
      for isFirst in [true, false] {
        var trial = Trial(height: 4, width: 5, seed: 41)
        let weights = trial.weights("w", [3, 3, 1, 1], 0.5, 1)
        trial.writer.weights("one", [], [1])
        trial.writer.node("Conv", ["x", "w"], ["c"])
        trial.writer.node("Add", ["c", "one"], ["d"])
        trial.writer.node("ReduceMean", ["d"], ["m"], [("axes", .ints(axes.isEmpty ? [0] : axes))])
        trial.writer.node(type, isFirst ? ["m", "x"] : ["x", "m"], ["y"])
        if type == "Div" { trial.writer = trial.divisible(isFirst: isFirst, weights, axes) }
        let base = trial.input.conv(weights, outputs: 3, kernel: (1, 1)).map { $0 + 1 }
        let divisor = type == "Div" ? trial.input.map { $0 + 1 } : trial.input
        try trial.expect(
          Planes(3, 4, 5) { c, y, x in
            var sum: Float = 0
            var count: Float = 0
            for cc in axes.contains(1) ? Array(0..<3) : [c] {
              for yy in axes.contains(2) ? Array(0..<4) : [y] {
                for xx in axes.contains(3) ? Array(0..<5) : [x] {
                  sum += base[cc, yy, xx]
                  count += 1
                }
              }
            }
            let (mean, own) = (sum / count, divisor[c, y, x])
            return isFirst ? result(mean, own) : result(own, mean)
          }.values)
      }
    }
  }

  /// A column times a row is a table.
  @Test func outerProduct() throws {
    var trial = Trial(height: 4, width: 5, seed: 42)
    trial.writer.node("ReduceMean", ["x"], ["rows"], [("axes", .ints([3]))])
    trial.writer.node("ReduceMax", ["x"], ["columns"], [("axes", .ints([2]))])
    trial.writer.node("Mul", ["rows", "columns"], ["y"])
    let input = trial.input
    try trial.expect(
      Planes(3, 4, 5) { c, y, x in
        (0..<5).reduce(0) { $0 + input[c, y, $1] } / 5 * (0..<4).map { input[c, $0, x] }.max()!
      }.values)
  }

  @Test func reductions() throws {
    for (type, join) in [
      ("ReduceMean", { $0.reduce(0, +) / Float($0.count) }), ("ReduceSum", { $0.reduce(0, +) }),
      ("ReduceMax", { $0.max()! }), ("ReduceMin", { $0.min()! }),
    ] as [(String, ([Float]) -> Float)] {
      for axes in [[1], [2, 3], [3], [1, 3], [1, 2, 3]] as [[Int]] {
        var trial = Trial(height: 4, width: 5, seed: 43)
        trial.writer.node(type, ["x"], ["y"], [("axes", .ints(axes)), ("keepdims", .int(1))])
        let input = trial.input
        let (cs, ys, xs) = (axes.contains(1) ? 1 : 3, axes.contains(2) ? 1 : 4, axes.contains(3) ? 1 : 5)
        try trial.expect(
          Planes(cs, ys, xs) { c, y, x in
            var all: [Float] = []
            for cc in cs == 1 ? Array(0..<3) : [c] {
              for yy in ys == 1 ? Array(0..<4) : [y] {
                for xx in xs == 1 ? Array(0..<5) : [x] { all.append(input[cc, yy, xx]) }
              }
            }
            return join(all)
          }.values)
      }
    }
  }

  /// What is no picture in memory leaves as one: channels last, as all pictures do.
  @Test func outputsWithoutColumns() throws {
    for axis in [2, 3] {
      var trial = Trial(height: 4, width: 5, seed: 44)
      trial.writer.node("ReduceSum", ["x", "axes"], ["y"])
      trial.writer.integers("axes", [axis])
      let input = trial.input
      let imported = try trial.expect(
        Planes(3, axis == 2 ? 1 : 4, axis == 3 ? 1 : 5) { c, y, x in
          (0..<(axis == 2 ? 4 : 5)).reduce(0) { $0 + (axis == 2 ? input[c, $1, x] : input[c, y, $1]) }
        }.values)
      #expect(imported.outputs[0].own == (axis == 2 ? [1, 5, 3] : [4, 1, 3]))
    }
  }

  @Test func slices() throws {
    var trial = Trial(height: 6, width: 7, seed: 44)
    let weights = trial.weights("w", [5, 3, 1, 1])
    let conv = trial.input.conv(weights, outputs: 5, kernel: (1, 1))
    for (name, numbers) in [
      ("parts", [2, 1, 2]), ("from", [-1, 1]), ("to", [-100, 100]), ("axes", [2, 3]), ("by", [-2, 2]), ("place", [0]),
      ("start", [1]), ("end", [2]), ("row", [2]),
    ] { trial.writer.integers(name, numbers) }
    trial.writer.node("Conv", ["x", "w"], ["c"])
    trial.writer.node("Split", ["c", "parts"], ["p", "q", "r"], [("axis", .int(1))])
    trial.writer.node("Concat", ["r", "p"], ["j"], [("axis", .int(1))])
    trial.writer.node("Slice", ["j", "from", "to", "axes", "by"], ["s"])
    trial.writer.node("Gather", ["q", "place"], ["g"], [("axis", .int(3))])
    trial.writer.node("Slice", ["g", "start", "end", "row"], ["first"])
    trial.writer.node("Add", ["s", "first"], ["y"])
    try trial.expect(
      Planes(4, 3, 3) { c, y, x in conv[[3, 4, 0, 1][c], 5 - 2 * y, 1 + 2 * x] + conv[2, 1, 0] }.values)
  }

  /// Joined along each dimension.
  @Test func joins() throws {
    for axis in 1...3 {
      var trial = Trial(height: 3, width: 4, seed: 45)
      trial.writer.node("Neg", ["x"], ["n"])
      trial.writer.node("Concat", ["x", "n", "x"], ["y"], [("axis", .int(axis))])
      let input = trial.input
      try trial.expect(
        Planes(axis == 1 ? 9 : 3, axis == 2 ? 9 : 3, axis == 3 ? 12 : 4) { c, y, x in
          let isMiddle = (axis == 1 ? c / 3 : axis == 2 ? y / 3 : x / 4) == 1
          return (isMiddle ? -1 : 1) * input[c % 3, y % 3, x % 4]
        }.values)
    }
  }

  @Test func blocks() throws {
    for mode in ["DCR", "CRD", "Space"] {
      var trial = Trial(height: 4, width: 6, seed: 46)
      let weights = trial.weights("w", [8, 3, 1, 1])
      trial.writer.node("Conv", ["x", "w"], ["c"])
      let conv = trial.input.conv(weights, outputs: 8, kernel: (1, 1))
      if mode == "Space" {
        trial.writer.node("SpaceToDepth", ["c"], ["y"], [("blocksize", .int(2))])
        try trial.expect(Planes(32, 2, 3) { c, y, x in conv[c % 8, 2 * y + c / 16, 2 * x + c / 8 % 2] }.values)
      } else {
        trial.writer.node("DepthToSpace", ["c"], ["y"], [("blocksize", .int(2)), ("mode", .text(mode))])
        try trial.expect(
          Planes(2, 8, 12) { c, y, x in
            let block = y % 2 * 2 + x % 2
            return conv[mode == "DCR" ? block * 2 + c : c * 4 + block, y / 2, x / 2]
          }.values)
      }
    }
  }

  @Test func borders() throws {
    for (mode, fill) in [("constant", 0), ("constant", 0.5), ("edge", 0), ("reflect", 0), ("wrap", 0)]
      as [(String, Float)]
    {
      for pads in [[0, 0, 2, 1, 0, 0, 1, 3], [0, 0, -1, 2, 0, 0, 0, -2], [0, 1, 0, 0, 0, 2, 0, 1]] {
        var trial = Trial(height: 4, width: 5, seed: 48)
        trial.writer.opset = 19
        trial.writer.integers("pads", pads)
        trial.writer.weights("fill", [], [fill])
        trial.writer.node("Pad", ["x", "pads", "fill"], ["y"], [("mode", .text(mode))])
        let input = trial.input
        func source(_ place: Int, _ axis: Int, _ size: Int) -> Int? {
          // What negative pads cut off is not there for the others.
          let (low, high) = (max(0, -pads[axis]), size - 1 - max(0, -pads[axis + 4]))
          let at = place - pads[axis]
          if (low...high).contains(at) { return at }
          switch mode {
          case "edge": return min(max(at, low), high)
          case "reflect": return at < low ? 2 * low - at : 2 * high - at
          case "wrap": return at < low ? at + high - low + 1 : at - (high - low + 1)
          default: return nil
          }
        }
        let sizes = [3, 4, 5].enumerated().map { $1 + pads[$0 + 1] + pads[$0 + 5] }
        try trial.expect(
          Planes(sizes[0], sizes[1], sizes[2]) { c, y, x in
            guard let c = source(c, 1, 3), let y = source(y, 2, 4), let x = source(x, 3, 5) else { return fill }
            return input[c, y, x]
          }.values)
      }
    }
  }

  /// Matrices on both sides, a vector, and rows whose axes were exchanged.
  @Test func products() throws {
    var trial = Trial(channels: 1, height: 4, width: 5, seed: 53)
    let (left, right, vector) = (trial.weights("l", [3, 4]), trial.weights("r", [5, 2]), trial.weights("v", [3]))
    trial.writer.integers("flat", [4, 5])
    trial.writer.node("Reshape", ["x", "flat"], ["a"])
    trial.writer.node("MatMul", ["l", "a"], ["b"])
    trial.writer.node("MatMul", ["b", "r"], ["c"])
    trial.writer.node("Transpose", ["c"], ["t"], [("perm", .ints([1, 0]))])
    trial.writer.node("MatMul", ["t", "v"], ["y"])
    let input = trial.input
    try trial.expect(
      (0..<2).map { j in
        var sum: Float = 0
        for i in 0..<3 {
          for k in 0..<4 { for m in 0..<5 { sum += vector[i] * left[i * 4 + k] * input[0, k, m] * right[m * 2 + j] } }
        }
        return sum
      })
  }

  /// A matrix for each channel.
  @Test func productsOfBatches() throws {
    for isRepeated in [true, false] {
      var trial = Trial(channels: isRepeated ? 1 : 3, height: 4, width: 5, seed: 55)
      let matrices = trial.weights("m", [1, 3, 5, 2])
      trial.writer.node("MatMul", ["x", "m"], ["y"])
      let input = trial.input
      try trial.expect(
        Planes(3, 4, 2) { c, y, x in
          (0..<5).reduce(0) { $0 + input[isRepeated ? 0 : c, y, $1] * matrices[(c * 5 + $1) * 2 + x] }
        }.values)
    }
  }

  /// A constant beside what is computed.
  @Test func joinedConstant() throws {
    var trial = Trial(height: 2, width: 2, seed: 56)
    let numbers = trial.weights("k", [1, 2, 2, 2])
    trial.writer.node("Concat", ["k", "x"], ["y"], [("axis", .int(1))])
    try trial.expect(numbers + trial.input.values)
  }

  /// Channels that are no colours.
  @Test func inputOfManyChannels() throws {
    var trial = Trial(channels: 1, height: 4, width: 15, seed: 59)
    trial.writer = ONNXWriter()
    trial.writer.input("x", [1, 5, 4, 3])
    trial.options.layout = .nchw
    let weights = trial.weights("w", [2, 5, 3, 3])
    trial.writer.node("Conv", ["x", "w"], ["y"])
    let pixels = trial.pixels
    let input = Planes(5, 4, 3) { c, y, x in Float(pixels[(y * 3 + x) * 5 + c]) / 255 }
    let imported = try trial.expect(input.conv(weights, outputs: 2, kernel: (3, 3)).values)
    #expect(imported.model.description.graph.input == [4, 15, 1])
    #expect(imported.notes.contains("5 channels are no picture's; 'glint run' takes 1x5x4x3 numbers"))
  }

  /// A picture's numbers as a list, in the file's order.
  @Test func flattenedOutput() throws {
    var trial = Trial(height: 2, width: 3, seed: 54)
    trial.writer.node("Flatten", ["x"], ["y"])
    try trial.expect(trial.input.values)
  }

  /// A picture whose rows and columns were exchanged leaves as the picture that its shape tells of.
  @Test func exchangedOutput() throws {
    var trial = Trial(height: 2, width: 3, seed: 55)
    trial.writer.node("Transpose", ["x"], ["y"], [("perm", .ints([0, 1, 3, 2]))])
    let input = trial.input
    let imported = try trial.expect(Planes(3, 3, 2) { input[$0, $2, $1] }.values)
    #expect(imported.outputs[0].shape == [1, 3, 3, 2] && imported.outputs[0].own == [3, 2, 3])
  }
}

extension Trial {
  /// The network of `broadcasting` with a divisor that is far from 0.
  fileprivate func divisible(isFirst: Bool, _ weights: [Float], _ axes: [Int]) -> ONNXWriter {
    var writer = ONNXWriter()
    writer.input("x", [1, channels, height, width])
    writer.weights("w", [3, 3, 1, 1], weights)
    writer.weights("one", [], [1])
    writer.node("Conv", ["x", "w"], ["c"])
    writer.node("Add", ["c", "one"], ["d"])
    writer.node("Add", ["x", "one"], ["e"])
    writer.node("ReduceMean", ["d"], ["m"], [("axes", .ints(axes.isEmpty ? [0] : axes))])
    writer.node("Div", isFirst ? ["m", "e"] : ["e", "m"], ["y"])
    return writer
  }
}
