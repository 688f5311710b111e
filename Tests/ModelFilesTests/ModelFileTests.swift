import Files
import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Every operator once, so that the coding of each is seen.
private let everything = Graph(
  input: [12, 10, 3],
  nodes: [
    .init(
      "conv", .conv2D(.init(outputChannels: 4, window: .init(3, 3, stride: 2, padding: .all(1)), activation: .relu6)),
      inputs: [0]),
    .init(
      "depthwise", .conv2D(.init(outputChannels: 4, window: .init(3, 3, padding: .all(2)), dilation: 2, groups: 4)),
      inputs: [1]),
    .init("swish", .function(.init(.hardSwish)), inputs: [2]),
    .init("sum", .add(.relu), inputs: [1, 3]),
    .init("join", .concatenate, inputs: [4, 1]),
    .init("max", .maxPool2D(.init(2, 1, stride: 1)), inputs: [5]),
    .init("mean", .averagePool2D(.init(2, 2, padding: .init(top: 1, left: 0, bottom: 0, right: 1))), inputs: [6]),
    .init("larger", .upsampleNearest(factor: 2), inputs: [7]),
    .init("all", .globalAveragePool, inputs: [8]),
    .init("shape", .reshape([2, 2, 2]), inputs: [9]),
    .init("leaky", .function(.init(.leakyReLU, 0.01)), inputs: [10]),
    .init("positive", .function(.relu), inputs: [11]),
    .init("least", .function(.init(.clip, -.leastNonzeroMagnitude, 1)), inputs: [12]),
    .init("product", .multiply(.relu6), inputs: [13, 11]),
    .init(
      "half",
      .rearrange(
        .init(shape: [2, 2, 1], axes: [.init(size: 2, stride: -4), .init(size: 2, stride: 2)], offset: 5)),
      inputs: [14]),
    .init(
      "mixed",
      .resize(
        .init(
          isLinear: true, rows: .init(count: 2, start: -1, step: 7),
          columns: .init(count: 2, start: 3, step: 1 << 32))),
      inputs: [15]),
    .init(
      "repeated",
      .resize(
        .init(
          isLinear: false, rows: .init(count: 2, start: 0, step: 0),
          columns: .init(count: 3, start: 0, step: 1 << 31))),
      inputs: [16]),
    .init("flat", .flatten, inputs: [17]),
    .init("logits", .dense(.init(outputs: 3)), inputs: [18]),
  ],
  outputs: [.init(value: 19, function: .softmax)])

@Suite struct ModelFileTests {
  /// Values of 16 bits come back, in a file whose version programs that know none of them refuse; a file without them
  /// stays as it was.
  @Test func sixteenBitRoundTrip() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("q.safetensors")
    let eight = try QuantizedModel.random(everything, seed: 1, labels: ["a", "b", "c"])
    let sixteen = eight.withSixteenBits(seed: 5, quarters: 2)
    #expect(sixteen.hasSixteenBits && !eight.hasSixteenBits)
    for (model, version) in [(eight, "1"), (sixteen, "2")] {
      try model.write(to: path)
      let file = try SafetensorsFile(path: path)
      #expect(file.metadata("format_version") == version)
      #expect(file.contains("values.largest") == model.hasSixteenBits)
      let back = try QuantizedModel.load(path)
      #expect(back.quantization == model.quantization)
      #expect(back.writer().bytes() == model.writer().bytes())
    }
  }

  /// A file of the old version has no values of 16 bits, and their codes lie around 0 and beyond 127.
  @Test func wrongSixteenBits() throws {
    let folder = try TemporaryFolder()
    let model = try QuantizedModel.random(everything, seed: 1, labels: ["a", "b", "c"])
    func reason(_ version: String, _ largest: Int16, _ zeroPoint: Int8) throws -> String {
      var changed = model
      changed.quantization[3] = .init(scale: 0.1, zeroPoint: zeroPoint)
      var writer = changed.writer()
      writer.add("values.largest", Tensor([20], (0..<20).map { $0 == 3 ? largest : 127 }))
      let path = try folder.write(
        CraftedModel.replacing("format_version", by: version, in: writer.bytes()), as: "q.safetensors")
      do {
        _ = try QuantizedModel.load(path)
        return "none"
      } catch { return error.description }
    }
    #expect(try reason("2", 500, 0) == "none")
    #expect(try reason("1", 500, 0).contains("belongs to format version 2"))
    #expect(try reason("2", 500, 7).contains("whose zero point is not 0"))
    #expect(try reason("2", 126, 0).contains("below 127"))
    #expect(try reason("3", 127, 0).contains("has format version 3; this program reads versions 1 and 2"))
  }

  @Test func floatRoundTrip() throws {
    let folder = try TemporaryFolder()
    var model = try FloatModel.random(everything, seed: 1, labels: ["a", "b", "ç"])
    model.description.preprocessing.fit = .face(marginPercent: 25)
    model.description.temperature = 1.37
    model.description.decision = Decision(thresholds: [0.625, nil, 1], weights: [1, 12.5, 1], otherwise: "unsure")
    model.golden = [GoldenSample(pixels: [UInt8](repeating: 7, count: 360), logits: [1, 2, 3])]
    try model.write(to: folder.path("m"))
    let again = try FloatModel.load(folder.path("m"))
    #expect(again.description == model.description)
    #expect(again.parameters == model.parameters)
    #expect(again.golden == model.golden)
    #expect(again.weightsSHA256 == model.weightsSHA256)
    #expect(throws: FormatError.self) { try QuantizedModel.load(folder.path("m")) }
  }

  @Test func boxCodingRoundTrip() throws {
    let folder = try TemporaryFolder()
    let window = Operator.Window(3, 3, stride: 8, padding: .all(1))
    let graph = Graph(
      input: [24, 32, 1], nodes: [.init("head", .conv2D(.init(outputChannels: 4, window: window)), inputs: [0])],
      outputs: [.init(value: 1, function: .identity)])
    var model = try FloatModel.random(graph, seed: 1, labels: ["face"])
    model.description.preprocessing = .init(width: 32, height: 24, colour: .grey, fit: .inside)
    model.description.detection = Detection(stride: 8, threshold: -1.25, overlapPercent: 40, sides: 16...216)
    try model.write(to: folder.path("m"))
    #expect(try FloatModel.load(folder.path("m")).description == model.description)
    model.description.detection?.stride = 4
    try model.write(to: folder.path("wrong"))
    let error = caught(FormatError.self) { try FloatModel.load(folder.path("wrong")) }
    #expect(error?.description.contains("detection") == true)
  }

  @Test func quantizedRoundTrip() throws {
    let folder = try TemporaryFolder()
    let model = try QuantizedModel.random(everything, seed: 2, labels: ["a", "b", "c"])
    try model.write(to: folder.path("q"))
    let again = try QuantizedModel.load(folder.path("q"))
    #expect(again.description == model.description)
    #expect(again.parameters == model.parameters)
    #expect(again.quantization == model.quantization)
    #expect(throws: FormatError.self) { try FloatModel.load(folder.path("q")) }
  }

  @Test(arguments: [Float.nan, 0, -1, 1e9])
  func refusesATemperatureThatIsNone(_ temperature: Float) throws {
    let folder = try TemporaryFolder()
    var model = try FloatModel.random(everything, seed: 1, labels: ["a", "b", "c"])
    model.description.temperature = temperature
    try model.write(to: folder.path("m"))
    let error = try #require(caught(FormatError.self) { try FloatModel.load(folder.path("m")) })
    #expect("\(error)".contains("temperature"))
  }

  @Test func refusesADecisionThatIsNone() throws {
    let folder = try TemporaryFolder()
    func refused(_ thresholds: [Float?], _ otherwise: String, _ reason: String) throws {
      var model = try FloatModel.random(everything, seed: 1, labels: ["a", "b", "c"])
      model.description.decision = Decision(thresholds: thresholds, otherwise: otherwise)
      try model.write(to: folder.path("m"))
      let error = try #require(caught(FormatError.self) { try FloatModel.load(folder.path("m")) })
      #expect(error.place == "decision" && error.reason.contains(reason), "\(error)")
    }
    try refused([nil, nil, nil], "unsure", "no thresholds")
    try refused([0.5, nil, nil], "", "no word")
    try refused([0.5, 1.001, nil], "unsure", "'b' is no number")
    try refused([0.5, 0.5, nil], "b", "both a label that is shown")
    // A class that is never shown may lend its name.
    var model = try FloatModel.random(everything, seed: 1, labels: ["a", "b", "c"])
    model.description.decision = Decision(thresholds: [0, 0.999, nil], otherwise: "c")
    try model.write(to: folder.path("m"))
    #expect(try FloatModel.load(folder.path("m")).description == model.description)
    model.description.decision = nil
    for json in [
      #"{"thresholds":{"z":"0.500"},"otherwise":"unsure"}"#, #"{"thresholds":{"a":0},"otherwise":"unsure"}"#,
      #"{"thresholds":["a"],"otherwise":"unsure"}"#, #"{"thresholds":{"a":"0.5"},"otherwise":"unsure"}"#, "[]", "",
      #"{"thresholds":{"a":"0.500"},"weights":{"a":"2.000"},"otherwise":"unsure"}"#,
      #"{"thresholds":{"a":"0.500"},"weights":{"z":"2.000"},"otherwise":"unsure"}"#,
      #"{"thresholds":{"a":"0.500"},"weights":{"b":"0.000"},"otherwise":"unsure"}"#,
      #"{"thresholds":{"a":"0.500"},"weights":{"b":2},"otherwise":"unsure"}"#,
      #"{"thresholds":{"a":"0.500"},"weights":[],"otherwise":"unsure"}"#,
    ] {
      var writer = model.writer()
      writer.add(metadata: "decision", json)
      try writer.write(to: folder.path("m"))
      #expect(throws: FormatError.self, "\(json)") { try FloatModel.load(folder.path("m")) }
    }
  }

  /// Every byte of the header changed in two ways, every 97th of the tensors, and every cut: an error each time.
  @Test func everyDamageIsSeen() throws {
    let folder = try TemporaryFolder()
    let model = try QuantizedModel.random(
      Graph(
        input: [4, 4, 1],
        nodes: [
          .init("flat", .flatten, inputs: [0]), .init("logit", .dense(.init(outputs: 1)), inputs: [1]),
        ], outputs: [.init(value: 2, function: .sigmoid)]), seed: 5)
    let good = model.writer().bytes()
    let header = 8 + Int(good[0]) + Int(good[1]) << 8 + Int(good[2]) << 16
    var places = Array(0..<header)
    places += stride(from: header, to: good.count, by: 97)
    for place in places {
      for change: UInt8 in [0x01, 0x20] {
        var bad = good
        bad[place] ^= change
        let path = try folder.write(bad, as: "bad")
        #expect(throws: FormatError.self, "byte \(place)") { try ModelFile.load(path) }
      }
    }
    for length in stride(from: 0, to: good.count, by: 61) {
      let path = try folder.write(Array(good[..<length]), as: "cut")
      #expect(throws: FormatError.self, "cut at \(length)") { try ModelFile.load(path) }
    }
    try folder.write(good, as: "good")
    _ = try ModelFile.load(folder.path("good"))
  }

  @Test func refusesWhatNoModelMayHold() throws {
    let folder = try TemporaryFolder()
    func refused(_ change: (inout FloatModel) -> Void) throws {
      var model = try FloatModel.random(everything, seed: 1, labels: ["a", "b", "c"])
      change(&model)
      try model.write(to: folder.path("m"))
      #expect(throws: FormatError.self) { try FloatModel.load(folder.path("m")) }
    }
    try refused { $0.parameters[0]!.weight.elements[5] = .nan }
    try refused { $0.parameters[18]!.bias.elements[0] = .infinity }
    try refused { $0.description.labels = ["a", "b"] }
    try refused { $0.description.labels = ["a", "b", "a"] }
    try refused { $0.description.preprocessing.version = 2 }
    try refused { $0.description.preprocessing.width = 11 }
    try refused { $0.description.graph.nodes[3].inputs = [1, 0] }
    try refused { $0.parameters[0] = nil }
  }

  @Test func refusesWhatIsNoModel() throws {
    let folder = try TemporaryFolder()
    let text = try folder.write(Array("a line of text, no model\n".utf8), as: "text")
    let empty = try folder.write([], as: "empty")
    for path in [text, empty, folder.path("missing"), folder.path("")] {
      let error = caught(FormatError.self) { try ModelFile.load(path) }
      #expect(error?.path == path)
    }
    var foreign = SafetensorsWriter()
    foreign.add("t", Tensor<Float>([1], [1]))
    try foreign.write(to: folder.path("foreign"))
    let error = caught(FormatError.self) { try ModelFile.load(folder.path("foreign")) }
    #expect(error?.reason.contains("is a safetensors file of weights without a network") == true)
  }
}
