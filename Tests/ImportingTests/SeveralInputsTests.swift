import FloatRuntime
import Importing
import Models
import Numerics
import ONNXFiles
import TFLiteFiles
import TestSupport
import Testing

/// Networks of several inputs: the numbers of all go in side by side, channels last.
@Suite struct SeveralInputsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func imported(_ writer: ONNXWriter, _ options: ImportOptions = .init()) throws -> ImportedModel {
    try ImportedModel(ONNXModel(path: folder.write(writer.bytes, as: "net.onnx")), options: options)
  }

  private func refusal(_ writer: ONNXWriter, _ change: (inout ImportOptions) -> Void = { _ in }) -> String {
    var options = ImportOptions()
    change(&options)
    return caught(ImportError.self) { try imported(writer, options) }.map { "\($0)" } ?? "was imported"
  }

  /// All outputs' numbers, one output after the other.
  private func run(_ model: ImportedModel, _ bytes: [UInt8]) throws -> [Float] {
    try FloatInterpreter(model.model).run(pixels: bytes)
  }

  private func areNear(_ found: [Float], _ expected: [Float]) -> Bool {
    found.count == expected.count && zip(found, expected).allSatisfy { abs($0 - $1) <= 1e-5 * max(1, abs($1)) }
  }

  /// A picture of 8 x 8 and four numbers: convolved and multiplied by a matrix, then added and joined.
  @Test func pictureAndNumbers() throws {
    var trial = Trial(height: 8, width: 8, seed: 81)
    let filters = trial.weights("w", [2, 3, 3, 3])
    let matrix = trial.weights("m", [4, 2])
    trial.writer.input("facts", ["N", "4"])
    trial.writer.node("Conv", ["x", "w"], ["c"], name: "facts")
    trial.writer.node("MatMul", ["facts", "m"], ["f"])
    trial.writer.integers("places", [2, 3])
    trial.writer.node("Unsqueeze", ["f", "places"], ["each"])
    trial.writer.node("Add", ["c", "each"], ["sum"])
    trial.writer.node("GlobalAveragePool", ["c"], ["mean"])
    trial.writer.node("Flatten", ["mean"], ["means"], [("axis", .int(1))])
    trial.writer.node("Concat", ["facts", "means"], ["joined"], [("axis", .int(1))])
    trial.writer.output("joined")
    trial.writer.output("sum")
    let model = try imported(trial.writer)
    #expect(model.inputs.map(\.name) == ["x", "facts"] && model.inputs.map(\.shape) == [[1, 3, 8, 8], [1, 4]])
    let description = model.model.description
    #expect(description.graph.input == [1, 196, 1] && !description.takesPictures)
    #expect(description.interface?.inputs.map(\.name) == ["x", "facts"])
    #expect(description.interface?.inputs.map(\.isChannelsFirst) == [true, false])

    let bytes: [UInt8] = [255, 0, 51, 102]
    let facts = bytes.map { Float($0) / 255 }
    let features = (0..<2).map { column in (0..<4).reduce(0) { $0 + facts[$1] * matrix[$1 * 2 + column] } }
    let conv = trial.input.conv(filters, outputs: 2, kernel: (3, 3))
    let means = (0..<2).map { c in conv.values[c * 36..<(c + 1) * 36].reduce(0, +) / 36 }
    var sums: [Float] = []
    for y in 0..<6 { for x in 0..<6 { for c in 0..<2 { sums.append(conv[c, y, x] + features[c]) } } }
    let found = try run(model, trial.pixels + bytes)
    #expect(areNear(found, facts + means + sums), "\(found)")
  }

  /// More numbers than a row has columns: what is left of the last row is passed over.
  @Test func moreThanARow() throws {
    var writer = ONNXWriter()
    writer.input("a", [1, 16_384])
    writer.input("b", [1, 3])
    writer.integers("axes", [1])
    writer.node("ReduceMean", ["a"], ["mean"], [("axes", .ints([1]))])
    writer.node("Add", ["b", "mean"], ["y"])
    writer.output("y")
    let model = try imported(writer)
    #expect(model.model.description.graph.input == [2, 8194, 1])
    let bytes = [UInt8](repeating: 51, count: 16_384) + [0, 255, 102]
    let found = try run(model, bytes + [9])
    #expect(areNear(found, [0.2, 1.2, 0.6]), "\(found)")
    #expect(try run(model, bytes + [200]) == found)
  }

  /// What nothing reads is left out; a network that reads one picture then takes pictures.
  @Test func unreadInputs() throws {
    var writer = ONNXWriter()
    writer.input("x", [1, 3, 4, 4])
    writer.input("unread", [1, 9])
    writer.node("Relu", ["x"], ["y"])
    writer.node("Relu", ["unread"], ["z"])
    writer.output("y")
    var both = writer
    both.output("z")
    let model = try imported(writer)
    #expect(model.model.description.takesPictures && model.inputs.map(\.name) == ["x"])
    #expect(model.notes.contains { $0.hasPrefix("the input 'unread' (1x9) is left out") })
    #expect(try imported(both).inputs.count == 2)
    var options = ImportOptions()
    options.outputs = ["z"]
    #expect(try imported(both, options).inputs.map(\.name) == ["unread"])
  }

  @Test func openExtents() throws {
    var writer = ONNXWriter()
    writer.input("x", ["N", "3", "H", "W"])
    writer.input("k=v", ["N", "F"])
    for name in ["x", "k=v"] { writer.node("ReduceMean", [name], [name + ".m"]) }
    writer.node("Add", ["x.m", "k=v.m"], ["y"])
    writer.output("y")
    #expect(refusal(writer).contains("the input 'x' is Nx3xHxW, of no fixed size: say it with --input, as in x=1x3x64"))
    #expect(refusal(writer) { $0.input = [1, 4] }.contains("name one, as in --input x=1x4"))
    let unknown = refusal(writer) { $0.inputs = ["q": [1, 4]] }
    #expect(unknown.contains("--input names 'q', and the network's inputs are 'x'"), "\(unknown)")
    var options = ImportOptions()
    options.inputs = ["x": [1, 3, 4, 5], "k=v": [1, 6]]
    let model = try imported(writer, options)
    #expect(model.inputs.map(\.shape) == [[1, 3, 4, 5], [1, 6]])
    let found = try run(model, [UInt8](repeating: 51, count: 60) + [UInt8](repeating: 255, count: 6))
    #expect(areNear(found, [1.2]), "\(found)")
  }

  @Test func refusals() throws {
    var two = ONNXWriter()
    two.input("a", [1, 3, 8, 8])
    two.input("b", [1, 4])
    two.node("GlobalAveragePool", ["a"], ["p"])
    two.node("Flatten", ["p"], ["f"], [("axis", .int(1))])
    two.node("Concat", ["f", "b"], ["y"], [("axis", .int(1))])
    two.output("y")
    let changes: [(String, (inout ImportOptions) -> Void)] = [
      ("--labels", { $0.labels = Array("abcdefg").map(String.init) }), ("--range", { $0.range = .unit }),
      ("--mean", { $0.mean = [0.5] }), ("--std", { $0.deviation = [0.5] }), ("--colour", { $0.colour = .bgr }),
      ("--fit", { $0.fit = .inside }),
    ]
    for (option, change) in changes {
      let words = refusal(two, change)
      let why = "2 inputs, 'a' (1x3x8x8), 'b' (1x4), and takes their numbers as they are; \(option) goes"
      #expect(words.contains(why), "\(words)")
    }
    // Names in the file's notes are of pictures' classes as well, and are passed over.
    var labelled = two
    labelled.properties = [("labels", "a,b,c,d,e,f,g")]
    #expect(try imported(labelled).model.description.labels.isEmpty)

    var table = ONNXWriter()
    table.input("a", [1, 4])
    table.input("b", [5, 4])
    table.node("Add", ["a", "b"], ["y"])
    table.output("y")
    #expect(refusal(table).contains("'a' (1x4), 'b' (5x4), of which some may begin with a batch"))
    var said = ImportOptions()
    said.inputs = ["b": [1, 4]]
    #expect(try imported(table, said).inputs.map(\.shape) == [[1, 4], [1, 4]])

    for (type, name) in [(7, "whole"), (2, "bytes")] {
      var typed = ONNXWriter()
      typed.input("a", [1, 4])
      typed.input(name, [1, 4], type: type)
      typed.node("Add", ["a", name], ["y"])
      typed.output("y")
      #expect(refusal(typed).contains("of which '\(name)' takes no floats"))
    }

    var coded = ONNXWriter()
    coded.input("a", [1, 4])
    coded.input("b", [1, 4])
    coded.weights("s", [], [0.5])
    coded.initializer(ONNXWriter.tensor("z", [], type: 3, raw: [0]))
    for name in ["a", "b"] {
      coded.node("QuantizeLinear", [name, "s", "z"], [name + ".q"])
      coded.node("DequantizeLinear", [name + ".q", "s", "z"], [name + ".r"])
    }
    coded.node("Add", ["a.r", "b.r"], ["y"])
    coded.output("y")
    #expect(refusal(coded).contains("2 inputs and computes with codes"), "\(refusal(coded))")
  }

  /// Extents whose product no number holds are refused before anything multiplies them, of one input or several.
  @Test(arguments: [1, 2]) func extentsBeyondAll(_ inputs: Int) throws {
    var writer = ONNXWriter()
    writer.input("x", [1, 1 << 28, 1 << 28, 1 << 28])
    if inputs == 2 { writer.input("z", [1, 1]) }
    writer.node("Add", ["x", inputs == 2 ? "z" : "x"], ["y"])
    writer.output("y")
    #expect(refusal(writer).contains("is larger than 16384 x 16384"))
    var many = ONNXWriter()
    let names = (0...256).map { "x\($0)" }
    for name in names { many.input(name, [1, 2]) }
    many.node("Sum", names, ["y"])
    many.output("y")
    #expect(refusal(many).contains("257 inputs; 256 would work"))
  }

  /// Of TensorFlow Lite: a picture with channels last and a list, both added up.
  @Test func tensorFlowLite() throws {
    var trial = TFLiteTrial(height: 2, width: 2, seed: 82)
    let list = trial.writer.tensor("list", [1, 12])
    trial.writer.inputs = [list, trial.x]
    let flat = trial.writer.tensor("flat", [1, 12]), y = trial.writer.tensor("y", [1, 12])
    let shape = trial.writer.integers("shape", [1, 12])
    trial.writer.node(22, [trial.x, shape], flat)
    trial.writer.node(0, [list, flat], y)
    let model = try trial.imported([y])
    #expect(model.inputs.map(\.name) == ["list", "x"])
    let other = (0..<12).map { UInt8($0 * 20) }
    let found = try run(model, other + trial.plain.pixels)
    #expect(areNear(found, zip(other, trial.plain.pixels).map { (Float($0) + Float($1)) / 255 }), "\(found)")
  }
}
