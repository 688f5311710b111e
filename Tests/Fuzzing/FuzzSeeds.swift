import Datasets
import DetectorTraining
import Files
import Foundation
import Imaging
import ModelFiles
import Models
import NumPyFiles
import Numerics
import Quantization
import TestSupport
import Training

/// Small sound inputs of each target, made by the code that writes such files: from these libFuzzer starts.
enum FuzzSeeds {
  /// Two layers on 8 x 8 pixels, which records and checkpoints belong to.
  private static let graph = Graph(
    input: [8, 8, 3],
    nodes: [
      .init("conv", .conv2D(.init(outputChannels: 2, window: .init(3, 3), activation: .relu)), inputs: [0]),
      .init("pool", .maxPool2D(.init(2, 2, stride: 2)), inputs: [1]), .init("flat", .flatten, inputs: [2]),
      .init("logits", .dense(.init(outputs: 1)), inputs: [3]),
    ], outputs: [.init(value: 4, function: .sigmoid)])

  /// The model that calibration records belong to.
  static let model = try! FloatModel.random(graph, seed: 1)

  /// The training that checkpoints belong to, before its first step.
  static func loop() throws -> TrainingLoop {
    let pictures = (0..<8).map { number in
      let image = Image(width: 8, height: 8, channels: 3, pixels: randomPixels([8, 8, 3], seed: UInt64(number)))
      return Dataset.Picture(name: "\(number)", label: number % 2, source: .image(image))
    }
    let dataset = Dataset(
      name: "noise", labels: ["happy", "sad"], training: Array(pictures[..<4]), validation: Array(pictures[4..<6]),
      test: Array(pictures[6...]), splitDescription: "by number")
    var recipe = TrainingRecipe()
    (recipe.epochs, recipe.batch, recipe.patience, recipe.augmentation) = (2, 2, 0, .none)
    return try TrainingLoop(
      Architecture(graph), dataset: dataset, preprocessing: .init(width: 8, height: 8), recipe: recipe, threads: 1)
  }

  /// The training of a face finder that checkpoints belong to, before its first step.
  static func detectorLoop() throws -> DetectionLoop {
    var material = DetectionMaterial()
    for seed in 0..<4 {
      let pixels = randomPixels([40, 40, 1], seed: UInt64(seed))
      let image = Image(width: 40, height: 40, channels: 1, pixels: pixels)
      material.photos.append(
        .init(image, faces: [FaceBox(x: 10, y: 10, width: 20, height: 20)], isComplete: true, name: "\(seed)"))
      material.scenes.append(image)
    }
    var recipe = DetectorRecipe()
    (recipe.steps, recipe.smallSteps, recipe.roundSteps, recipe.batch) = (4, 2, 2, 2)
    (recipe.smallest, recipe.largest) = (17, 40)
    return try DetectionLoop(
      { .faceDetector(input: $0, channels: [4, 4, 4, 4, 4]) },
      preprocessing: .init(width: 64, height: 64, colour: .grey, fit: .inside), material: material,
      validation: material, recipe: recipe, threads: 1)
  }

  /// A network of three layers as an exporter writes it.
  private static func network() -> [UInt8] {
    var file = ONNXWriter()
    file.input("x", [1, 3, 8, 8])
    file.weights("w", [2, 3, 3, 3], (0..<54).map { Float($0 % 7) / 7 })
    file.weights("b", [2], [0.5, -0.5])
    file.node("Conv", ["x", "w", "b"], ["c"], [("pads", .ints([1, 1, 1, 1])), ("kernel_shape", .ints([3, 3]))])
    file.node("Relu", ["c"], ["r"])
    file.node("GlobalAveragePool", ["r"], ["p"])
    file.node("Flatten", ["p"], ["y"], [("axis", .int(1))])
    file.output("y")
    file.properties = [("labels", "[\"a\", \"b\"]")]
    return file.bytes
  }

  /// A network of three operators as a converter writes it, with weights of codes, and a text behind it.
  private static func flatNetwork() -> [UInt8] {
    var file = TFLiteWriter()
    let x = file.tensor("x", [1, 8, 8, 3], extra: [7: .wholes([-1, 8, 8, 3])])
    let w = file.tensor(
      "w", [2, 3, 3, 3], type: 9, data: (0..<54).map { UInt8($0 % 7) }, scales: [0.5, 0.25], zeroPoints: [0, 0])
    let (conv, mean, list) = (file.tensor("c", [1, 8, 8, 2]), file.tensor("m", [1, 2]), file.tensor("y", [2]))
    let options = FlatTable([0: .byte(0), 1: .whole(1), 2: .whole(1), 3: .byte(1)])
    file.node(3, [x, w, -1], conv, options: (1, options))
    file.node(40, [conv, file.integers("axes", [1, 2])], mean, options: (27, FlatTable([0: .byte(0)])))
    file.node(22, [mean, file.integers("shape", [2])], list)
    (file.inputs, file.outputs) = ([x], [list])
    let input = FlatTable([4: .tables([FlatTable([0: .byte(1), 1: .table(FlatTable([0: .fractions([1])]))])])])
    file.metadata = [("TFLITE_METADATA", FlatTable([3: .tables([FlatTable([2: .tables([input])])])]).file("M001"))]
    return file.bytes
  }

  /// Writes a target's seeds into a folder, one file each.
  static func write(_ target: FuzzTarget, to folder: String) throws {
    for (number, bytes) in try seeds(target).enumerated() {
      try Data(bytes).write(to: URL(fileURLWithPath: "\(folder)/seed-\(number)"))
    }
  }

  private static func seeds(_ target: FuzzTarget) throws -> [[UInt8]] {
    func texts(_ all: String...) -> [[UInt8]] { all.map { Array($0.utf8) } }
    switch target {
    case .model:
      var golden = model
      golden.golden = [GoldenSample(pixels: TestPattern.pixels(graph.input), logits: [1])]
      golden.description.decision = Decision(thresholds: [0.5, nil], weights: [1, 3], otherwise: "unsure")
      return [
        golden.writer().bytes(), try QuantizedModel.random(graph, seed: 1).writer().bytes(),
        try QuantizedModel.random(.everyOperator, seed: 1).writer().bytes(),
        try QuantizedModel.randomDetector(seed: 1).writer().bytes(),
      ]
    case .json:
      return texts(
        #"{"a":[1,-2,true,false,"x\n\u00e9\ud83d\ude00"],"b":{}}"#, "[[[]]]", "-9223372036854775808", #""""#)
    case .network:
      return texts(
        "input 48 rgb\nconv 8 valid\nrelu\nmaxpool 2\nconv 16 stride 2\nnorm\nrelu\nflatten\ndropout 0.5\nlogits\n",
        "start: conv 8 stride 2\nconv 8 like start\nadd start\nrelu6\ndepthwise 3x3 # each\nmean from start\nlogits",
        "conv 8 3x3 stride 2\nrelu\nupsample 2\nmaxpool 2x2 stride 2\nboxes\n")
    case .table:
      return texts(
        "file,x,y,w,h\na.jpg,1,2,30,40\n\"b, c.jpg\",0,0,1.5,2\n", "path;x0;y0;x1;y1\r\na.jpg;1;2;3;4\r\n",
        "image,box\na.png,\"1 2 3 4;5 6 7 8\"\n")
    case .record:
      let calibrator = try Calibrator(model, threads: 1)
      for seed in 0..<2 { try calibrator.observe(randomPixels(graph.input, seed: UInt64(seed)), hash: "\(seed)") }
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys]
      return [[UInt8](try encoder.encode(calibrator.record))]
    case .checkpoint:
      return [try fileWritten { _ = try loop().run(checkpoints: .init(path: $0, interval: 0)) }]
    case .detector:
      return [try fileWritten { _ = try detectorLoop().run(checkpoints: .init(path: $0, interval: 0)) }]
    case .onnx: return [network()]
    case .tflite: return [flatNetwork()]
    case .numpy:
      let array = NumPyArray([2, 3], [1, 2, 3, 4, 5, 6])
      return [
        try fileWritten { try array.write(to: $0) },
        try fileWritten { try NumPyArchive.write([("x", array), ("y", NumPyArray([1], [0]))], to: $0) },
        ZipWriter([ZipWriter.Member("z.npy", try fileWritten { try array.write(to: $0) }).deflated()]).bytes,
      ]
    case .http:
      let host = "Host: localhost\r\n"
      return texts(
        "GET / HTTP/1.1\r\n\(host)\r\n", "GET /facts?token=a&token=b HTTP/1.0\r\n\(host)Cookie: token=c\r\n\r\n",
        "POST /classify HTTP/1.1\r\n\(host)Origin: http://localhost\r\nContent-Length: 3\r\n\r\nabc",
        "POST /classify HTTP/1.1\r\n\(host)Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n",
        "POST /classify HTTP/1.1\r\n\(host)Expect: 100-continue\r\nContent-Length: 1\r\n\r\na",
        "GET /live HTTP/1.1\r\n\(host)Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
          + "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\u{1}\u{2}ab")
    case .multipart:
      return texts(
        "frame\n--frame\r\nContent-Type: image/jpeg\r\nContent-Length: 3\r\n\r\nabc\r\n--frame--\r\n",
        "--b\nb\n\nabc\nb\nContent-Length: 1\n\nxy\nb\n\n1\n\nb\n",
        "\n\nYUV4MPEG2 W2 H2 F25:1 C420mpeg2\nFRAME\n123456FRAME\n")
    case .jpeg, .png:
      return try [1, 3].map { channels in
        let image = Image(width: 9, height: 7, channels: channels, pixels: randomPixels([7, 9, channels], seed: 1))
        return try target == .jpeg ? ImageEncoder.jpeg(image, quality: 80) : ImageEncoder.png(image)
      }
    }
  }

  private static func fileWritten(_ write: (_ path: String) throws -> Void) throws -> [UInt8] {
    let folder = try TemporaryFolder()
    try write(folder.path("written"))
    return [UInt8](try Data(contentsOf: URL(fileURLWithPath: folder.path("written"))))
  }
}
