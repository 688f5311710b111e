import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import TestSupport
import Testing

/// What is sealed in a model's file holds in every command without being typed again, the crop to faces included.
@Suite struct ModelRuleTests {
  private struct Facts: Decodable {
    struct Mistake: Decodable { let mistake: String }
    let accuracy: Double
    let mistakes: [Mistake]
  }

  private let folder: TemporaryFolder
  private let float: String
  private let int8: String
  private let keen: String
  private let data: String

  /// Whole photos with a detector that finds something everywhere, and a model that reads faces.
  init() throws {
    folder = try TemporaryFolder()
    (float, int8) = (folder.path("float.safetensors"), folder.path("int8.safetensors"))
    let graph = Graph.happySad(input: [32, 32, 1])
    let rule = Preprocessing(width: 32, height: 32, colour: .grey, fit: .face(marginPercent: 10))
    var model = try FloatModel.random(graph, seed: 4)
    model.description.preprocessing = rule
    try model.write(to: float)
    var quantized = try QuantizedModel.random(graph, seed: 4)
    quantized.description.preprocessing = rule
    try quantized.write(to: int8)
    keen = folder.path("keen.safetensors")
    try QuantizedModel.randomDetector(seed: 6, threshold: -100).write(to: keen)
    data = folder.path("data")
    for (label, name) in ["happy", "sad"].enumerated() {
      for index in 0..<60 {
        let room = RenderedScene(seed: UInt64(100 * label + index), width: 160, height: 120, people: 1).frame(at: 1)
        try folder.write(ImageEncoder.jpeg(room.image, quality: 85), as: "data/\(name)/\(index).jpg")
      }
    }
  }

  private func run(_ arguments: [String]) throws -> GlintProgram.Result {
    let result = try GlintProgram.run(arguments)
    #expect(result.status == 0, "\(result.errors)")
    return result
  }

  @Test func compareCropsAsTheFileSaysAndSaysSo() throws {
    let base = ["compare", float, int8, "--data", data, "--part", "all"]
    let byRule = try run(base + ["--detector", keen])
    #expect(byRule.errors.contains("32x32 grey, the face with 10 % margin"), "\(byRule.errors)")
    #expect(byRule.errors.contains("Fed as the model's file says"), "\(byRule.errors)")
    #expect(byRule.errors.contains("120 cropped to the face, 0 taken as they are"), "\(byRule.errors)")
    let whole = try run(base + ["--no-faces"])
    #expect(whole.errors.contains("was trained on faces"), "\(whole.errors)")
    #expect(whole.errors.contains("Fed otherwise than the model's file says"), "\(whole.errors)")
    #expect(whole.errors.contains("0 cropped to the face, 120 taken as they are"), "\(whole.errors)")
    #expect(byRule.output.contains("Next: glint live"))
  }

  /// Class folders and folders of any pictures alike.
  @Test func quantizeCropsAsTheFileSays() throws {
    let output = folder.path("q.safetensors")
    for calibration in [data, data + "/happy"] {
      let result = try run(
        ["quantize", float, "--calibration", calibration, "--method", "min-max", "-o", output, "--detector", keen])
      #expect(result.errors.contains("cropped to the face, 0 taken as they are"), "\(result.errors)")
      #expect(result.output.contains("Next: glint \(calibration == data ? "compare" : "bench")"), "\(result.output)")
    }
  }

  @Test func doctorKnowsAFaceThatWasNotCropped() throws {
    let result = try GlintProgram.run(["doctor", data, "--model", float, "--detector", keen, "--json"])
    let facts = try JSONDecoder().decode(Facts.self, from: Data(result.output.utf8))
    #expect(facts.mistakes.contains { $0.mistake == "no-crop" }, "\(result.output)")
    #expect(!facts.mistakes.contains { $0.mistake == "face-crop" })
    let asked = try GlintProgram.run(["doctor", data, "--model", float, "--detector", keen, "--faces"])
    #expect(asked.errors.contains("120 cropped to the face"), "\(asked.errors)")
  }

  /// Fed against the rule on purpose, no figure is said to be the model's own.
  @Test func doctorDoesNotPraiseWhatTheUserOverrode() throws {
    let words = try GlintProgram.run(["doctor", data, "--model", float, "--no-faces"])
    #expect(words.output.contains("a mistake in itself") && words.output.contains("against what the model's file says"))
    #expect(!words.output.contains("fed as it was trained"), "\(words.output)")
    let facts = try GlintProgram.run(["doctor", data, "--model", float, "--no-faces", "--json"])
    #expect(facts.output.contains("\"as_the_file_says\":false"), "\(facts.output)")
  }

  /// A model that knows of no faces: that a crop would help is found out, and an option that changes nothing refused.
  @Test func modelsWithoutFaces() throws {
    var model = try FloatModel.random(.happySad(input: [32, 32, 1]), seed: 5)
    model.description.preprocessing = Preprocessing(width: 32, height: 32, colour: .grey)
    let plain = folder.path("plain.safetensors")
    try model.write(to: plain)
    let checked = try GlintProgram.run(["doctor", data, "--model", plain, "--detector", keen, "--json"])
    let facts = try JSONDecoder().decode(Facts.self, from: Data(checked.output.utf8))
    #expect(facts.mistakes.contains { $0.mistake == "face-crop" }, "\(checked.output)")
    #expect(!facts.mistakes.contains { $0.mistake == "no-crop" })
    for option in [["--faces"], ["--boxes", "faces.csv"]] {
      let refused = try GlintProgram.run(["compare", plain, plain, "--data", data, "--detector", keen] + option)
      #expect(refused.status == 1 && refused.errors.contains("wherever faces are"), "\(refused.errors)")
    }
  }

  /// A detector that nothing asks was named by mistake.
  @Test func aDetectorGoesWithFaces() throws {
    for line in [
      ["train", data, "-o", folder.path("m"), "--detector", keen], ["doctor", data, "--detector", keen],
      ["compare", float, int8, "--data", data, "--no-faces", "--detector", keen],
    ] {
      let refused = try GlintProgram.run(line)
      #expect(refused.status == 2 && refused.errors.contains("--detector"), "\(refused.errors)")
    }
  }

  /// A network that never learned: the search, which goes by accuracy, is not started on it unasked.
  @Test func noSearchOnChance() throws {
    let output = folder.path("q.safetensors")
    let base = ["quantize", float, "--calibration", data, "-o", output, "--no-faces"]
    let refused = try GlintProgram.run(base)
    #expect(refused.status == 1 && refused.errors.contains("no better than chance"), "\(refused.errors)")
    #expect(refused.errors.contains("--anyway") && !FileManager.default.fileExists(atPath: output))
    let anyway = try run(base + ["--anyway"])
    #expect(anyway.errors.contains("no better than chance") && anyway.output.contains("Chosen"), "\(anyway.errors)")
  }

  /// Training on photos of rendered people, whole: it says what it sees, and what its figures are worth.
  @Test func trainingSpeaksUp() throws {
    let output = folder.path("trained model.safetensors")
    let result = try run(
      ["train", data, "-o", output, "--network", "compact", "--size", "32", "--epochs", "1", "--learning-rate", "1e-9"])
    #expect(result.errors.contains("no better than chance"), "\(result.errors)")
    #expect(result.errors.contains("too few to tell"), "\(result.errors)")
    // The detector that Glint comes with finds the rendered people.
    #expect(result.errors.contains("whole photos of people"), "\(result.errors)")
    #expect(result.output.contains("Next: glint quantize '\(output)'"), "\(result.output)")
    let told = try run(
      ["train", data, "-o", output, "--network", "compact", "--size", "32", "--epochs", "1", "--no-faces"])
    #expect(!told.errors.contains("whole photos of people"), "\(told.errors)")
  }
}
