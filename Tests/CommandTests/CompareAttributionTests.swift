import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import TestSupport
import Testing

/// `glint compare` on where it is lost, on several models and on few pictures, as a user runs it.
@Suite struct CompareAttributionTests {
  private struct Line: Decodable {
    struct Answers: Decodable {
      let squared_error: Double
      let loss: Double?
      let right: Int
    }
    struct Attribution: Decodable {
      struct Step: Decodable {
        struct Part: Decodable {
          let source: String
          let squared_error: Double
          let loss: Double?
          let points_lost: Double
        }
        struct SixteenBits: Decodable {
          let reason: String?
          let ms, ms_more, squared_error: Double?
          let ms_more_interval: [Double]?
        }
        let name: String
        let parts: [Part]
        let sixteen_bits: SixteenBits?
      }
      struct Evidence: Decodable {
        struct Step: Decodable {
          struct Part: Decodable {
            let source: String
            let after: [[Float]]
          }
          let name: String
          let before: [[Float]]
          let parts: [Part]
        }
        let float: [[Float]]
        let steps: [Step]
      }
      let images: [Int]
      let float, int8: Answers
      let steps: [Step]
      let evidence: Evidence
    }
    let attribution: Attribution?
  }

  private let folder: TemporaryFolder
  private let float, int8, data: String

  /// A network that never learned, so that some of int8's answers differ.
  init() throws {
    folder = try TemporaryFolder()
    var model = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 21)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    (float, int8, data) = (folder.path("float.safetensors"), folder.path("int8.safetensors"), folder.path("data"))
    try model.write(to: float)
    for index in 0..<60 {
      let face = FacePainter.paint(seed: 3, index: index, size: 32, variety: 1)
      try folder.write(
        ImageEncoder.jpeg(face.image, quality: 92), as: "data/\(RenderedFaces.labels[face.label])/\(index).jpg")
    }
    let run = try GlintProgram.run(
      ["quantize", float, "--calibration", data, "-o", int8, "--quiet", "--method", "percentile-99"]
        + ["--write-record", folder.path("record.json")])
    #expect(run.status == 0, "\(run.errors)")
  }

  private func compare(_ arguments: [String]) throws -> GlintProgram.Result {
    try GlintProgram.run(["compare"] + arguments + ["--part", "all", "--quiet"])
  }

  /// The bars of the three largest steps from their logits, and all bars against the whole.
  @Test func barsFollowFromTheLogits() throws {
    let run = try compare([float, int8, "--data", data, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let told = try #require(try JSONDecoder().decode(Line.self, from: Data(run.output.utf8)).attribution)
    #expect(told.images.count == 60 && told.evidence.steps.count == 3)
    func error(_ logits: [[Float]]) -> Double {
      let squares = zip(logits.joined(), told.evidence.float.joined()).map { (Double($0) - Double($1)) }
      return squares.reduce(0) { $0 + $1 * $1 } / Double(squares.count)
    }
    for step in told.evidence.steps {
      let bars = try #require(told.steps.first { $0.name == step.name })
      var before = error(step.before)
      for (bar, part) in zip(bars.parts, step.parts) {
        let after = error(part.after)
        #expect(bar.source == part.source && abs(bar.squared_error - (after - before)) < 1e-9)
        before = after
      }
    }
    let parts = told.steps.flatMap(\.parts)
    let whole = told.int8.squared_error
    let errors = parts.reduce(0) { $0 + $1.squared_error }, losses = parts.reduce(0) { $0 + $1.loss! }
    #expect(whole > 0 && abs(errors - whole) < 1e-6 * whole)
    let loss = told.int8.loss! - told.float.loss!
    #expect(abs(losses - loss) < 1e-6 * (1 + abs(loss)))
    // The layers where most is lost have a price, or a reason why there is none.
    let prices = told.steps.compactMap(\.sixteen_bits)
    #expect(prices.count == 5 && prices.contains { $0.ms != nil })
    for price in prices {
      #expect((price.reason == nil) == (price.ms != nil && price.ms! > 0 && price.squared_error! > 0))
      if let more = price.ms_more { #expect(price.ms_more_interval![0] <= more && more <= price.ms_more_interval![1]) }
    }
    let points = 100 * Double(told.float.right - told.int8.right) / 60
    #expect(abs(parts.reduce(0) { $0 + $1.points_lost } - points) < 1e-9)
  }

  @Test func theTextAndThePageSayWhereItIsLost() throws {
    let page = folder.path("page.html")
    let run = try compare(
      [float, int8, "--data", data, "--report", page, "--record", folder.path("record.json")])
    #expect(run.status == 0, "\(run.errors)")
    #expect(run.output.contains("where it arises") && run.output.contains("of the logit error"), "\(run.output)")
    #expect(run.output.contains("On all 60 pictures."))
    let html = try String(contentsOfFile: page, encoding: .utf8)
    for words in [
      "Where it is lost", "<a href=\"#layer-0\">", "<tr id=\"layer-0\">", "Values and weights", "calibration pictures",
      "download=\"comparison.json\"", "download=\"steps.csv\"", "SHA-256 of pictures and classes",
      "Results in 16 bits, on this machine", "download=\"sixteen-bits.csv\"", "moves logits most",
    ] { #expect(html.contains(words), "\(words)") }
    // A record of other weights is none of this model.
    let other = folder.path("other.safetensors")
    try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 22).write(to: other)
    let wrong = try compare([other, int8, "--data", data, "--record", folder.path("record.json")])
    #expect(wrong.status == 1 && wrong.errors.contains("other weights"), "\(wrong.errors)")
  }

  @Test func severalModelsInOneTable() throws {
    struct Table: Decodable {
      struct Model: Decodable {
        let file, kind: String
        let accuracy, points_lost, agreement: Double
        let bytes, activation_bytes, multiply_adds: Int
        let instructions: Int?
        let best_for_size: Bool
      }
      let no_instructions_reason: String?
      let images: Int
      let models: [Model]
    }
    let again = folder.path("again.safetensors")
    try FileManager.default.copyItem(atPath: int8, toPath: again)
    let run = try compare([float, int8, again, "--data", data, "--json"])
    #expect(run.status == 0, "\(run.errors)")
    let table = try JSONDecoder().decode(Table.self, from: Data(run.output.utf8))
    #expect(table.images == 60 && table.models.map(\.kind) == ["float", "int8", "int8"])
    #expect(table.models[0].points_lost == 0 && table.models[0].agreement == 1)
    #expect(table.models[1].accuracy == table.models[2].accuracy)
    #expect(abs(table.models[0].accuracy - table.models[1].accuracy - table.models[1].points_lost / 100) < 1e-9)
    #expect(table.models[1].activation_bytes < table.models[0].activation_bytes)
    // A machine counts instructions of all models or of none, and then says why; vectors hold 64 numbers at most.
    for model in table.models {
      #expect((model.instructions == nil) == (table.no_instructions_reason != nil))
      if let count = model.instructions { #expect(count > model.multiply_adds / 64) }
    }
    let best = table.models.max { ($0.accuracy, -$0.bytes) < ($1.accuracy, -$1.bytes) }
    #expect(best?.best_for_size == true)
    let page = folder.path("table.html")
    let text = try compare([float, int8, again, "--data", data, "--report", page])
    #expect(text.status == 0 && text.output.contains("again.safetensors"), "\(text.errors)")
    #expect(text.output.contains("nstructions"), "\(text.output)")
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("Accuracy and price") && html.contains("download=\"models.csv\""))
    for arguments in [["--gate", "1"], ["--summary", folder.path("s.md")], ["--record", folder.path("record.json")]] {
      let refused = try compare([float, int8, again, "--data", data] + arguments)
      #expect(refused.status == 2 && refused.errors.contains("of two models"), "\(refused.errors)")
    }
  }

  /// Those that changed sides lie beside the summary; what a later run has no picture for goes.
  @Test func theSummaryShowsWhatChangedSides() throws {
    let (summary, pictures) = (folder.path("out/summary.md"), folder.path("out/changed"))
    try FileManager.default.createDirectory(atPath: folder.path("out"), withIntermediateDirectories: true)
    let coarse = folder.path("coarse.safetensors")
    let made = try GlintProgram.run(
      ["quantize", float, "--calibration", data, "-o", coarse, "--quiet", "--method", "percentile-60"])
    #expect(made.status == 0, "\(made.errors)")
    let arguments = ["--data", data, "--summary", summary, "--thumbnails", pictures]
    let run = try compare([float, coarse] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    let text = try String(contentsOfFile: summary, encoding: .utf8)
    let count = text.components(separatedBy: "<img src=\"changed/changed-").count - 1
    #expect(count > 0 && text.contains("of the logit error"), "\(text)")
    let files = try FileManager.default.contentsOfDirectory(atPath: pictures)
    #expect(files.count == count)
    for file in files { #expect(try ImageDecoder.decode(path: pictures + "/" + file).width == 32) }
    let same = try compare([float, float] + arguments)
    let left = try FileManager.default.contentsOfDirectory(atPath: pictures)
    #expect(same.status == 0 && left.isEmpty, "\(left)")
    // A photo of that name is nobody's to replace.
    let photo = Image(width: 8, height: 8, channels: 3, pixels: [UInt8](repeating: 9, count: 192))
    try folder.write(ImageEncoder.jpeg(photo, quality: 90), as: "out/changed/changed-01.jpg")
    let refused = try compare([float, coarse] + arguments)
    #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try compare([float, coarse, "--data", data, "--thumbnails", pictures]).status == 2)
    let inData = try compare([float, coarse, "--data", data, "--summary", summary, "--thumbnails", data + "/happy"])
    #expect(inData.status == 1, "\(inData.errors)")
  }

  /// The step of the documentation's example workflow, as a runner does it.
  @Test func theExampleWorkflowRuns() throws {
    let article = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Glint/Glint.docc/Quantizing.md")
    let parts = try String(contentsOf: article, encoding: .utf8).components(separatedBy: "```yaml\n")
    let behind = try #require(parts.dropFirst().first)
    let workflow = try #require(behind.components(separatedBy: "```").first)
    let indent = String(repeating: " ", count: 10)
    let step = try #require(workflow.components(separatedBy: "run: |\n").dropFirst().first)
      .components(separatedBy: "\n").prefix { $0.hasPrefix(indent) }.map { $0.dropFirst(indent.count) }
    #expect(step.count > 2)
    try FileManager.default.createDirectory(atPath: folder.path("models"), withIntermediateDirectories: true)
    for (own, name) in [(float, "face.safetensors"), (int8, "face.int8.safetensors")] {
      try FileManager.default.copyItem(atPath: own, toPath: folder.path("models/" + name))
    }
    try FileManager.default.copyItem(atPath: data, toPath: folder.path("photos"))
    let run = try GlintProgram.shell("set -e; cd '\(folder.path("."))'\n" + step.joined(separator: "\n"))
    // Sixty pictures cannot carry half a point: the gate does not hold, and says so everywhere.
    #expect(run.status == 1 && run.errors.contains("--gate 0.5"), "\(run.errors)")
    #expect(workflow.contains("out/summary.md >> \"$GITHUB_STEP_SUMMARY\""))
    #expect(try String(contentsOfFile: folder.path("out/summary.md"), encoding: .utf8).contains(" failed"))
    #expect(try String(contentsOfFile: folder.path("results.xml"), encoding: .utf8).contains("failures=\"1\""))
    #expect(FileManager.default.fileExists(atPath: folder.path("out/report.html")))
  }

  /// Five pictures of both classes, one class, a model against itself, and one that computes no numbers.
  @Test func littleOrBrokenIsSaidSo() throws {
    for label in RenderedFaces.labels {
      let names = try FileManager.default.contentsOfDirectory(atPath: data + "/" + label).sorted()
      let some = folder.path("few/" + label)
      try FileManager.default.createDirectory(atPath: some, withIntermediateDirectories: true)
      for name in names.prefix(label == "happy" ? 3 : 2) {
        try FileManager.default.copyItem(atPath: "\(data)/\(label)/\(name)", toPath: "\(some)/\(name)")
      }
    }
    let few = try compare([float, int8, "--data", folder.path("few"), "--report", folder.path("few.html")])
    #expect(few.status == 0 && few.output.contains("On all 5 pictures."), "\(few.errors)")
    #expect(few.output.contains("pictures cannot tell") || few.output.contains("No difference found"))
    let page = folder.path("turned.html")
    let turned = try compare([int8, float, "--data", data, "--report", page])
    #expect(turned.status == 0 && turned.output.contains("Where it is lost cannot be told: the second model is float"))
    #expect(try String(contentsOfFile: page, encoding: .utf8).contains("cannot be told: the second model is float"))
    let itself = try compare([float, float, "--data", data])
    #expect(itself.status == 0 && itself.output.contains("same model") && !itself.output.contains("cannot be told"))
    let same = try compare([int8, int8, "--data", data, "--gate", "60"])
    #expect(same.status == 0 && same.output.contains("same model") && !same.output.contains("where it arises"))
    var broken = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 21)
    broken.description.preprocessing = Preprocessing(width: 32, height: 32)
    let first = try #require(broken.parameters.firstIndex { $0 != nil })
    broken.parameters[first]!.weight.elements = broken.parameters[first]!.weight.elements.map { _ in 3e38 }
    let path = folder.path("broken.safetensors")
    try broken.write(to: path)
    for models in [[path, int8], [path, float, int8]] {
      let run = try compare(models + ["--data", data])
      #expect(run.status == 1 && run.errors.contains("not finite"), "\(run.errors)")
    }
    var labels = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 21, labels: ["happy", "angry"])
    labels.description.preprocessing = Preprocessing(width: 32, height: 32)
    try labels.write(to: path)
    let wrong = try compare([float, int8, path, "--data", data])
    #expect(wrong.status == 1 && wrong.errors.contains("other labels"), "\(wrong.errors)")
  }
}
