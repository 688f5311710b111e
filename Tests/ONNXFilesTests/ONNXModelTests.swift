import Files
import Numerics
import ONNXFiles
import TestSupport
import Testing

@Suite struct ONNXModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8]) throws -> ONNXModel {
    try ONNXModel(path: try folder.write(bytes, as: "net.onnx"))
  }

  /// One convolution over an open batch, with notes.
  private var small: ONNXWriter {
    var writer = ONNXWriter()
    writer.input("x", ["N", "3", "4", "4"])
    writer.weights("w", [2, 3, 1, 1], [1, 2, 3, 4, 5, 6])
    writer.node(
      "Conv", ["x", "w"], ["y"],
      [("strides", .ints([2, 2])), ("auto_pad", .text("VALID")), ("alpha", .float(0.5)), ("group", .int(-1))],
      name: "first")
    writer.output("y")
    writer.properties = [("labels", "a,b")]
    return writer
  }

  @Test func everythingThatAnImporterReads() throws {
    let model = try read(small.bytes)
    #expect(model.irVersion == 8 && model.opset == 13 && model.producer == "test")
    #expect(model.properties.map(\.key) == ["labels"] && model.properties.map(\.value) == ["a,b"])
    let graph = model.graph
    #expect(graph.trueInputs.map(\.name) == ["x"])
    #expect(graph.inputs[0].dimensions == [.symbolic("N"), .fixed(3), .fixed(4), .fixed(4)])
    #expect(graph.inputs[0].shapeText == "Nx3x4x4")
    #expect(graph.outputs.map(\.name) == ["y"])
    let node = try #require(graph.nodes.first)
    #expect(node.operatorType == "Conv" && node.inputs == ["x", "w"] && node.outputs == ["y"])
    guard case .integers([2, 2])? = node["strides"], case .text("VALID")? = node["auto_pad"],
      case .float(0.5)? = node["alpha"], case .integer(-1)? = node["group"]
    else { throw FormatError(path: "", reason: "attributes differ") }
    guard case .floats([1, 2, 3, 4, 5, 6]) = graph.initializers[0].elements else {
      throw FormatError(path: "", reason: "weights differ")
    }
  }

  /// An initializer that is listed as an input is no input.
  @Test func initializersAmongInputs() throws {
    var writer = small
    writer.input("w", [2, 3, 1, 1])
    #expect(try read(writer.bytes).graph.trueInputs.map(\.name) == ["x"])
  }

  /// Bytes of each type, and what they are worth.
  @Test(
    arguments: [
      (1, [0, 0, 0x80, 0x3F, 0, 0, 0x20, 0xC1], [1, -10]),
      (2, [255, 0], [255, 0]), (3, [255, 127], [-1, 127]), (4, [255, 255, 1, 0], [65535, 1]),
      (5, [255, 255, 1, 0], [-1, 1]), (6, [254, 255, 255, 255, 3, 0, 0, 0], [-2, 3]),
      (7, [255, 255, 255, 255, 255, 255, 255, 255, 4, 0, 0, 0, 0, 0, 0, 0], [-1, 4]), (9, [0, 7], [0, 1]),
      (10, [0, 0x3C, 0, 0xC0], [1, -2]), (10, [1, 0, 0xFF, 0x7B], [0x1p-24, 65504]),
      (11, [0, 0, 0, 0, 0, 0, 0xE0, 0x3F, 0, 0, 0, 0, 0, 0, 0xF0, 0xBF], [0.5, -1]),
      (16, [0x80, 0x3F, 0x40, 0xC0], [1, -3]),
    ] as [(Int, [UInt8], [Float])])
  func rawNumbers(_ type: Int, _ raw: [UInt8], _ expected: [Float]) throws {
    var writer = small
    writer.initializer(ONNXWriter.tensor("t", [2], type: type, raw: raw))
    let tensor = try #require(try read(writer.bytes).graph.initializers.last)
    switch tensor.elements {
    case .floats(let numbers): #expect(numbers == expected)
    case .integers(let numbers): #expect(numbers == expected.map { Int($0) })
    }
  }

  /// Numbers in typed fields, packed and one by one.
  @Test func typedNumbers() throws {
    var packed = ProtobufWriter()
    packed.varint(300)
    packed.varint(5)
    var message = ProtobufWriter()
    message.add(1, 3)
    message.add(2, 7)
    message.add(7, packed.bytes)
    message.add(7, -4)
    message.add(8, "t")
    var halves = ProtobufWriter()
    halves.add(1, 1)
    halves.add(2, 10)
    halves.add(5, 0x3C00)
    var writer = small
    writer.initializer(message.bytes)
    writer.initializer(halves.bytes)
    let tensors = try read(writer.bytes).graph.initializers
    guard case .integers([300, 5, -4]) = tensors[1].elements, case .floats([1]) = tensors[2].elements else {
      throw FormatError(path: "", reason: "numbers differ")
    }
  }

  @Test func weightsBesideTheModel() throws {
    let numbers: [Float] = [9, 9, 1, 2]
    try folder.write(numbers.flatMap { withUnsafeBytes(of: $0) { Array($0) } }, as: "parts/net.data")
    func model(_ location: String, _ offset: Int?, _ length: Int?) throws -> ONNXModel {
      var writer = small
      writer.initializer(
        ONNXWriter.external("t", [2], location: location, offset: offset, length: length))
      return try read(writer.bytes)
    }
    guard case .floats([1, 2])? = try model("parts/net.data", 8, 8).graph.initializers.last?.elements,
      case .floats([9, 9])? = try model("parts/net.data", nil, nil).graph.initializers.last?.elements
    else { throw FormatError(path: "", reason: "numbers differ") }
    for location in ["/etc/passwd", "../net.data", "parts/../../x", "", "parts/\0"] {
      let error = caught(FormatError.self) { try model(location, 0, 8) }
      #expect(error?.reason.contains("no file within the model's folder") ?? false, "\(location)")
    }
    for (offset, length) in [(12, 8), (-4, 8), (0, 4), (Int.max, 8)] {
      #expect(caught(FormatError.self) { try model("parts/net.data", offset, length) } != nil)
    }
    let missing = caught(FormatError.self) { try model("missing.data", 0, 8) }
    #expect(missing?.description.contains("missing.data") ?? false)
  }

  @Test func versionsThatAreNotRead() throws {
    var writer = small
    for (ir, opset, isRead) in [
      (3, 7, true), (11, 23, true), (2, 13, false), (12, 13, false), (8, 6, false),
      (8, 24, false),
    ] {
      (writer.irVersion, writer.opset) = (ir, opset)
      let error = caught(FormatError.self) { try read(writer.bytes) }
      #expect((error == nil) == isRead, "IR \(ir), opset \(opset)")
      #expect(isRead || error!.description.contains("Export it anew"))
    }
  }

  @Test func whatIsNoModel() throws {
    for bytes in [Array("no model at all".utf8), [0x0B], [0x08], [0xFF] + [UInt8](repeating: 0xFF, count: 20)] {
      #expect(throws: FormatError.self) { try read(bytes) }
      #expect(try !ONNXModel.isOne(path: folder.write(bytes, as: "x")))
    }
    #expect(try ONNXModel.isOne(path: folder.write(small.bytes, as: "x")))
  }

  /// Lengths that reach beyond what holds them, shapes that no tensor has, and numbers that do not fit their shape.
  @Test func lengthsAndShapes() throws {
    for (shape, raw) in [([2], 4), ([-1], 4), ([1 << 40, 1 << 40], 4), ([1, 2, 3], 20), ([0, 4], 4)] {
      var writer = small
      writer.initializer(ONNXWriter.tensor("t", shape, type: 1, raw: [UInt8](repeating: 0, count: raw)))
      let error = caught(FormatError.self) { try read(writer.bytes) }
      #expect(error?.place.contains("tensor 't'") ?? false, "\(shape)")
    }
    // Field 7, the graph, with a length of 2^62.
    let error = caught(FormatError.self) {
      try read([0x08, 8, 0x3A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x40])
    }
    #expect(error?.reason.contains("are left") ?? false)
  }

  /// Changed, cut and lengthened files: an error or a model, never a crash.
  @Test func mutatedBytes() throws {
    let good = small.bytes
    var errors = 0
    for seed in 0..<2_000 {
      var random = CounterRandom(seed: UInt64(seed), stream: 15)
      let bytes = mutated(good, &random)
      if caught(FormatError.self, { try read(bytes) }) != nil { errors += 1 }
    }
    #expect(errors > 200 && errors < 2_000, "\(errors) of 2,000 were refused")
  }
}
