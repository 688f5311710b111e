import Models
import Numerics
import Reference
import Runtime
import TestSupport
import Testing

/// Functions as tables, products, resizing and rearranging give the bytes of the reference.
@Suite struct FurtherOperatorTests {
  @Test(arguments: Operator.Function.samples)
  func function(_ function: Operator.Function) throws {
    for (seed, channels) in [1, 5, 32, 45].enumerated() {
      let lift = Operator.conv2D(.init(outputChannels: channels, window: .init(1, 1)))
      // The join puts its results beside others.
      try expectReferenceBytes(
        graph(
          [5, 7, 3], .init("lift", lift, inputs: [0]), .init("f", .function(function), inputs: [1]),
          .init("join", .concatenate, inputs: [2, 1, 2])), seed: UInt64(seed), threads: [1, 2])
    }
  }

  /// A function without a value gives the code of 0, an infinite one the last code.
  @Test func functionsWithoutValue() throws {
    let graph = graph(
      [1, 2, 1], .init("f", .function(.init(.log)), inputs: [0]), .init("g", .function(.init(.log)), inputs: [1]))
    var model = try QuantizedModel.random(graph, seed: 1)
    model.quantization[1] = .init(scale: 0.5, zeroPoint: 3)
    model.quantization[2] = .init(scale: 0.5, zeroPoint: -7)
    let interpreter = try Interpreter(model, keepingAllValues: true)
    _ = interpreter.invoke([0, 128])
    // ln 0, and ln (128 / 255) = -0.689; then the logarithms of what is below 0.
    #expect(interpreter.value(1) == [-128, 2])
    #expect(interpreter.value(2) == [-7, -7])
    #expect(ReferenceInterpreter(model).run([0, 128]).values[2].elements == [-7, -7])
  }

  @Test(arguments: [1, 3, 15, 16, 17, 40], Operator.Activation.allCases)
  func pairs(_ channels: Int, _ activation: Operator.Activation) throws {
    let lift = Operator.conv2D(.init(outputChannels: channels, window: .init(1, 1)))
    for pair in [Operator.multiply(activation), .add(activation)] {
      for (seed, extremes) in QuantizedModel.Extremes.allCases.enumerated() {
        // Of one shape; with one number a channel, flat and as a picture; with itself.
        try expectReferenceBytes(
          graph(
            [6, 5, 3], .init("a", lift, inputs: [0]), .init("b", lift, inputs: [0]),
            .init("same", pair, inputs: [1, 2]), .init("mean", .globalAveragePool, inputs: [2]),
            .init("one", .reshape([1, 1, channels]), inputs: [4]), .init("c", pair, inputs: [3, 4]),
            .init("d", pair, inputs: [6, 5]), .init("e", pair, inputs: [7, 7])), seed: UInt64(70 + seed), extremes,
          threads: [1, 3])
      }
    }
  }

  /// Results beyond 16 and 32 bits are clamped on their own side.
  @Test func productsBeyondAllCodes() throws {
    let graph = graph([3, 11, 3], .init("p", .multiply(.none), inputs: [0, 0]))
    for scale in [1e-9, 1e-4, 1] as [Float] {
      for zeroPoint in [-128, 0, 127] as [Int8] {
        var model = try QuantizedModel.random(graph, seed: 1)
        model.quantization[1] = .init(scale: scale, zeroPoint: zeroPoint)
        let pixels = graph.randomPixels(seed: 5)
        let wanted = ReferenceInterpreter(model).run(pixels).values[1].elements
        for isa in supportedISAs {
          let interpreter = try Interpreter(model, kernels: KernelTable(limit: isa), keepingAllValues: true)
          _ = interpreter.invoke(pixels)
          #expect(interpreter.value(1) == wanted, "\(isa.name), scale \(scale)")
        }
      }
    }
  }

  @Test func rearranging() throws {
    func axes(_ axes: (Int, Int)...) -> [Operator.Arrangement.Axis] { axes.map { .init(size: $0.0, stride: $0.1) } }
    let cases: [Operator.Arrangement] = [
      // Every second column backwards, channels to the front, depth to space by 2, repeated rows, one element.
      .init(shape: [4, 3, 8], axes: axes((4, 48), (3, -16), (8, 1)), offset: 40),
      .init(shape: [8, 4, 6], axes: axes((8, 1), (4, 48), (6, 8))),
      .init(shape: [8, 12, 2], axes: axes((4, 48), (2, 4), (6, 8), (2, 2), (2, 1))),
      .init(shape: [3, 4, 48], axes: axes((3, 0), (4, 48), (48, 1))),
      .init(shape: [1], axes: axes((1, 1)), offset: 191),
      // Channels shuffled in 2, 3, 4 and 6 groups, and four values of which each begins a pixel.
      .init(shape: [4, 6, 8], axes: axes((24, 8), (4, 1), (2, 4))),
      .init(shape: [8, 8, 3], axes: axes((8, 24), (8, 1), (3, 8))),
      .init(shape: [4, 6, 8], axes: axes((24, 8), (2, 1), (4, 2))),
      .init(shape: [4, 8, 6], axes: axes((4, 48), (8, 1), (6, 8))),
      .init(shape: [8, 6, 4], axes: axes((48, 1), (4, 48))),
    ]
    let lift = Operator.conv2D(.init(outputChannels: 8, window: .init(1, 1)))
    for (seed, arrangement) in cases.enumerated() {
      try expectReferenceBytes(
        graph([4, 6, 3], .init("lift", lift, inputs: [0]), .init("move", .rearrange(arrangement), inputs: [1])),
        seed: UInt64(seed), threads: [1, 2])
    }
  }

  @Test func resizing() throws {
    let pixel = Operator.Sampling.pixel
    let rows: [Operator.Sampling] = [
      .init(count: 14, start: -pixel / 4, step: pixel / 2), .init(count: 3, start: pixel / 2, step: 2 * pixel),
      .init(count: 1, start: 0, step: 0), .init(count: 9, start: 7 * pixel, step: pixel),
    ]
    for (seed, row) in rows.enumerated() {
      for isLinear in [true, false] {
        let resize = Operator.Resize(
          isLinear: isLinear, rows: row, columns: .init(count: 13, start: -pixel, step: pixel / 3))
        for channels in [3, 8, 21, 32] {
          let lift = Operator.conv2D(.init(outputChannels: channels, window: .init(1, 1)))
          try expectReferenceBytes(
            graph([7, 5, 3], .init("lift", lift, inputs: [0]), .init("resize", .resize(resize), inputs: [1])),
            seed: UInt64(seed), threads: [1, 2])
        }
      }
    }
  }

  /// A middle between two codes, computed by hand.
  @Test func mixedPixels() throws {
    let half = Operator.Sampling.pixel / 2
    let resize = Operator.Resize(
      isLinear: true, rows: .init(count: 1, start: 0, step: 0), columns: .init(count: 3, start: 0, step: half))
    let graph = graph([1, 2, 1], .init("resize", .resize(resize), inputs: [0]))
    var model = try QuantizedModel.random(graph, seed: 1)
    model.quantization[1] = .pixel
    let interpreter = try Interpreter(model, keepingAllValues: true)
    _ = interpreter.invoke([10, 20])
    #expect(interpreter.value(1) == [-118, -113, -108])
  }

  @Test func network() throws {
    try expectReferenceBytes(.everyFurtherOperator, seed: 81, threads: [1, 2, 3])
    try expectReferenceBytes(.everyFurtherOperator, seed: 82, .loud)
  }

  @Test func refusesScalesOfProducts() throws {
    let graph = graph(
      [2, 2, 1], .init("f", .function(.relu), inputs: [0]), .init("p", .multiply(.none), inputs: [1, 1]))
    var model = try QuantizedModel.random(graph, seed: 1)
    model.quantization[1] = .init(scale: 1e-30, zeroPoint: 0)
    model.quantization[2] = .init(scale: 1, zeroPoint: 0)
    #expect(throws: RuntimeError.self) { try Interpreter(model) }
  }
}
