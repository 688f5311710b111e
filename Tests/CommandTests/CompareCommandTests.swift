import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import TestSupport
import Testing

/// `glint quantize` and `glint compare` from end to end, the printed figures recomputed from the printed answers.
@Suite struct CompareCommandTests {
  private struct Line: Decodable {
    struct Side: Decodable {
      let accuracy: Double
      let auc: Double?
      let confusion: [[Int]]
    }
    struct Layer: Decodable {
      struct Alone: Decodable {
        let images: Int
        let agreement: Double
        let logit_error: Double
      }
      let name: String
      let sqnr_db: Double?
      let cosine: Double
      let signal: Double
      let noise: Double
      let product: Double
      let signal_int8: Double
      let alone: Alone?
    }
    struct Answer: Decodable {
      let file: String
      let label: String
      let float: [Double]
      let int8: [Double]
    }
    let images: Int
    let labels: [String]
    let float: Side
    let int8: Side
    let agreement: Double
    let mcnemar_p: Double
    let layers: [Layer]
    let answers: [Answer]
    let suggestions: [String]
  }

  private let folder: TemporaryFolder
  private let float: String

  /// Rendered faces of both classes in class folders, and a network that never learned: its answers are near chance, so
  /// that some of int8's differ.
  init() throws {
    folder = try TemporaryFolder()
    var model = try FloatModel.random(.happySad(input: [32, 32, 3]), seed: 21)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    float = folder.path("float.safetensors")
    try model.write(to: float)
    for index in 0..<220 {
      let face = FacePainter.paint(seed: 3, index: index, size: 32, variety: 1)
      try folder.write(
        ImageEncoder.jpeg(face.image, quality: 92), as: "data/\(RenderedFaces.labels[face.label])/\(index).jpg")
    }
  }

  private func quantized(_ arguments: [String] = []) throws -> String {
    let int8 = folder.path("int8.safetensors")
    let run = try GlintProgram.run(
      ["quantize", float, "--calibration", folder.path("data"), "-o", int8, "--quiet", "--anyway"] + arguments)
    #expect(run.status == 0, "\(run.errors)")
    return int8
  }

  @Test func figuresFollowFromTheAnswers() throws {
    let page = folder.path("report.html")
    let run = try GlintProgram.run(
      ["compare", float, quantized(), "--data", folder.path("data"), "--part", "all", "--json", "--report", page])
    #expect(run.status == 0, "\(run.errors)")
    let line = try JSONDecoder().decode(Line.self, from: Data(run.output.utf8))
    #expect(line.answers.count == line.images && line.images > 100)
    for (side, said) in [(line.float, \Line.Answer.float), (line.int8, \Line.Answer.int8)] {
      var right = 0
      for answer in line.answers {
        let best = answer[keyPath: said][1] > answer[keyPath: said][0] ? 1 : 0
        if line.labels[best] == answer.label { right += 1 }
      }
      #expect(abs(side.accuracy - Double(right) / Double(line.images)) < 1e-12)
      // The area under the ROC curve is the share of pairs, one of each class, in the right order.
      let (sad, happy) = (
        line.answers.filter { $0.label == "sad" }.map { $0[keyPath: said][1] },
        line.answers.filter { $0.label == "happy" }.map { $0[keyPath: said][1] }
      )
      var ordered = 0.0
      for one in sad { for other in happy { ordered += one > other ? 1 : one == other ? 0.5 : 0 } }
      let area = ordered / Double(sad.count * happy.count)
      #expect(abs((side.auc ?? 0) - area) < 1e-9)
    }
    let same = line.answers.count { ($0.float[1] > $0.float[0]) == ($0.int8[1] > $0.int8[0]) }
    #expect(abs(line.agreement - Double(same) / Double(line.images)) < 1e-12)
    for layer in line.layers where layer.noise > 0 {
      #expect(abs(layer.sqnr_db! - 10 * log10(layer.signal / layer.noise)) < 1e-6, "\(layer.name)")
      #expect(abs(layer.cosine - layer.product / (layer.signal * layer.signal_int8).squareRoot()) < 1e-9)
    }
    let alone = line.layers.filter { $0.alone != nil }.map(\.name)
    #expect(alone == ["conv1", "conv2", "conv3", "dense1", "dense2"])
    #expect(line.layers.compactMap(\.alone).allSatisfy { $0.logit_error > 0 && $0.logit_error < 0.2 })
    let html = try String(contentsOfFile: page, encoding: .utf8)
    #expect(html.contains("alone: same label") && html.contains("levels used"))
    // The search is a table, not the lines of the card.
    #expect(html.contains("<td>chosen</td>"))
  }

  /// The rendered faces in folders named by what the float network says of them: float is always right there, and int8
  /// loses whatever it changes.
  @Test func theAccountIsWholeInJSON() throws {
    struct Account: Decodable {
      struct LeftOut: Decodable { let file, cause, reason: String }
      struct Reading: Decodable {
        let seen, used, not_needed: Int
        let left_out: [LeftOut]
      }
      let reading: Reading
    }
    func reading(_ output: String) throws -> Account.Reading {
      let last = try #require(output.split(separator: "\n").last)
      return try JSONDecoder().decode(Account.self, from: Data(last.utf8)).reading
    }
    try folder.write(Array("RIFF1234WEBPVP8 ".utf8), as: "data/happy/x.webp")
    let int8 = folder.path("int8.safetensors")
    let data = folder.path("data")
    for arguments in [
      ["quantize", float, "--calibration", data, "-o", int8, "--anyway", "--json"],
      ["compare", float, int8, "--data", data, "--json"], ["doctor", data, "--json"],
      ["doctor", data, "--model", int8, "--json"],
      [
        "train", data, "-o", folder.path("m"), "--network", "compact", "--size", "32", "--epochs", "1", "--json",
        "--quiet",
      ],
    ] {
      let run = try GlintProgram.run(arguments)
      let found = try reading(run.output)
      #expect(found.seen == 221 && found.used + found.not_needed + found.left_out.count == 221, "\(arguments)")
      let webp = found.left_out.filter { $0.cause == "other_format" }
      #expect(webp.map(\.file) == [data + "/happy/x.webp"] && webp[0].reason.contains("a WebP picture"))
      // People are told where nothing is asked for but results, too.
      if arguments.contains("--quiet") || arguments[0] == "quantize" {
        #expect(run.errors.contains("x.webp"), "\(arguments): \(run.errors)")
      }
    }
  }

  @Test func fewPicturesAreNoTrainingMatter() throws {
    let int8 = try quantized()
    for label in ["happy", "sad"] {
      let own = folder.path("few/" + label)
      try FileManager.default.createDirectory(atPath: own, withIntermediateDirectories: true)
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("data/" + label)).sorted()
      for name in names.prefix(2) {
        try FileManager.default.copyItem(atPath: folder.path("data/\(label)/\(name)"), toPath: own + "/" + name)
      }
    }
    let few = try GlintProgram.run(["compare", float, int8, "--data", folder.path("few"), "--part", "all", "--quiet"])
    #expect(few.status == 0 && few.output.contains("of 4 pictures"), "\(few.errors)")
    let same = folder.path("few/sad/same.jpg")
    let happy = try FileManager.default.contentsOfDirectory(atPath: folder.path("few/happy")).sorted()
    let first = try #require(happy.first)
    try FileManager.default.removeItem(atPath: folder.path("few/sad"))
    try FileManager.default.createDirectory(atPath: folder.path("few/sad"), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: folder.path("few/happy/" + first), toPath: same)
    for other in happy where other != first {
      try FileManager.default.removeItem(atPath: folder.path("few/happy/" + other))
    }
    let torn = try GlintProgram.run(["compare", float, int8, "--data", folder.path("few"), "--part", "all"])
    let words = "none of its pictures can be used. Left out: 2 files"
    #expect(torn.status == 1 && torn.errors.contains(words), "\(torn.errors)")
    let one = try GlintProgram.run(["compare", float, int8, "--data", folder.path("few/happy")])
    #expect(one.status == 1 && !one.errors.contains("train"), "\(one.errors)")
  }

  /// What the pictures do not show does not pass; what is written tells why.
  @Test func theGateHoldsOnlyWhereItIsShown() throws {
    let int8 = try quantized(), summary = folder.path("summary.md"), results = folder.path("results.xml")
    func gate(_ points: String) throws -> (GlintProgram.Result, markdown: String, xml: String) {
      let run = try GlintProgram.run(
        ["compare", float, int8, "--data", folder.path("data"), "--part", "all", "--quiet", "--gate", points] + [
          "--summary", summary, "--junit", results,
        ])
      return (
        run, try String(contentsOfFile: summary, encoding: .utf8), try String(contentsOfFile: results, encoding: .utf8)
      )
    }
    let (passed, good, testGood) = try gate("60")
    #expect(passed.status == 0 && passed.output.contains("int8"), "\(passed.errors)")
    #expect(good.contains("## int8.safetensors passed") && testGood.contains(#"failures="0""#))
    #expect(testGood.contains("<system-out>") && !testGood.contains("<failure"))
    // 220 pictures cannot show so little, and both files are Glint's own to replace.
    let (failed, bad, testBad) = try gate("0.01")
    #expect(failed.status == 1 && failed.errors.contains("--gate 0.01: it is not shown"), "\(failed.errors)")
    #expect(bad.contains("## int8.safetensors failed") && testBad.contains(#"failures="1""#))
    #expect(testBad.contains("<failure message=\"--gate 0.01") && testBad.contains("float alone is right on"))
    #expect(bad.split(separator: "\n").filter { $0.hasPrefix("|---") }.count >= 1)

    let own = try folder.write(Array("# Mine".utf8), as: "mine.md")
    let base = ["compare", float, int8, "--data", folder.path("data"), "--part", "all", "--quiet"]
    let refused = try GlintProgram.run(base + ["--summary", own])
    #expect(refused.status == 1 && refused.errors.contains("--force"), "\(refused.errors)")
    #expect(try GlintProgram.run(base + ["--junit", results]).status == 2)
    #expect(try GlintProgram.run(base + ["--gate", "0"]).status == 2)
  }

  @Test func aModelAgainstItself() throws {
    let run = try GlintProgram.run(["compare", float, float, "--data", folder.path("data"), "--quiet"])
    #expect(run.status == 0 && run.output.hasPrefix("Both files hold the same model"), "\(run.errors)")
  }

  private func relabelled() throws -> String {
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path("data")).filter { $0.hasSuffix(".jpg") }
    let run = try GlintProgram.run(["classify", float] + files.map { folder.path("data/" + $0) } + ["--json"])
    #expect(run.status == 0, "\(run.errors)")
    for line in run.output.split(separator: "\n") {
      let answer = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      let (file, label) = (try #require(answer?["file"] as? String), try #require(answer?["label"] as? String))
      let bytes = try Data(contentsOf: URL(fileURLWithPath: file))
      try folder.write([UInt8](bytes), as: "float/\(label)/\(URL(fileURLWithPath: file).lastPathComponent)")
    }
    return folder.path("float")
  }

  /// Half the values beyond all ranges: a percentile of 50 leaves nothing of ReLU's. The promise of no loss fails, no
  /// file is written, and the photos that changed sides are named with what both said.
  @Test func aBrokenPromiseWritesNothing() throws {
    let (int8, record) = (folder.path("contract.safetensors"), folder.path("contract.json"))
    let arguments = [
      "quantize", float, "--calibration", try relabelled(), "-o", int8, "--quiet", "--split", "40/50/10",
      "--method", "percentile-50",
    ]
    let broken = try GlintProgram.run(arguments + ["--require", "0", "--write-record", record])
    #expect(broken.status == 1)
    #expect(broken.errors.contains("nothing was written") && broken.errors.contains(".jpg"), "\(broken.errors)")
    #expect(broken.errors.contains(" by float, ") && broken.errors.contains(" by int8"))
    #expect(!FileManager.default.fileExists(atPath: int8) && !FileManager.default.fileExists(atPath: record))
    // What may lose all its accuracy is written.
    let kept = try GlintProgram.run(arguments + ["--require", "100"])
    #expect(kept.status == 0, "\(kept.errors)")
    #expect(FileManager.default.fileExists(atPath: int8))
  }

  @Test func theRecordMakesTheSameFile() throws {
    let int8 = folder.path("again.safetensors")
    let record = folder.path("record.json")
    let first = try quantized(["--write-record", record])
    let bytes = try Data(contentsOf: URL(fileURLWithPath: first))
    let again = try GlintProgram.run(["quantize", float, "--record", record, "-o", int8, "--quiet"])
    #expect(again.status == 0, "\(again.errors)")
    let same = try Data(contentsOf: URL(fileURLWithPath: int8)) == bytes
    #expect(same)
    // Whatever computes, learned rounding included.
    let learning = [
      "quantize", float, "--calibration", folder.path("data"), "-o", int8, "--quiet", "--images", "24", "--method",
      "mse+weights-mse+equalize+round+bias+fine-tune",
    ]
    var files: [Data] = []
    for (isa, threads) in [("", "2"), ("scalar", "1"), ("", "3")] {
      let run = try GlintProgram.run(
        learning + ["--threads", threads], environment: isa.isEmpty ? [:] : ["GLINT_ISA": isa])
      #expect(run.status == 0, "\(run.errors)")
      files.append(try Data(contentsOf: URL(fileURLWithPath: int8)))
    }
    #expect(files.allSatisfy { $0 == files[0] })
    let unlabelled = try GlintProgram.run(
      ["quantize", float, "--calibration", folder.path("data/happy"), "-o", int8, "--require", "1", "--quiet"])
    #expect(unlabelled.status == 1 && unlabelled.errors.contains("labelled"))
  }
}
