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

  private func reread(_ interface: FileInterface?) throws -> FileInterface? {
    var model = try FloatModel.random(graph, seed: 1, labels: [])
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
    for (words, change) in changes {
      var other = interface()
      change(&other)
      let error = caught(FormatError.self) { _ = try reread(other) }
      let said = error?.description ?? "nothing"
      #expect(error?.place == "interface" && error!.reason.contains(words), "\(said), not \(words)")
    }
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
