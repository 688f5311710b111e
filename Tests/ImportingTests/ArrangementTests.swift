import Importing
import Models
import TestSupport
import Testing

/// Tensors of different extents, parts of them, blocks, borders, and transposed convolutions.
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

  /// Channels shuffled by a reshape and a transpose, then convolved.
  @Test func shuffledChannels() throws {
    var trial = Trial(height: 4, width: 5, seed: 47)
    let (first, second) = (trial.weights("a", [6, 3, 1, 1]), trial.weights("b", [2, 6, 3, 3]))
    trial.writer.integers("split", [1, 2, 3, 4, 5])
    trial.writer.integers("whole", [1, 6, 4, 5])
    trial.writer.node("Conv", ["x", "a"], ["c"])
    trial.writer.node("Reshape", ["c", "split"], ["s"])
    trial.writer.node("Transpose", ["s"], ["t"], [("perm", .ints([0, 2, 1, 3, 4]))])
    trial.writer.node("Reshape", ["t", "whole"], ["u"])
    trial.writer.node("Conv", ["u", "b"], ["y"])
    let conv = trial.input.conv(first, outputs: 6, kernel: (1, 1))
    let shuffled = Planes(6, 4, 5) { conv[$0 % 2 * 3 + $0 / 2, $1, $2] }
    try trial.expect(shuffled.conv(second, outputs: 2, kernel: (3, 3)).values)
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

  /// Strides and distances of taps that differ down and across.
  @Test func skewedWindows() throws {
    for (strides, dilations, kernel) in [
      ([2, 1], [1, 1], [3, 3]), ([1, 3], [1, 1], [2, 3]), ([4, 2], [1, 1], [1, 1]), ([1, 1], [2, 1], [3, 2]),
      ([2, 1], [1, 3], [2, 2]),
    ] {
      var trial = Trial(height: 9, width: 8, seed: 49)
      let weights = trial.weights("w", [4, 3, kernel[0], kernel[1]])
      trial.writer.node(
        "Conv", ["x", "w"], ["y"],
        [("strides", .ints(strides)), ("dilations", .ints(dilations)), ("pads", .ints([1, 0, 1, 1]))])
      let input = trial.input
      let rows = (9 + 2 - (kernel[0] - 1) * dilations[0] - 1) / strides[0] + 1
      let columns = (8 + 1 - (kernel[1] - 1) * dilations[1] - 1) / strides[1] + 1
      try trial.expect(
        Planes(4, rows, columns) { o, y, x in
          var sum: Float = 0
          for c in 0..<3 {
            for i in 0..<kernel[0] {
              for j in 0..<kernel[1] {
                let weight = weights[((o * 3 + c) * kernel[0] + i) * kernel[1] + j]
                sum += weight * input[c, y * strides[0] + i * dilations[0] - 1, x * strides[1] + j * dilations[1]]
              }
            }
          }
          return sum
        }.values)
    }
    for type in ["MaxPool", "AveragePool"] {
      var trial = Trial(height: 9, width: 8, seed: 50)
      trial.writer.node(type, ["x"], ["y"], [("kernel_shape", .ints([2, 3])), ("strides", .ints([1, 2]))])
      let input = trial.input
      try trial.expect(
        Planes(3, 8, 3) { c, y, x in
          let all = (0..<6).map { input[c, y + $0 / 3, 2 * x + $0 % 3] }
          return type == "MaxPool" ? all.max()! : all.reduce(0, +) / 6
        }.values)
    }
  }

  @Test func transposedConvolution() throws {
    for (kernel, stride, pads, extra, groups, dilation) in [
      (2, 2, 0, 0, 1, 1), (3, 2, 1, 1, 1, 1), (4, 2, 1, 0, 1, 1), (3, 1, 1, 0, 1, 1), (3, 3, 0, 2, 3, 1),
      (2, 3, 0, 0, 1, 1),
      (3, 2, 0, 0, 1, 2), (5, 2, 3, 1, 3, 1),
    ] {
      var trial = Trial(height: 4, width: 3, seed: 51)
      let perGroup = 2
      let weights = trial.weights("w", [3, perGroup, kernel, kernel])
      let bias = trial.weights("b", [perGroup * groups])
      trial.writer.node(
        "ConvTranspose", ["x", "w", "b"], ["c"],
        [
          ("strides", .ints([stride, stride])), ("pads", .ints([pads, pads, pads, pads])),
          ("output_padding", .ints([extra, extra])), ("group", .int(groups)),
          ("dilations", .ints([dilation, dilation])),
        ])
      // A normalization and a clamp behind it go into the layer.
      let scale = trial.weights("scale", [perGroup * groups, 1, 1])
      trial.writer.node("Mul", ["c", "scale"], ["m"])
      trial.writer.node("Relu", ["m"], ["y"])
      let input = trial.input
      func size(_ n: Int) -> Int { stride * (n - 1) + extra + (kernel - 1) * dilation + 1 - 2 * pads }
      var sums = [Float](repeating: 0, count: perGroup * groups * size(4) * size(3))
      for i in 0..<3 {
        for y in 0..<4 {
          for x in 0..<3 {
            for c in 0..<perGroup {
              for ky in 0..<kernel {
                for kx in 0..<kernel {
                  let (row, column) = (y * stride + ky * dilation - pads, x * stride + kx * dilation - pads)
                  guard (0..<size(4)).contains(row), (0..<size(3)).contains(column) else { continue }
                  let output = i / (3 / groups) * perGroup + c
                  sums[(output * size(4) + row) * size(3) + column] +=
                    input[i, y, x] * weights[((i * perGroup + c) * kernel + ky) * kernel + kx]
                }
              }
            }
          }
        }
      }
      let imported = try trial.expect(
        Planes(perGroup * groups, size(4), size(3)) { c, y, x in
          max(0, (sums[(c * size(4) + y) * size(3) + x] + bias[c]) * scale[c])
        }.values)
      if stride == 1 || size(4) % stride == 0 && size(3) % stride == 0 {
        let nodes = imported.model.description.graph.nodes
        #expect(nodes.count { $0.operator.hasParameters && $0.operator.activation == .relu } == 1)
      }
    }
  }

  @Test func resizing() throws {
    for (coordinates, place) in [
      ("half_pixel", { (x, s, _, _) in (x + 0.5) / s - 0.5 }), ("asymmetric", { (x, s, _, _) in x / s }),
      ("align_corners", { (x, _, n, m) in x * (n - 1) / (m - 1) }),
      ("pytorch_half_pixel", { (x, s, _, _) in (x + 0.5) / s - 0.5 }),
    ] as [(String, (Float, Float, Float, Float) -> Float)] {
      for (rows, columns) in [(8, 10), (12, 7), (2, 3)] {
        for mode in ["linear", "nearest"] {
          var trial = Trial(height: 4, width: 5, seed: 52)
          trial.writer.integers("sizes", [1, 3, rows, columns])
          trial.writer.node(
            "Resize", ["x", "", "", "sizes"], ["y"],
            [
              ("mode", .text(mode)), ("coordinate_transformation_mode", .text(coordinates)),
              ("nearest_mode", .text("ceil")),
            ])
          let input = trial.input
          func mixed(_ place: Float, _ size: Int) -> (Int, Int, Float) {
            let place = min(max(place, 0), Float(size - 1))
            // Nearest, upwards; a place that is whole but for rounding is whole.
            if mode == "nearest" { return (Int((place - 1e-4).rounded(.up)), 0, 0) }
            let low = Int(place.rounded(.down))
            return (low, min(low + 1, size - 1), place - Float(low))
          }
          try trial.expect(
            Planes(3, rows, columns) { c, y, x in
              let (top, bottom, below) = mixed(place(Float(y), Float(rows) / 4, 4, Float(rows)), 4)
              let (left, right, beside) = mixed(place(Float(x), Float(columns) / 5, 5, Float(columns)), 5)
              let upper = input[c, top, left] * (1 - beside) + input[c, top, right] * beside
              let lower = input[c, bottom, left] * (1 - beside) + input[c, bottom, right] * beside
              return upper * (1 - below) + lower * below
            }.values)
        }
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

  /// Taps that lie apart, with borders that no window takes its largest number from.
  @Test func dilatedPools() throws {
    for (kernel, dilation, stride, pad) in [(2, 2, 1, 0), (3, 2, 1, 2), (3, 3, 2, 4), (2, 3, 3, 1)] {
      for type in ["MaxPool", "AveragePool"] {
        var trial = Trial(height: 9, width: 8, seed: 57)
        let weights = trial.weights("w", [2, 3, 1, 1])
        trial.writer.opset = 19
        trial.writer.node("Conv", ["x", "w"], ["c"])
        trial.writer.node(
          type, ["c"], ["y"],
          [
            ("kernel_shape", .ints([kernel, kernel])), ("dilations", .ints([dilation, dilation])),
            ("strides", .ints([stride, stride])), ("pads", .ints([pad, pad, pad, pad])),
          ])
        let conv = trial.input.conv(weights, outputs: 2, kernel: (1, 1))
        func size(_ extent: Int) -> Int { (extent + 2 * pad - (kernel - 1) * dilation - 1) / stride + 1 }
        try trial.expect(
          Planes(2, size(9), size(8)) { c, y, x in
            var all: [Float] = []
            for i in 0..<kernel {
              for j in 0..<kernel {
                let (row, column) = (y * stride + i * dilation - pad, x * stride + j * dilation - pad)
                if conv.contains(row, column) { all.append(conv[c, row, column]) }
              }
            }
            return type == "MaxPool" ? all.max()! : all.reduce(0, +) / Float(all.count)
          }.values)
      }
    }
  }

  /// Filters that reach beyond two pixels.
  @Test func cubicResizing() throws {
    var trial = Trial(channels: 1, height: 4, width: 5, seed: 58)
    trial.writer.integers("sizes", [1, 1, 8, 5])
    trial.writer.node("Resize", ["x", "", "", "sizes"], ["y"], [("mode", .text("cubic"))])
    let input = trial.input
    func weight(_ distance: Float) -> Float {
      let (a, x): (Float, Float) = (-0.75, abs(distance))
      if x <= 1 { return (a + 2) * x * x * x - (a + 3) * x * x + 1 }
      return x < 2 ? a * x * x * x - 5 * a * x * x + 8 * a * x - 4 * a : 0
    }
    try trial.expect(
      Planes(1, 8, 5) { c, y, x in
        let place = (Float(y) + 0.5) / 2 - 0.5
        return (-3...7).reduce(0) { $0 + weight(Float($1) - place) * input[c, min(max($1, 0), 3), x] }
      }.values)
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
    #expect(imported.notes.contains("5 channels are no picture's; 'glint run' takes 4x3x5 numbers"))
  }

  /// A picture's numbers as a list, in the file's order.
  @Test func flattenedOutput() throws {
    var trial = Trial(height: 2, width: 3, seed: 54)
    trial.writer.node("Flatten", ["x"], ["y"])
    try trial.expect(trial.input.values)
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
