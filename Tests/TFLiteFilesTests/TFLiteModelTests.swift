import Files
import Numerics
import TFLiteFiles
import TestSupport
import Testing

@Suite struct TFLiteModelTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func read(_ bytes: [UInt8]) throws -> TFLiteModel {
    try TFLiteModel(path: try folder.write(bytes, as: "net.tflite"))
  }

  /// A convolution with codes as weights, a custom operator, and notes.
  private var small: TFLiteWriter {
    var writer = TFLiteWriter()
    let x = writer.tensor("x", [1, 4, 4, 3], extra: [7: .wholes([-1, 4, 4, 3])])
    let w = writer.tensor(
      "w", [2, 1, 1, 3], type: 9, data: [1, 2, 3, 4, 5, 255], scales: [0.5, 0.25], zeroPoints: [0, 0])
    let y = writer.tensor("y", [1, 2, 2, 2])
    let z = writer.tensor("z", [1, 2, 2, 2])
    let options = FlatTable([0: .byte(1), 1: .whole(2), 2: .whole(3), 3: .byte(1)])
    writer.node(3, [x, w, -1], y, options: (1, options))
    writer.node(32, [y], z, custom: "Mine")
    (writer.inputs, writer.outputs) = ([x], [z])
    writer.metadata = [("min_runtime_version", Array("1.14.0\0\0\0".utf8))]
    return writer
  }

  @Test func everythingThatAnImporterReads() throws {
    let model = try read(small.bytes)
    #expect(model.description == "test" && model.runtimeVersion == "1.14.0" && model.subgraphs == 1)
    #expect(model.inputs == [0] && model.outputs == [3])
    #expect(model.tensors.map(\.name) == ["x", "w", "y", "z"])
    #expect(model.tensors[0].shape == [1, 4, 4, 3] && model.tensors[0].signature == [-1, 4, 4, 3])
    #expect(model.tensors[1].element == .int8 && model.tensors[2].data == nil)
    #expect(model.tensors[1].quantization == .init(scales: [0.5, 0.25], zeroPoints: [0, 0], axis: 0))
    #expect(model.withBytes(of: 1) { Array($0) } == [1, 2, 3, 4, 5, 255])
    let (first, second) = (model.operators[0], model.operators[1])
    #expect(first.name == "CONV_2D" && !first.isCustom && first.inputs == [0, 1, -1] && first.outputs == [2])
    #expect(first.integer("padding") == 1 && first.integer("stride_w") == 2 && first.integer("stride_h") == 3)
    // What is left out has the schema's default.
    #expect(first.integer("dilation_w_factor") == 1 && first.integer("fused_activation_function") == 1)
    #expect(second.name == "Mine" && second.isCustom)
  }

  @Test func whatIsNoModel() throws {
    for bytes in [Array("no model at all".utf8), [0x1C, 0, 0, 0, 0x54, 0x46, 0x4C], Array("\u{1C}\0\0\0TFL2".utf8)] {
      #expect(throws: FormatError.self) { try read(bytes) }
      #expect(try !TFLiteModel.isOne(path: folder.write(bytes, as: "x")))
    }
    #expect(try TFLiteModel.isOne(path: folder.write(small.bytes, as: "x")))
    var other = small
    other.root[0] = .whole(4)
    #expect(caught(FormatError.self) { try read(other.bytes) }?.reason.contains("version 4") ?? false)
    var empty = TFLiteWriter()
    empty.tensor("x", [1])
    #expect(caught(FormatError.self) { try read(empty.bytes) }?.reason == "has no operators")
  }

  /// Numbers of tensors and buffers that there are not, shapes that no tensor has, data that do not fit: each is an
  /// error that says where.
  @Test func referencesAndShapes() throws {
    func place(_ change: (inout TFLiteWriter) -> Void) -> String? {
      var writer = small
      change(&writer)
      return caught(FormatError.self) { try read(writer.bytes) }?.place
    }
    #expect(place { $0.outputs = [4] }?.hasPrefix("inputs and outputs, byte") ?? false)
    #expect(place { $0.inputs = [-1] }?.hasPrefix("inputs and outputs, byte") ?? false)
    #expect(place { $0.node(0, [1, 9], 2) }?.hasPrefix("operator 2, byte") ?? false)
    #expect(place { $0.node(0, [0, 0], 2, options: (1, FlatTable())) }?.hasPrefix("operator 2, byte") ?? false)
    for (shape, data) in [([2], 4), ([-1], 4), ([1 << 30, 1 << 30], 4), ([1, 2, 3], 20), ([0, 4], 4)] {
      #expect(
        place { $0.tensor("t", shape, data: [UInt8](repeating: 0, count: data)) }?.hasPrefix("tensor 4, byte") ?? false,
        "\(shape)")
    }
    #expect(place { $0.tensor("t", [2], extra: [2: .whole(9)]) }?.hasPrefix("tensor 4, byte") ?? false)
    #expect(place { $0.tensor("t", [2], type: 99) }?.hasPrefix("tensor 4, byte") ?? false)
    #expect(place { $0.tensor("t", [2], scales: [1, 2, 3], zeroPoints: [0, 0, 0]) }?.hasPrefix("tensor 4") ?? false)
    #expect(place { $0.tensor("t", [2], scales: [.nan], zeroPoints: [0]) }?.hasPrefix("tensor 4") ?? false)
  }

  /// A small file whose offsets lead to one place again and again could be read as a huge one.
  @Test func onePlaceReadOften() throws {
    var writer = TFLiteWriter()
    for number in 0..<777 { writer.tensor(String(repeating: "t", count: number == 0 ? 100_000 : 1), [1]) }
    writer.node(0, [0, 1], 2)
    var bytes = writer.bytes
    // The list of tensors is the one of 777 entries; each is made to lead to the first.
    let list = try #require((0..<bytes.count - 4).first { bytes[$0..<$0 + 4].elementsEqual([9, 3, 0, 0]) })
    let first = list + 4 + bytes[list + 4..<list + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
    #expect(caught(FormatError.self) { try read(bytes) } == nil)
    for entry in stride(from: list + 8, to: list + 4 + 4 * 777, by: 4) {
      bytes.replaceSubrange(entry..<entry + 4, with: littleEndian([UInt32(first - entry)]))
    }
    #expect(caught(FormatError.self) { try read(bytes) }?.reason.contains("too often") ?? false)
  }

  /// Changed, cut and lengthened files: an error or a model, never a crash.
  @Test func mutatedBytes() throws {
    let good = small.bytes
    var errors = 0
    for seed in 0..<2_000 {
      var random = CounterRandom(seed: UInt64(seed), stream: 16)
      let bytes = mutated(good, &random)
      if caught(FormatError.self, { try read(bytes) }) != nil { errors += 1 }
    }
    #expect(errors > 200 && errors < 2_000, "\(errors) of 2,000 were refused")
  }

  // MARK: Metadata

  /// A zip archive with one file that is stored as it is.
  private func archive(_ name: String, _ text: String, method: Int = 0, behind start: Int) -> [UInt8] {
    let (name, text) = (Array(name.utf8), Array(text.utf8))
    func shorts(_ numbers: Int...) -> [UInt8] { littleEndian(numbers.map { UInt16($0) }) }
    func longs(_ numbers: Int...) -> [UInt8] { littleEndian(numbers.map { UInt32($0) }) }
    let local =
      longs(0x0403_4B50) + shorts(20, 0, method, 0, 0) + longs(0, text.count, text.count) + shorts(name.count, 0) + name
      + text
    let entry =
      longs(0x0201_4B50) + shorts(20, 20, 0, method, 0, 0) + longs(0, text.count, text.count)
      + shorts(name.count, 0, 0, 0, 0) + longs(0, start) + name
    let end =
      longs(0x0605_4B50) + shorts(0, 0, 1, 1) + longs(entry.count, start + local.count) + shorts(0)
    return local + entry + end
  }

  @Test func labelsBehindTheNetwork() throws {
    var writer = small
    let normalization = FlatTable([0: .fractions([127.5]), 1: .fractions([128])])
    let input = FlatTable([4: .tables([FlatTable([0: .byte(1), 1: .table(normalization)])])])
    let output = FlatTable([6: .tables([FlatTable([0: .text("names.txt"), 2: .byte(2)])])])
    let graph = FlatTable([2: .tables([input]), 3: .tables([output])])
    writer.metadata = [("TFLITE_METADATA", FlatTable([3: .tables([graph])]).file("M001"))]
    let network = writer.bytes
    let model = try read(network + archive("names.txt", "cat\ndog\n", behind: network.count))
    #expect(model.metadata.mean == [127.5] && model.metadata.deviation == [128])
    #expect(model.metadata.labels?.text == "cat\ndog\n")
    let packed = try read(network + archive("names.txt", "....", method: 8, behind: network.count))
    #expect(packed.metadata.labels?.name == "names.txt" && packed.metadata.labels?.text == nil)
    // Without a word of the metadata, by its name.
    let plain = small.bytes
    #expect(
      try read(plain + archive("labelmap.txt", "a\nb", behind: plain.count)).metadata.labels?.text == "a\nb")
    #expect(try read(plain + archive("other.txt", "a\nb", behind: plain.count)).metadata.labels == nil)
  }

  @Test func mutatedArchives() throws {
    var writer = small
    writer.metadata = [("TFLITE_METADATA", FlatTable([3: .tables([FlatTable()])]).file("M001"))]
    let network = writer.bytes
    let archive = archive("labels.txt", "a\nb\nc\nd", behind: network.count)
    var read = 0
    for seed in 0..<2_000 {
      var random = CounterRandom(seed: UInt64(seed), stream: 17)
      if try self.read(network + mutated(archive, &random)).metadata.labels?.text == "a\nb\nc\nd" { read += 1 }
    }
    #expect(read > 100 && read < 2_000, "\(read) of 2,000 were read")
  }
}
