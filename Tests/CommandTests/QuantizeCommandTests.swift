import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import TestSupport
import Testing

/// `glint quantize` as people call it.
@Suite struct QuantizeCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Rendered faces in plain folders: `count` of them, in `parts` folders.
  private func paint(_ count: Int, parts: Int) throws -> [String] {
    for index in 0..<count {
      let face = FacePainter.paint(seed: 8, index: index, size: 48, variety: 1)
      try folder.write(ImageEncoder.jpeg(face.image, quality: 90), as: "scenes\(index % parts)/\(index).jpg")
    }
    return (0..<parts).map { folder.path("scenes\($0)") }
  }

  /// A detector of the common kind: a trunk, and two heads of maps `[h, w, c]`.
  private static let detector: Graph = {
    func convolution(_ channels: Int, _ activation: Operator.Activation, stride: Int = 1) -> Operator {
      .conv2D(
        .init(
          outputChannels: channels, window: .init(3, 3, stride: stride, padding: .all(1)), activation: activation))
    }
    return Graph(
      input: [48, 64, 1],
      nodes: [
        .init("stem", convolution(8, .relu, stride: 2), inputs: [0]),
        .init("trunk", convolution(16, .relu, stride: 2), inputs: [1]),
        .init("scores", convolution(2, .none), inputs: [2]), .init("boxes", convolution(8, .none), inputs: [2]),
      ], outputs: [.init(value: 3, function: .sigmoid), .init(value: 4, function: .identity)])
  }()

  /// Neither class folders nor labels nor a table of faces are needed where the method is named, and what it learns
  /// from pictures is kept in the record as ever. One map alone is no classifier either.
  @Test(arguments: [1, 2])
  func aDetectorTakesAnyPictures(heads: Int) throws {
    var graph = Self.detector
    graph.outputs = Array(graph.outputs[..<heads])
    if heads == 1 { graph.nodes.removeLast() }
    let float = folder.path("detector.safetensors")
    var model = try FloatModel.random(graph, seed: 12, labels: [])
    model.description.preprocessing = Preprocessing(width: 64, height: 48, colour: .grey, fit: .stretch)
    try model.write(to: float)
    let scenes = try paint(24, parts: 2)
    // Tables of detection data list many things; where no face is cropped out, none is read.
    try folder.write(Array("file,x,y,w,h\n0.jpg,not,a,box,".utf8), as: "scenes0/index.csv")
    let (int8, record) = (folder.path("int8.safetensors"), folder.path("record.json"))
    let arguments = ["quantize", float, "--calibration"] + scenes + ["-o", int8, "--write-record", record]
    let named = try GlintProgram.run(arguments + ["--method", "mse+equalize+round+bias"])
    #expect(named.status == 0, "\(named.errors)")
    #expect(named.output.contains("24 calibration images"), "\(named.output)")
    let bytes = try Data(contentsOf: URL(fileURLWithPath: int8))
    let quantized = try QuantizedModel.load(int8)
    #expect(quantized.description.card["quantization method"] == "mse+equalize+round+bias")
    let again = try GlintProgram.run(["quantize", float, "--record", record, "-o", int8, "--quiet"])
    #expect(again.status == 0, "\(again.errors)")
    let same = try Data(contentsOf: URL(fileURLWithPath: int8)) == bytes
    #expect(same)

    let unnamed = try GlintProgram.run(arguments)
    #expect(unnamed.status == 0 && unnamed.errors.contains("classifier"), "\(unnamed.errors)")
    let promised = try GlintProgram.run(arguments + ["--require", "1"])
    #expect(promised.status == 1 && promised.errors.contains("no classifier"), "\(promised.errors)")
  }

  /// A classifier's pictures need no classes either where the method is named.
  @Test func aNamedMethodNeedsNoClasses() throws {
    let float = folder.path("float.safetensors")
    var model = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 13)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    try model.write(to: float)
    let scenes = try paint(6, parts: 3)
    let int8 = folder.path("int8.safetensors")
    let run = try GlintProgram.run(
      ["quantize", float, "--calibration"] + scenes + ["-o", int8, "--method", "min-max+bias"])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("6 calibration images"), "\(run.output)")
  }

  /// What people calibrate on by mistake.
  enum Pictures: String, CaseIterable {
    case oneClass, oneImage, black
  }

  /// Pictures of one class, one picture, black ones: a network with a dead channel and a huge weight becomes an int8
  /// model that answers, whatever method wins.
  @Test(arguments: Pictures.allCases)
  func strangePicturesGiveASoundModel(pictures: Pictures) throws {
    let float = folder.path("float.safetensors")
    var model = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 14)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    model.parameters[0]!.weight.elements.replaceSubrange(0..<27, with: [Float](repeating: 0, count: 27))
    model.parameters[2]!.weight.elements[5] = 1e6
    try model.write(to: float)
    switch pictures {
    case .oneImage: _ = try paint(1, parts: 1)
    case .oneClass:
      for index in 0..<110 {
        let face = FacePainter.paint(seed: 8, index: 2 * index, size: 32, variety: 1)
        try folder.write(ImageEncoder.jpeg(face.image, quality: 90), as: "scenes0/happy/\(index).jpg")
      }
    case .black:
      // Each file counts once, so they differ in size.
      for index in 0..<110 {
        let image = Image(width: 20 + index, height: 20, channels: 3, filledWith: 0)
        try folder.write(ImageEncoder.jpeg(image, quality: 90), as: "scenes0/\(index).jpg")
      }
    }
    let int8 = folder.path("int8.safetensors")
    let run = try GlintProgram.run(["quantize", float, "--calibration", folder.path("scenes0"), "-o", int8])
    #expect(run.status == 0, "\(run.errors)")
    let face = FacePainter.paint(seed: 9, index: 1, size: 32, variety: 1)
    let picture = try folder.write(ImageEncoder.jpeg(face.image, quality: 90), as: "face.jpg")
    let said = try GlintProgram.run(["classify", int8, picture, "--json"])
    #expect(said.status == 0, "\(said.errors)")
    let answer = try JSONSerialization.jsonObject(with: Data(said.output.utf8)) as? [String: Any]
    let logit = try #require((answer?["logits"] as? [Double])?.first)
    #expect(logit.isFinite)
  }

  @Test func weightsThatAreNoNumbersAreNamed() throws {
    let float = folder.path("float.safetensors")
    var model = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 15)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    model.parameters[2]!.weight.elements[0] = .nan
    try model.write(to: float)
    let scenes = try paint(3, parts: 1)
    let int8 = folder.path("int8.safetensors")
    let run = try GlintProgram.run(["quantize", float, "--calibration"] + scenes + ["-o", int8])
    #expect(run.status == 1 && run.errors.contains("conv2"), "\(run.errors)")
    #expect(!FileManager.default.fileExists(atPath: int8))
  }
}
