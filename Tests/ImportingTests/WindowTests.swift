import Importing
import Models
import TestSupport
import Testing

/// Windows that move or lie apart in other ways than Glint's own, transposed convolutions, and resizing.
@Suite struct WindowTests {
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

  /// Factors whose products with extents are not whole: sizes and pixels are those of ONNX Runtime, which reckons in
  /// single precision.
  @Test func resizingByFactors() throws {
    func half(_ x: Int, _ s: Float) -> Float { (Float(x) + 0.5) / s - 0.5 }
    func plain(_ x: Int, _ s: Float) -> Float { Float(x) / s }
    func resized(
      _ height: Int, _ width: Int, by factors: [Float], opset: Int = 13, _ attributes: [(String, String)],
      to rows: Int, _ columns: Int, _ pixel: (Int, Float, Int) -> Float
    ) throws {
      var trial = Trial(height: height, width: width, seed: 60)
      trial.writer.opset = opset
      trial.writer.weights("s", [4], [1, 1] + factors)
      trial.writer.node("Resize", opset < 11 ? ["x", "s"] : ["x", "", "s"], ["y"], attributes.map { ($0, .text($1)) })
      let input = trial.input
      func place(_ at: Int, _ factor: Float, _ size: Int) -> (Int, Int, Float) {
        let place = min(max(pixel(at, factor, size), 0), Float(size - 1))
        let low = Int(place.rounded(.down))
        return (low, min(low + 1, size - 1), place - Float(low))
      }
      try trial.expect(
        Planes(3, rows, columns) { c, y, x in
          let (top, bottom, below) = place(y, factors[0], height)
          let (left, right, beside) = place(x, factors[1], width)
          let upper = input[c, top, left] * (1 - beside) + input[c, top, right] * beside
          let lower = input[c, bottom, left] * (1 - beside) + input[c, bottom, right] * beside
          return upper * (1 - below) + lower * below
        }.values)
    }
    // The float nearest to 1.3 is less, that nearest to 0.7 too: ten times each is whole in single precision alone.
    try resized(10, 10, by: [1.3, 0.7], [("mode", "linear")], to: 13, 7) { x, s, _ in half(x, s) }
    try resized(10, 10, by: [1.3, 0.7], [("mode", "nearest")], to: 13, 7) { x, s, _ in
      (half(x, s) - 0.5).rounded(.up)
    }
    try resized(5, 7, by: [1.5, 1.5], [("mode", "linear")], to: 7, 10) { x, s, _ in half(x, s) }
    // Between two pixels the last bit decides: 3 / 0.6 is 5, where the float nearest to 0.6 gives less.
    let floor = [("mode", "nearest"), ("coordinate_transformation_mode", "asymmetric"), ("nearest_mode", "floor")]
    try resized(9, 7, by: [0.6, 0.6], floor, to: 5, 4) { x, s, _ in plain(x, s).rounded(.down) }
    try resized(9, 7, by: [0.6, 0.6], [floor[0], floor[2]], to: 5, 4) { x, s, _ in half(x, s).rounded(.down) }
    // A little above the middle of two pixels counts as the middle: 19.5 / 1.3 - 0.5 in floats.
    try resized(17, 39, by: [1.77, 1.3], [("mode", "nearest")], to: 30, 50) { x, s, _ in
      (half(x, s) - 0.500001).rounded(.up)
    }
    // Of many such places some are rounded up and some down, which no equal distances give.
    let ceil = [("mode", "nearest"), ("nearest_mode", "ceil")]
    try resized(28, 40, by: [2.6, 1.88], ceil, to: 72, 75) { x, s, _ in half(x, s).rounded(.up) }
    // Files of before opset 11 round down where pixels are repeated, and up where they are left out.
    try resized(9, 7, by: [0.6, 1.5], opset: 10, [("mode", "nearest")], to: 5, 10) { x, s, _ in
      plain(x, s).rounded(s < 1 ? .up : .down)
    }
    // Where each size stays as it is, the picture does.
    for mode in ["linear", "nearest"] {
      try resized(3, 3, by: [1.1, 1.2], [("mode", mode)], to: 3, 3) { x, _, _ in Float(x) }
    }
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
}
