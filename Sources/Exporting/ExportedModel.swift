import Files
import ModelFiles
import Models
import Numerics
import ONNXFiles

extension ONNXModel {
  /// The opset of what is written: the first that quantizes by channel.
  private static let writtenOpset = 13
  /// The version of the file format that came with it.
  private static let writtenIR = 7
  /// The first opset that quantizes to 16 bits, and the version of the file format that came with it.
  private static let (sixteenBitOpset, sixteenBitIR) = (21, 10)

  /// A model as an ONNX network: float as plain operators, int8 with QuantizeLinear and DequantizeLinear.
  ///
  /// It has one input, `input`, float32 `[1, channels, height, width]`, pixel / 255, or the several inputs of the file
  /// that the model was imported from. What else Glint knows of the model
  /// stands in the file's notes, under the keys of a model file, so that the model can be had back.
  ///
  /// - Parameter codes: the type of activations in an int8 model.
  /// - Throws: `ExportError` where ONNX cannot hold the model so that the bytes stay the same.
  public init(exporting model: LoadedModel, codes: CodeType = .int8) throws(ExportError) {
    let network: ONNXGraph
    var (opset, version) = (Self.writtenOpset, Self.writtenIR)
    do throws(GraphError) {
      switch model {
      case .float(let model): network = try FloatNetwork(model).list.graph
      case .int8(let model):
        try Self.checkSums(model)
        if model.hasSixteenBits { (opset, version) = (Self.sixteenBitOpset, Self.sixteenBitIR) }
        network = try QuantizedNetwork(model, codes).list.graph
      }
    } catch { throw ExportError(node: error.node, error.reason) }
    self.init(path: "", opset: opset, graph: network)
    irVersion = version
    producer = "glint"
    producerVersion = GlintVersion.current
    let notes = MetadataTexts(model).entries + ExportedNotes.of(model, codes)
    properties = notes.map { Property($0.key, $0.text) }
  }

  /// Sums of averages are added up in float32, which holds whole numbers up to 2^24: 65,793 elements of at most 255.
  /// Whole pictures of 16 bits are added up in double precision, which holds all.
  private static func checkSums(_ model: QuantizedModel) throws(GraphError) {
    let graph = model.description.graph
    let shapes = try graph.shapes()
    for node in graph.nodes {
      let count: Int
      let source = model.quantization[node.inputs[0]]
      let largest = source.isSixteenBits ? Int(source.largest) : 255
      switch node.operator {
      case .averagePool2D(let window): count = window.height * window.width
      case .globalAveragePool where !source.isSixteenBits:
        count = shapes[node.inputs[0]].count / shapes[node.inputs[0]][2]
      default: continue
      }
      guard count * largest <= 1 << 24 else {
        throw GraphError(
          node.name,
          "an average of \(count) codes is not exact in ONNX; one of at most \((1 << 24) / largest) would be")
      }
    }
  }
}

/// What of a model is no description and no weight: samples, and scales that no node of the network reads. Numbers with
/// fractions stand as their bits, so that they come back as they were.
enum ExportedNotes {
  static func of(_ model: LoadedModel, _ codes: CodeType) -> [MetadataTexts.Entry] {
    let description = model.description
    let channels = description.graph.input[2]
    let pixels = JSONValue.object([
      .init("layout", .string("nchw")), .init("type", .string("float32")), .init("scale", .string("1/255")),
      .init("mean", .array([JSONValue](repeating: .integer(0), count: channels))),
      .init("std", .array([JSONValue](repeating: .integer(1), count: channels))),
    ])
    var notes: [MetadataTexts.Entry] = [.init("version", GlintVersion.tool)]
    if description.takesPictures { notes.append(.init("pixels", pixels.text)) }
    switch model {
    case .float(let model): notes.append(.init("golden", encode(model.golden, description.graph.input).text))
    case .int8(let model):
      notes.append(.init("golden", encode(model.golden, description.graph.input).text))
      let values = JSONValue.object(
        [
          .init("scale_bits", bits(model.quantization.map(\.scale))),
          .init("zero_point", .array(model.quantization.map { .integer(Int($0.zeroPoint)) })),
          .init("saturation_bits", bits(model.saturation)),
        ]
          + (model.hasSixteenBits
            ? [.init("largest", .array(model.quantization.map { .integer(Int($0.largest)) }))] : []))
      notes.append(.init("values", values.text))
      notes.append(.init("codes", codes.rawValue))
    }
    return notes
  }

  /// Scale and zero point of each value, and the shares of their largest codes.
  static func values(_ text: String) -> (quantization: [QuantizationParameters], saturation: [Float])? {
    guard let json = try? JSONValue(parsing: text), let scales = floats(json["scale_bits"]),
      let zeroPoints = json["zero_point"]?.integers, zeroPoints.count == scales.count,
      scales.allSatisfy({ $0.isNormal && $0 > 0 }), zeroPoints.allSatisfy({ (-128...127).contains($0) }),
      let saturation = floats(json["saturation_bits"]), saturation.allSatisfy({ $0 >= 0 && $0 <= 1 })
    else { return nil }
    let largest = json["largest"].map { $0.integers ?? [] } ?? scales.map { _ in 127 }
    guard largest.count == scales.count,
      zip(largest, zeroPoints).allSatisfy({ $0 == 127 || (128...Int(Int16.max)).contains($0) && $1 == 0 })
    else { return nil }
    let quantization = scales.indices.map { place -> QuantizationParameters in
      largest[place] > 127
        ? .init(sixteenBits: scales[place], largest: Int16(largest[place]))
        : .init(scale: scales[place], zeroPoint: Int8(zeroPoints[place]))
    }
    return (quantization, saturation)
  }

  // MARK: Samples

  /// Test patterns are painted anew where they are read; other pixels stand as two digits each.
  private static func encode(_ golden: [GoldenSample], _ input: Shape) -> JSONValue {
    .array(
      golden.enumerated().map { number, sample in
        let picture: JSONValue.Member =
          sample.pixels == TestPattern.pixels(input, number: number)
          ? .init("pattern", .integer(number)) : .init("pixels", .string(hex(sample.pixels)))
        return .object([picture, .init("logit_bits", bits(sample.logits))])
      })
  }

  /// Samples for an input shape, nil where a text is none of them.
  static func golden(_ text: String, _ input: Shape) -> [GoldenSample]? {
    guard let list = (try? JSONValue(parsing: text))?.array, list.count <= 16 else { return nil }
    var samples: [GoldenSample] = []
    for entry in list {
      guard let logits = floats(entry["logit_bits"]), logits.allSatisfy(\.isFinite) else { return nil }
      let pixels: [UInt8]
      if let number = entry["pattern"]?.integer, (0..<16).contains(number) {
        pixels = TestPattern.pixels(input, number: number)
      } else if let given = entry["pixels"]?.string.flatMap(bytes), given.count == input.count {
        pixels = given
      } else {
        return nil
      }
      samples.append(GoldenSample(pixels: pixels, logits: logits))
    }
    return samples
  }

  // MARK: Numbers

  private static func bits(_ numbers: [Float]) -> JSONValue { .array(numbers.map { .integer(Int($0.bitPattern)) }) }

  private static func floats(_ json: JSONValue?) -> [Float]? {
    guard let bits = json?.integers, bits.allSatisfy({ (0...Int(UInt32.max)).contains($0) }) else { return nil }
    return bits.map { Float(bitPattern: UInt32($0)) }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private static func hex(_ bytes: [UInt8]) -> String {
    String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }

  private static func bytes(_ hex: String) -> [UInt8]? {
    let values = hex.utf8.map { digit in digits.firstIndex(of: digit) }
    guard values.count % 2 == 0, !values.contains(nil) else { return nil }
    return stride(from: 0, to: values.count, by: 2).map { UInt8(values[$0]! << 4 | values[$0 + 1]!) }
  }
}
