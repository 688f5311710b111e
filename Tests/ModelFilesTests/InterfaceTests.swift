import Files
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Names, extents and units of the file that a model was imported from, as the model file keeps them.
@Suite struct InterfaceTests {
  private let folder: TemporaryFolder
  private let graph = Graph(
    input: [4, 6, 3],
    nodes: [
      .init("conv", .conv2D(.init(outputChannels: 2, window: .init(1, 1))), inputs: [0]),
      .init("other", .conv2D(.init(outputChannels: 5, window: .init(1, 1))), inputs: [0]),
    ],
    outputs: [.init(value: 1, function: .identity), .init(value: 2, function: .sigmoid)])

  init() throws { folder = try TemporaryFolder() }

  private func interface() -> FileInterface {
    FileInterface(
      input: .init(name: "images", dimensions: [1, 3, 4, 6], isChannelsFirst: true), scale: [2, 0.1, -1e-20],
      shift: [-1, 0, 1e20], readsBlueFirst: true, codes: .init(scale: 0.5, zeroPoint: 200, isUnsigned: true),
      outputs: [
        .init(.init(name: "boxes", dimensions: [1, 2, 4, 6], isChannelsFirst: true), .identity),
        .init(.init(name: "scores", dimensions: [1, 24, 5], isChannelsFirst: false), .sigmoid),
      ])
  }

  /// Of two inputs that a picture of two rows of five holds, one place left.
  private func twoInputs() -> FileInterface {
    FileInterface(
      input: .init(name: "x", dimensions: [1, 3, 1, 2], isChannelsFirst: true),
      furtherInputs: [.init(name: "facts", dimensions: [1, 3], isChannelsFirst: false)], scale: [1], shift: [0],
      readsBlueFirst: false, outputs: [.init(.init(name: "y", dimensions: [1, 10], isChannelsFirst: false), .identity)])
  }

  private let rows = Graph(
    input: [2, 5, 1], nodes: [.init("conv", .conv2D(.init(outputChannels: 1, window: .init(1, 1))), inputs: [0])],
    outputs: [.init(value: 1, function: .identity)])

  private func reread(_ interface: FileInterface?, _ graph: Graph? = nil) throws -> FileInterface? {
    var model = try FloatModel.random(graph ?? self.graph, seed: 1, labels: [])
    model.description.interface = interface
    try model.write(to: folder.path("m.safetensors"))
    return try FloatModel.load(folder.path("m.safetensors")).description.interface
  }

  @Test func whatIsWrittenIsRead() throws {
    #expect(try reread(interface()) == interface())
    #expect(try reread(nil) == nil)
    var plain = interface()
    (plain.readsBlueFirst, plain.codes) = (false, nil)
    #expect(try reread(plain) == plain)
  }

  @Test func whatDoesNotFitIsRefused() throws {
    let changes: [(String, (inout FileInterface) -> Void)] = [
      ("'images' does not fit the graph", { $0.input.dimensions = [1, 3, 4, 7] }),
      ("'images' has no sound shape", { $0.input.dimensions = [1, 3, -4, -6] }),
      ("'images' does not fit the graph", { $0.input.dimensions = [72, 72, 72, 72, 72, 72, 72, 72, 72, 72, 72, 72] }),
      ("'boxes' does not fit the graph", { $0.outputs[0].port.dimensions = [1] }),
      ("a tensor without name", { $0.outputs[1].port.name = "" }),
      ("does not name the graph's outputs", { $0.outputs.removeLast() }),
      ("no scale or shift", { $0.scale = [1, 1] }), ("no scale or shift", { $0.shift[1] = .infinity }),
      ("no scale or shift", { $0.scale[1] = 0 }), ("codes without type", { $0.codes?.zeroPoint = 256 }),
      ("codes without type", { $0.codes?.scale = 0 }),
    ]
    for (words, change) in changes { expect(words, of: interface(), change) }
  }

  private func expect(
    _ words: String, of interface: FileInterface, on graph: Graph? = nil, _ change: (inout FileInterface) -> Void
  ) {
    var other = interface
    change(&other)
    let error = caught(FormatError.self) { _ = try reread(other, graph) }
    let said = error?.description ?? "nothing"
    #expect(error?.place == "interface" && error!.reason.contains(words), "\(said), not \(words)")
  }

  @Test func severalInputs() throws {
    #expect(try reread(twoInputs(), rows) == twoInputs())
    let changes: [(String, (inout FileInterface) -> Void)] = [
      ("the inputs do not fill the graph's", { $0.furtherInputs[0].dimensions = [1, 2] }),
      ("the inputs do not fill the graph's", { $0.furtherInputs[0].dimensions = [1, 5] }),
      ("'facts' does not fit the graph", { $0.furtherInputs[0].dimensions = [4, 4] }),
      ("'x' has no sound shape", { $0.input.dimensions = [1, 0] }),
      ("names an input twice", { $0.input.name = "facts" }),
      ("no real numbers side by side", { $0.scale = [2] }), ("no real numbers side by side", { $0.shift = [1] }),
      ("no real numbers side by side", { $0.codes = .init(scale: 1, zeroPoint: 0, isUnsigned: true) }),
      (
        "no real numbers side by side",
        { $0.furtherInputs = (0..<256).map { .init(name: "\($0)", dimensions: [1], isChannelsFirst: false) } }
      ), ("'x' does not fit the graph", { $0.furtherInputs = [] }),
    ]
    for (words, change) in changes { expect(words, of: twoInputs(), on: rows, change) }
  }

  /// Neither codes of pixels nor classes of pictures go with several inputs.
  @Test func severalInputsOfNumbers() throws {
    var float = try FloatModel.random(rows, seed: 1, labels: [])
    var int8 = try QuantizedModel.random(rows, seed: 1, labels: [])
    (float.description.interface, int8.description.interface) = (twoInputs(), twoInputs())
    float.description.labels = (0..<10).map { "\($0)" }
    let path = folder.path("m.safetensors")
    try int8.write(to: path)
    let codes = caught(FormatError.self) { try QuantizedModel.load(path) }
    #expect(codes?.reason == "has several inputs, which only float models have")
    try float.write(to: path)
    let labels = caught(FormatError.self) { try FloatModel.load(path) }
    #expect(labels?.place == "labels" && labels!.reason.contains("this network has several inputs"))
    float.description.labels = []
    try float.write(to: path)
    let classifier = caught(FormatError.self) { try ModelFile.loadClassifier(path) }
    #expect(classifier?.reason == "reads the numbers of 2 inputs, and no pictures; 'glint run' takes it")
  }

  /// The place of each of the model's elements among the file's.
  @Test func orders() {
    let first = FileInterface.Port(name: "x", dimensions: [1, 2, 2, 3], isChannelsFirst: true)
    #expect(first.places == [0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11])
    let list = FileInterface.Port(name: "x", dimensions: [2, 3, 2], isChannelsFirst: true)
    #expect(list.places == [0, 2, 4, 1, 3, 5, 6, 8, 10, 7, 9, 11])
    #expect(FileInterface.Port(name: "x", dimensions: [2, 3], isChannelsFirst: true).places == Array(0..<6))
    #expect(FileInterface.Port(name: "x", dimensions: [1, 2, 3], isChannelsFirst: false).places == Array(0..<6))
  }
}
