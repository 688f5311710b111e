import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Every command that reads a model or a picture, with every kind of file: the right answer or a clear error, never a
/// trap.
@Suite struct FileKindCommandTests {
  private let folder: TemporaryFolder
  private let files: [String: String]
  private let photos: String

  init() throws {
    folder = try TemporaryFolder()
    let small = try folder.writeSmallModels()
    let detector = try QuantizedModel.randomDetector(seed: 1)
    try detector.write(to: folder.path("detector.int8"))
    var float = try FloatModel.random(detector.description.graph, seed: 1)
    float.description = detector.description
    try float.write(to: folder.path("detector.float"))
    // Two outputs, no labels.
    var raw = try FloatModel.random(
      Graph(
        input: [8, 8, 3],
        nodes: [
          .init("flat", .flatten, inputs: [0]), .init("one", .dense(.init(outputs: 1)), inputs: [1]),
          .init("two", .dense(.init(outputs: 2)), inputs: [1]),
        ], outputs: [.init(value: 2, function: .identity), .init(value: 3, function: .identity)]), seed: 1)
    raw.description.labels = []
    try raw.write(to: folder.path("raw"))
    for kind in ["glint-checkpoint-2", "glint-detection-checkpoint-3"] {
      var checkpoint = SafetensorsWriter()
      checkpoint.add(metadata: "kind", kind)
      checkpoint.add("weights/conv1", Tensor<Float>([1], [1]))
      try checkpoint.write(to: folder.path(kind))
    }
    var foreign = SafetensorsWriter()
    foreign.add("t", Tensor<Float>([1], [1]))
    try foreign.write(to: folder.path("foreign"))
    func picture(_ number: Int) throws -> [UInt8] {
      let pixels = randomPixels([24, 24, 3], seed: UInt64(number))
      return try ImageEncoder.jpeg(Image(width: 24, height: 24, channels: 3, pixels: pixels), quality: 90)
    }
    for number in 0..<60 {
      try folder.write(picture(number), as: "photos/\(number % 2 == 0 ? "happy" : "sad")/\(number).jpg")
    }
    let jpeg = try picture(60)
    photos = folder.path("photos")
    files = [
      "float": small.float, "int8": small.int8, "int8 detector": folder.path("detector.int8"),
      "float detector": folder.path("detector.float"), "raw": folder.path("raw"),
      "checkpoint": folder.path("glint-checkpoint-2"),
      "detector checkpoint": folder.path("glint-detection-checkpoint-3"),
      "foreign": folder.path("foreign"),
      "record": try folder.write(Array(#"{"answers":{"pictures":9}}"#.utf8), as: "record"),
      "empty": try folder.write([], as: "empty"), "folder": photos,
      "picture": try folder.write(jpeg, as: "one.jpg"),
      "tflite": try folder.write([28, 0, 0, 0] + Array("TFL3".utf8) + [0, 0, 0, 0], as: "mine.tflite"),
      "text": try folder.write(Array("a line\n".utf8), as: "line.txt"),
    ]
  }

  /// Which kinds a command takes; all others it refuses.
  @Test func everyCommandWithEveryKindOfFile() throws {
    let picture = files["picture"]!
    let scratch = folder.path("scratch")
    let models: Set<String> = ["float", "int8", "int8 detector", "float detector", "raw"]
    let classifiers: Set<String> = ["float", "int8"]
    let detectors: Set<String> = ["int8 detector", "float detector"]
    let commands: [(arguments: (String) -> [String], taken: Set<String>)] = [
      ({ ["classify", $0, picture] }, classifiers.union(["picture", "folder"])),
      ({ ["inspect", $0] }, models),
      ({ ["inspect", $0, "--values", scratch, "--image", picture, "--force"] }, models),
      ({ ["bench", $0, "--runs", "1"] }, models),
      ({ ["bench", $0, "--runs", "1", "--frames", photos] }, classifiers),
      ({ ["verify", $0, "--images", "1", "--threads", "1"] }, ["int8", "int8 detector"]),
      ({ ["live", $0, "--folder", photos, "--count", "1", "--no-page"] }, classifiers),
      ({ ["doctor", photos, "--model", $0, "--json"] }, classifiers),
      ({ ["compare", $0, files["int8"]!, "--data", photos, "--part", "all"] }, classifiers),
      ({ ["compare", files["float"]!, $0, "--data", photos, "--part", "all"] }, classifiers),
      (
        { ["quantize", $0, "--calibration", photos, "--method", "min-max", "-o", scratch, "--force"] },
        ["float", "float detector", "raw"]
      ),
      ({ ["quantize", files["float"]!, "--record", $0, "-o", scratch, "--force"] }, []),
      ({ ["classify", files["int8"]!, $0] }, ["picture", "folder"]),
      ({ ["inspect", files["int8"]!, "--values", scratch, "--image", $0, "--force"] }, ["picture"]),
      ({ ["train", photos, "--faces", "--detector", $0, "-o", scratch, "--epochs", "1", "--force"] }, detectors),
      ({ ["detector", "evaluate", $0, "--scenes", photos, "--painted", "9", "--composed", "1"] }, detectors),
    ]
    for (arguments, taken) in commands {
      for (kind, path) in files.sorted(by: { $0.key < $1.key }) {
        // What an earlier command wrote is not replaced by one that makes another kind of file.
        try? FileManager.default.removeItem(atPath: scratch)
        let line = arguments(path)
        let result = try GlintProgram.run(line)
        let words = "\(line.joined(separator: " ")) [\(kind)]: \(result.status) \(result.errors)"
        #expect(result.status < 128, "trap: \(words)")
        if taken.contains(kind) {
          // These may find that there are mistakes, or too few pictures, and say so by their status.
          #expect(result.status == 0 || ["doctor", "detector", "train"].contains(line[0]), "\(words)")
        } else {
          #expect(result.status == 1 || result.status == 2, "\(words)")
          #expect(result.errors.contains(path) || taken.contains("picture"), "\(words)")
        }
      }
    }
  }

  @Test func theWrongKindIsWrongUse() throws {
    func refused(_ arguments: [String], _ words: String) throws {
      let result = try GlintProgram.run(arguments)
      #expect(result.status == 2 && result.output.isEmpty, "\(arguments): \(result.output)")
      #expect(result.errors.contains(words), "\(arguments): \(result.errors)")
    }
    let (picture, int8, tflite) = (files["picture"]!, files["int8"]!, files["tflite"]!)
    try refused(["classify", tflite, picture], "\(tflite) is a TensorFlow Lite model. Glint runs its own models only")
    try refused(["classify", picture, int8], "\(int8) is a Glint model, and a picture is wanted here")
    try refused(["classify", picture, tflite], "\(tflite) is a TensorFlow Lite model, and a picture is wanted here")
    try refused(["inspect", picture], "\(picture) is a JPEG picture, and a Glint model is wanted here")
    try refused(["bench", files["checkpoint"]!], "a checkpoint of training")
    try refused(["live", photos], "is a folder; a model is one file")
    try refused(["verify", files["record"]!], "a calibration record")
    for path in [picture, int8, tflite, files["checkpoint"]!] {
      let scratch = folder.path("scratch")
      for line in [
        ["train", path, "-o", scratch], ["train", photos, "--network", path, "-o", scratch],
        ["train", photos, "--boxes", path, "-o", scratch], ["doctor", path],
        ["doctor", path, "--model", files["int8"]!], ["bench", int8, "--frames", path],
        ["compare", files["float"]!, int8, "--data", path],
        ["threshold", int8, "--data", path, "--cost", "2", "-o", scratch],
        ["live", int8, "--folder", path, "--no-page"], ["live", int8, "--camera", path, "--no-page"],
        ["detector", "train", "--scenes", path, "-o", scratch],
        ["detector", "train", "--photos", "\(photos)=\(path)", "--scenes", photos, "-o", scratch],
        ["run", files["float"]!, "--input", path, "--output", scratch],
      ] { try refused(line, line.contains("--camera") ? "this is no camera, but a" : "\(path) is a") }
    }
    try refused(["inspect", tflite, "--kernels"], "\(tflite) is another program's")
    // A model is known by its content, whatever its name.
    let renamed = folder.path("no-ending")
    try FileManager.default.copyItem(atPath: int8, toPath: renamed)
    let result = try GlintProgram.run(["classify", renamed, picture])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.output.split(separator: "\n").count == 1)
  }

  @Test func limitsAreLiftedByTrust() throws {
    // Values of 2048 x 2048 x 3 take few multiply-adds, but 30 of them over 1 GiB as float.
    let up = Operator.upsampleNearest(factor: 32)
    let graph = Graph(
      input: [64, 64, 3],
      nodes: (0..<30).map { Graph.Node("up\($0)", up, inputs: [0]) } + [
        .init("mean", .globalAveragePool, inputs: [30]), .init("logit", .dense(.init(outputs: 1)), inputs: [31]),
      ], outputs: [.init(value: 32, function: .sigmoid)])
    try QuantizedModel.random(graph, seed: 1).write(to: folder.path("large"))
    let refused = try GlintProgram.run(["bench", folder.path("large"), "--runs", "1"])
    #expect(refused.status == 1 && refused.errors.contains("--trust lifts it"), "\(refused.errors)")
    let trusted = try GlintProgram.run(["bench", folder.path("large"), "--runs", "1", "--trust"])
    #expect(trusted.status == 0, "\(trusted.errors)")
  }
}

/// Words that name no command, and threads.
@Suite struct CommandLineTests {
  @Test(arguments: [
    (["trian", "photos", "-o", "m"], "Did you mean 'glint train'?"),
    (["detector", "evalute", "m"], "Did you mean 'glint detector evaluate'?"),
    (["Classify", "a.jpg"], "Did you mean 'glint classify'?"), (["fly"], "It has demo, paint, train"),
    (["inspect", "m", "--kernles"], "Did you mean '--kernels'?"),
  ])
  func suggestions(_ arguments: [String], _ words: String) throws {
    let result = try GlintProgram.run(arguments)
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errors.contains(words), "\(result.errors)")
  }

  private struct Threads: Decodable { let threads: Int }

  @Test func theDefaultKeepsToTheAffinity() throws {
    let folder = try TemporaryFolder()
    let model = try folder.writeSmallModels().int8
    let result = try GlintProgram.shell("taskset -c 0 '\(GlintProgram.path)' bench '\(model)' --runs 1 --json")
    #expect(result.status == 0, "\(result.errors)")
    #expect(try JSONDecoder().decode(Threads.self, from: Data(result.output.utf8)).threads == 1)
  }

  /// A process that may not have the memory of so many threads' stacks computes with fewer, and the same.
  @Test(arguments: ["float", "int8"])
  func fewerThreadsWhereTheSystemGivesNoMore(_ kind: String) throws {
    let folder = try TemporaryFolder()
    let models = try folder.writeSmallModels()
    let image = Image(width: 24, height: 24, channels: 3, pixels: randomPixels([24, 24, 3], seed: 1))
    let picture = try folder.write(try ImageEncoder.jpeg(image, quality: 90), as: "one.jpg")
    let line = "classify '\(kind == "float" ? models.float : models.int8)' '\(picture)' --json --threads"
    let one = try GlintProgram.shell("glint \(line) 1")
    let many = try GlintProgram.shell("ulimit -v 1200000; glint \(line) 256")
    #expect(one.status == 0 && many.status == 0, "\(one.errors)\(many.errors)")
    #expect(one.output == many.output)
  }
}
