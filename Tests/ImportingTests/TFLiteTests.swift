import Importing
import ModelFiles
import Models
import Numerics
import Runtime
import TFLiteFiles
import TestSupport
import Testing

@Suite struct TFLiteTests {
  /// Convolution, depthwise convolution with two results a channel, pooling, and a dense layer over a flattened picture
  /// with channels last, each with its clamp; no layer of Glint's turns anything.
  @Test func layers() throws {
    var trial = TFLiteTrial(height: 8, width: 8, seed: 40)
    let (first, firstNumbers) = trial.filters([4, 3, 3, 3])
    let bias = trial.plain.random.floats(4, -1, 1)
    let b = trial.writer.weights("b", [4], bias)
    let conv = trial.writer.tensor("conv;relu6", [1, 4, 4, 4])
    let clamped = TFLiteTrial.convolution(padding: 0, stride: 2, activation: 3)
    trial.writer.node(3, [trial.x, first, b], conv, options: clamped)
    let (each, eachNumbers) = trial.filters([8, 1, 3, 3], depthwise: true)
    let depthwise = trial.writer.tensor("each", [1, 4, 4, 8])
    let options = FlatTable([0: .byte(0), 1: .whole(1), 2: .whole(1), 3: .whole(2), 4: .byte(1)])
    trial.writer.node(4, [conv, each, -1], depthwise, options: (2, options))
    let pool = trial.writer.tensor("pool", [1, 2, 2, 8])
    let window = FlatTable([0: .byte(1), 1: .whole(2), 2: .whole(2), 3: .whole(2), 4: .whole(2)])
    trial.writer.node(17, [depthwise], pool, options: (5, window))
    let list = trial.writer.tensor("list", [1, 32])
    let shape = trial.writer.integers("shape", [-1, 32])
    trial.writer.node(22, [pool, shape], list)
    let matrix = trial.plain.random.floats(5 * 32, -1, 1)
    let m = trial.writer.weights("m", [5, 32], matrix)
    let dense = trial.writer.tensor("dense", [1, 5])
    trial.writer.node(9, [list, m, -1], dense, options: (8, FlatTable([0: .byte(1)])))

    let one = trial.input.conv(firstNumbers, outputs: 4, kernel: (3, 3), bias: bias, stride: 2, pads: [0, 0, 1, 1])
      .map { min(max($0, 0), 6) }
    let two = one.conv(eachNumbers, outputs: 8, kernel: (3, 3), pads: [1, 1, 1, 1], groups: 4).map { max($0, 0) }
    let three = two.pool((2, 2), stride: 2, pads: [0, 0, 0, 0], rows: 2, columns: 2) { $0.max()! }
    // The list runs through rows, columns, channels.
    var channelsLast: [Float] = []
    for y in 0..<2 { for x in 0..<2 { for c in 0..<8 { channelsLast.append(three[c, y, x]) } } }
    let expected = (0..<5).map { o in
      max(0, zip(channelsLast, matrix[o * 32..<(o + 1) * 32]).reduce(0) { $0 + $1.0 * $1.1 })
    }
    let imported = try trial.expect(dense, expected)
    let nodes = imported.model.description.graph.nodes
    let operators = nodes.map(\.operator.name)
    #expect(operators.prefix(5) == ["conv2d", "grouped_conv2d", "max_pool2d", "flatten", "dense"], "\(operators)")
    #expect(nodes[0].name == "conv" && imported.nodesRead == 5)
    #expect(imported.model.description.card["imported from"]?.hasPrefix("net.tflite, TensorFlow Lite") ?? false)
  }

  /// Weights of 16 bits behind DEQUANTIZE, and codes of 8 bits with a scale for each channel, are the same layer.
  @Test func weightsOfFewerBits() throws {
    let codes: [Int8] = [1, -2, 3, 4, 5, -127]
    let scales: [Float] = [0.5, 0.25]
    var trial = TFLiteTrial(seed: 41)
    let y = trial.writer.tensor("y", [1, 9, 7, 2])
    let w = trial.writer.tensor(
      "w", [2, 1, 1, 3], type: 9, data: codes.map { UInt8(bitPattern: $0) }, scales: scales, zeroPoints: [0, 0])
    trial.writer.node(3, [trial.x, w], y, options: TFLiteTrial.convolution(padding: 1))
    let numbers = codes.enumerated().map { Float($1) * scales[$0 / 3] }
    let expected = trial.input.conv(numbers, outputs: 2, kernel: (1, 1)).values
    try trial.expect(y, expected)

    var half = TFLiteTrial(seed: 41)
    let bits = numbers.map { UInt16($0 < 0 ? 0x8000 : 0) | Self.half(abs($0)) }
    let stored = half.writer.tensor("w16", [2, 1, 1, 3], type: 1, data: littleEndian(bits))
    let plain = half.writer.tensor("w", [2, 1, 1, 3])
    half.writer.node(6, [stored], plain)
    let z = half.writer.tensor("y", [1, 9, 7, 2])
    half.writer.node(3, [half.x, plain], z, options: TFLiteTrial.convolution(padding: 1))
    try half.expect(z, expected)
  }

  /// The bits of a number that binary16 holds exactly.
  private static func half(_ number: Float) -> UInt16 {
    UInt16(Int(number.exponent) + 15) << 10 | UInt16((number.significand - 1) * 1024)
  }

  /// Codes around another number than 0: said, with what would work.
  @Test(arguments: [([0.5], [3], "whose zero point is 3"), ([0.5, 0.25], [0, 1], "a zero point for each channel")])
  func zeroPointsOfWeights(_ scales: [Float], _ zeroPoints: [Int], _ text: String) throws {
    var trial = TFLiteTrial(seed: 42)
    let y = trial.writer.tensor("y", [1, 9, 7, 2])
    let w = trial.writer.tensor(
      "w", [2, 1, 1, 3], type: 9, data: [1, 2, 3, 4, 5, 6], scales: scales, zeroPoints: zeroPoints)
    trial.writer.node(3, [trial.x, w], y, options: TFLiteTrial.convolution(padding: 1))
    #expect(trial.refusal([y]).contains(text))
    #expect(trial.refusal([y]).contains("codes around 0 would work"))
  }

  /// All that is in the way at once, by the file's own operators.
  @Test func refusals() throws {
    var trial = TFLiteTrial(seed: 43)
    let a = trial.writer.tensor("a", [1, 9, 7, 3])
    let b = trial.writer.tensor("b", [1, 9, 7, 3])
    let c = trial.writer.tensor("c", [1, 9, 7, 3])
    trial.writer.node(19, [trial.x], a)
    trial.writer.node(32, [a], b, custom: "Mine")
    trial.writer.node(12, [a], c)
    let error = caught(ImportError.self) { try trial.imported([b, c]) }
    guard case .nodes(_, let nodes, 3)? = error else { throw error ?? .network(path: "", "was imported") }
    #expect(nodes.map(\.operatorType) == ["Mine", "L2_POOL_2D"] && nodes.map(\.index) == [1, 2])
    #expect(nodes.map(\.version) == ["version 1", "version 1"])
    #expect(nodes[1].advice == "AVERAGE_POOL_2D and MAX_POOL_2D would work")
    #expect("\(error!)".contains("2 of 3 nodes cannot be imported; nothing was written."))
  }

  /// Of two values of one tensor, one would be left out without a word.
  @Test func twoMakers() throws {
    var trial = TFLiteTrial(seed: 43)
    let a = trial.writer.tensor("a", [1, 9, 7, 3])
    let constant = trial.writer.weights("c", [3], [1, 2, 3])
    let plain = trial
    trial.writer.node(19, [trial.x], a)
    trial.writer.node(14, [trial.x], a)
    #expect(
      trial.refusal([a]).contains(
        "tensor 1 'a' is made by operator 0 (RELU), and made by operator 1 (LOGISTIC) too; each tensor needs one maker")
    )
    for (tensor, what) in [(plain.x, "an input"), (constant, "a constant")] {
      trial = plain
      trial.writer.node(19, [trial.x], tensor)
      trial.writer.node(19, [tensor], a)
      #expect(trial.refusal([a]).contains("is \(what), and made by operator 0 (RELU) too"))
    }
  }

  @Test func labelsAndPixelsOfTheMetadata() throws {
    var trial = TFLiteTrial(seed: 44)
    let (w, numbers) = trial.filters([2, 3, 9, 7])
    let y = trial.writer.tensor("y", [1, 1, 1, 2])
    trial.writer.node(3, [trial.x, w], y, options: TFLiteTrial.convolution(padding: 1))
    let normalization = FlatTable([0: .fractions([127.5]), 1: .fractions([64])])
    let input = FlatTable([4: .tables([FlatTable([0: .byte(1), 1: .table(normalization)])])])
    trial.writer.metadata = [
      ("TFLITE_METADATA", FlatTable([3: .tables([FlatTable([2: .tables([input])])])]).file("M001"))
    ]
    let expected = trial.plain.planes { ($1 - 127.5) / 64 }.conv(numbers, outputs: 2, kernel: (9, 7))
    let imported = try trial.expect(y, expected.values)
    #expect(imported.convention == "rgb, 0..255, mean 127.5, deviation 64.0")
    #expect(imported.notes.contains("what stands in place of a pixel is as the file's metadata say"))
    // Who says otherwise is believed.
    trial.options.range = .unit
    try trial.expect(y, trial.input.conv(numbers, outputs: 2, kernel: (9, 7)).values)
  }

  /// Codes of 8 bits from layer to layer stay what they are.
  @Test func wholeNumbers() throws {
    var trial = TFLiteTrial(seed: 45)
    let y = trial.writer.tensor("y", [1, 9, 7, 3], type: 9, scales: [0.5], zeroPoints: [-128])
    trial.writer.node(114, [trial.x], y)
    let z = trial.writer.tensor("z", [1, 9, 7, 3])
    trial.writer.node(6, [y], z)
    let model = try #require(try trial.imported([z]).quantized)
    let expected = trial.plain.pixels.map { (Float($0) / 255 / 0.5).rounded(.toNearestOrEven) * 0.5 }
    #expect(try Interpreter(model).invoke(trial.plain.pixels) == expected)
  }

  /// A border around channels, parts of tensors one behind the other, rows and columns exchanged: in the file's order,
  /// which has channels last.
  @Test func arrangements() throws {
    var trial = TFLiteTrial(height: 2, width: 4, seed: 47)
    let padded = trial.writer.tensor("padded", [1, 2, 4, 5])
    let borders = trial.writer.tensor(
      "borders", [4, 2], type: 2, data: littleEndian([0, 0, 0, 0, 0, 0, 0, 2].map { Int32($0) }))
    trial.writer.node(34, [trial.x, borders], padded)
    let turned = trial.writer.tensor("turned", [1, 4, 2, 5])
    trial.writer.node(39, [padded, trial.writer.integers("order", [0, 2, 1, 3])], turned)
    let input = trial.input
    // Compared channels first, as the trial has it.
    let exchanged = Planes(5, 4, 2) { $0 < 3 ? input[$0, $2, $1] : 0 }
    let imported = try trial.expect(turned, exchanged.values)
    #expect(imported.outputs[0].own == [4, 2, 5])
    let (left, right) = (trial.writer.tensor("left", [1, 8, 5]), trial.writer.tensor("right", [1, 3, 5]))
    trial.writer.node(22, [turned, trial.writer.integers("rows", [1, 8, 5])], left)
    let (start, size) = (trial.writer.integers("start", [0, 5, 0]), trial.writer.integers("size", [1, 3, -1]))
    trial.writer.node(65, [left, start, size], right)
    let both = trial.writer.tensor("both", [1, 11, 5])
    trial.writer.node(2, [left, right], both, options: (10, FlatTable([0: .whole(1), 1: .byte(0)])))
    var rows: [Float] = []
    for row in Array(0..<8) + Array(5..<8) { rows += (0..<5).map { exchanged[$0, row / 2, row % 2] } }
    let list = trial.writer.tensor("list", [1, 55])
    trial.writer.node(22, [both, trial.writer.integers("all", [1, 55])], list)
    try trial.expect(list, rows)
  }

  /// Changed files: an error or a model, never a crash.
  @Test func mutatedBytes() throws {
    var trial = TFLiteTrial(height: 4, width: 4, seed: 46)
    let (w, _) = trial.filters([2, 3, 3, 3])
    let conv = trial.writer.tensor("conv", [1, 4, 4, 2])
    trial.writer.node(3, [trial.x, w], conv, options: TFLiteTrial.convolution(padding: 0))
    let axes = trial.writer.integers("axes", [1, 2])
    let mean = trial.writer.tensor("mean", [1, 2])
    trial.writer.node(40, [conv, axes], mean, options: (27, FlatTable([0: .byte(0)])))
    let slice = trial.writer.tensor("slice", [1, 2])
    let (begin, end) = (trial.writer.integers("begin", [0, 0]), trial.writer.integers("end", [1, 2]))
    trial.writer.node(
      45, [mean, begin, end, trial.writer.integers("steps", [1, 1])], slice, options: (32, FlatTable()))
    trial.writer.outputs = [slice]
    let good = trial.writer.bytes
    let folder = try TemporaryFolder()
    var models = 0
    for seed in 0..<2_000 {
      var random = CounterRandom(seed: UInt64(seed), stream: 18)
      let path = try folder.write(mutated(good, &random), as: "net.tflite")
      if let file = try? TFLiteModel(path: path), (try? ImportedModel(file)) != nil { models += 1 }
    }
    #expect(models > 100 && models < 2_000, "\(models) of 2,000 were imported")
  }
}
