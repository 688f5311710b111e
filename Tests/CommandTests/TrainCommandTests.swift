import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// `glint train` as a person uses it: results, interruption, a killed process.
@Suite struct TrainCommandTests {
  private struct Line: Decodable {
    struct Part: Decodable {
      let accuracy: Double
      let confusion: [[Int]]
    }

    let epoch: Int?
    let loss: Double?
    let validation_loss: Double?
    let validation_accuracy: Double?
    let images_per_second: Double?
    let weights_sha256: String?
    let temperature: Double?
    let test: Part?
  }

  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    try folder.writeDarkAndLight(side: 24, light: 100, count: 40)
  }

  private func arguments(_ output: String, _ more: [String] = []) -> [String] {
    [
      "train", folder.path("data"), "-o", folder.path(output), "--size", "24", "--batch", "8", "--patience", "0",
      "--epochs", "4", "--quiet", "--json",
    ] + more
  }

  private func lines(_ output: String) throws -> [Line] {
    try output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test func printsEpochsAndResult() throws {
    let first = try GlintProgram.run(arguments("one.safetensors", ["--threads", "1"]))
    #expect(first.status == 0, "\(first.errors)")
    let printed = try lines(first.output)
    #expect(printed.dropLast().map(\.epoch) == [1, 2, 3, 4])
    #expect(printed.dropLast().allSatisfy { $0.loss != nil && $0.validation_loss != nil && $0.images_per_second! > 0 })
    #expect(try #require(printed.last?.test).accuracy > 0.6)
    let second = try GlintProgram.run(arguments("two.safetensors", ["--threads", "3"]))
    #expect(try lines(second.output).last?.weights_sha256 == printed.last?.weights_sha256)
    let bytes = { (name: String) in try Data(contentsOf: URL(fileURLWithPath: folder.path(name))) }
    #expect(try bytes("one.safetensors") == bytes("two.safetensors"))
    #expect(try !folder.names().contains { $0.contains("checkpoint") })
  }

  @Test func writesAPageAndCalibrates() throws {
    let run = try GlintProgram.run(arguments("m.safetensors", ["--report", folder.path("page.html")]))
    #expect(run.status == 0, "\(run.errors)")
    #expect(try #require(lines(run.output).last?.temperature) > 0)
    let page = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    for words in ["Training of m.safetensors", "Confusion matrix", "Reliability", "Each class", "glint train"] {
      #expect(page.contains(words), "\(words)")
    }
    let shown = try GlintProgram.run(["inspect", folder.path("m.safetensors")])
    #expect(shown.output.contains("calibration: logits are divided by"))
  }

  @Test func drawsWhatAugmentationDoes() throws {
    let run = try GlintProgram.run(
      [
        "train", folder.path("data"), "--size", "24", "--augmentation", "strong", "--quiet", "--show-augmentation",
        folder.path("s.png"),
      ])
    #expect(run.status == 0, "\(run.errors)")
    let sheet = try ImageDecoder.decode(path: folder.path("s.png"))
    #expect(sheet.width == 12 * 99 + 3 && sheet.height == 12 * 99 + 3)
    #expect(try GlintProgram.run(["train", folder.path("data")]).status == 2)
  }

  @Test func preparesEverythingForAnotherTrainer() throws {
    let path = folder.path("prepared.safetensors")
    let result = try GlintProgram.run(
      ["train", folder.path("data"), "--prepare", path, "--network", "compact", "--size", "24", "--quiet"])
    #expect(result.status == 0, "\(result.errors)")
    let model = try FloatModel.load(path)
    #expect(model.description.labels == ["dark", "light"])
    let file = try SafetensorsFile(path: path)
    var pictures = 0
    for part in ["train", "validation", "test"] {
      let labels = try file.tensor(part + ".labels", of: UInt8.self)
      let pixels = try file.tensor(part + ".pixels", of: UInt8.self)
      #expect(pixels.shape == Shape([labels.shape[0]] + model.description.graph.input.dimensions))
      // Light pictures are light in every part.
      let size = pixels.shape.count / labels.shape[0]
      for (index, label) in labels.elements.enumerated() {
        let sum = pixels.elements[index * size..<(index + 1) * size].reduce(0) { $0 + Int($1) }
        #expect((sum > 125 * size) == (label == 1))
      }
      pictures += labels.shape[0]
    }
    #expect(pictures == 80)
    let extras = try #require(file.metadata("training"))
    #expect(extras.contains("\"stage1\""))
    #expect(extras.contains("\"dropout\":{\"mean\":0."))
  }

  @Test func benchTrainsOnBatchesInMemoryAndRecordsThem() throws {
    struct Result: Decodable {
      let images_per_second: Double
      let losses: [Double]
    }
    let path = folder.path("record.safetensors")
    let arguments = ["bench", "--training", "--batch", "2", "--runs", "3", "--json"]
    let result = try GlintProgram.run(arguments + ["--threads", "1", "--record", path])
    #expect(result.status == 0, "\(result.errors)")
    let found = try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
    #expect(found.images_per_second > 0 && found.losses.count == 3)
    let again = try GlintProgram.run(arguments + ["--threads", "2"])
    #expect(try JSONDecoder().decode(Result.self, from: Data(again.output.utf8)).losses == found.losses)
    let file = try SafetensorsFile(path: path)
    #expect(try file.tensor("pixels", of: UInt8.self).shape == [4, 2, 256, 256, 3])
    #expect(try file.tensor("conv1.weight", of: Float.self).shape == [16, 3, 3, 3])
    let gradient = try file.tensor("conv1.weight.gradient", of: Float.self)
    #expect(gradient.shape == [16, 3, 3, 3] && gradient.elements.contains { $0 != 0 })
  }

  /// The recording tells other trainers the layers, without which its weights say nothing.
  @Test func benchTrainsTheNetworkThatIsNamed() throws {
    struct Node: Decodable {
      let name: String
      let kind: String
      let inputs: [Int]
      let outputs: Int?
      let padding: [Int]?
    }
    try folder.write(
      Array("input 24 grey\nconv 16\nnorm\na: relu\nconv 16\nadd a\nmean\ndropout 0.5\nlogits\n".utf8), as: "own.txt")
    let path = folder.path("record.safetensors")
    var losses: [String] = []
    for threads in ["1", "2"] {
      let result = try GlintProgram.run(
        [
          "bench", "--training", "--network", folder.path("own.txt"), "--batch", "3", "--runs", "2", "--json",
          "--threads", threads, "--record", path,
        ])
      #expect(result.status == 0, "\(result.errors)")
      losses.append(String(try #require(result.output.split(separator: "\"losses\":[").last?.prefix { $0 != "]" })))
    }
    #expect(losses[0] == losses[1])
    let file = try SafetensorsFile(path: path)
    #expect(try file.tensor("pixels", of: UInt8.self).shape == [4, 3, 24, 24, 1])
    let text = try #require(file.metadata("network"))
    let nodes = try JSONDecoder().decode([Node].self, from: Data(text.utf8))
    #expect(nodes.map(\.kind) == ["conv", "norm", "relu", "conv", "add", "mean", "dropout", "dense"])
    #expect(nodes[4].inputs == [4, 3] && nodes[0].outputs == 16 && nodes[0].padding == [1, 1, 1, 1])
    #expect(throws: (any Error).self) { try file.tensor("norm1.mean.gradient", of: Float.self) }
    let wrong = try GlintProgram.run(["bench", "--training", "--network", "nothing"])
    #expect(wrong.status == 1 && wrong.errors.contains("neither a network's name"))
    #expect(try GlintProgram.run(["bench", "m.safetensors", "--network", "compact"]).status == 2)
  }

  /// The folder of the model goes away while training runs, as a full or unplugged disk would.
  @Test func whatCannotBeWrittenIsKeptElsewhere() throws {
    for name in ["gone/x", "refuge/x"] { try folder.write([], as: name) }
    let options = arguments("gone/m.safetensors", ["--epochs", "150", "--checkpoint-interval", "0"]).dropFirst(1)
    let line =
      """
      glint train \(options.joined(separator: " ")) | { read first; mv '\(folder.path("gone"))' \
      '\(folder.path("away"))'; cat; }
      """
    let run = try GlintProgram.shell(line, environment: ["TMPDIR": folder.path("refuge")])
    #expect(run.errors.contains("gone/m.safetensors: cannot be written"))
    #expect(run.errors.contains("What was learned is kept as \(folder.path("refuge"))"), "\(run.errors)")
    #expect(run.errors.components(separatedBy: "without a checkpoint").count <= 2)
    let kept = try #require(
      try FileManager.default.contentsOfDirectory(atPath: folder.path("refuge")).first { $0 != "x" })
    #expect(try GlintProgram.run(["inspect", folder.path("refuge/" + kept)]).status == 0)
  }

  @Test func networksComeFromFilesToo() throws {
    try folder.write(Array("conv 4\nrelu\nmaxpool 2\nmean\nlogits\n".utf8), as: "own.txt")
    let run = try GlintProgram.run(arguments("own.safetensors", ["--network", folder.path("own.txt")]))
    #expect(run.status == 0, "\(run.errors)")
    try folder.write(Array("conv 4\n\nconv 4 from nobody\nlogits\n".utf8), as: "own.txt")
    let wrong = try GlintProgram.run(arguments("own.safetensors", ["--network", folder.path("own.txt")]))
    #expect(wrong.status == 1 && wrong.errors.contains("own.txt, line 3: no layer above is named 'nobody'"))
    let none = try GlintProgram.run(arguments("own.safetensors", ["--network", "nothing"]))
    #expect(none.status == 1 && none.errors.contains("neither a network's name"))
  }

  /// Killed three times without warning, then left alone: the same weights as without.
  @Test func aKilledRunGoesOnToTheSameWeights() throws {
    let whole = try lines(GlintProgram.run(arguments("whole.safetensors")).output)
    let checkpoint = folder.path("killed.safetensors.checkpoint")
    for attempt in 0..<3 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: GlintProgram.path)
      process.arguments = arguments(
        "killed.safetensors", ["--checkpoint-interval", "0"] + (attempt == 0 ? [] : ["--resume"]))
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      let before = modified(checkpoint)
      try process.start()
      while process.isRunning, modified(checkpoint) == before { usleep(200) }
      kill(process.processIdentifier, SIGKILL)
      process.waitForEnd()
      guard process.terminationReason == .uncaughtSignal else { break }
    }
    let rest = try GlintProgram.run(arguments("killed.safetensors", ["--resume"]))
    #expect(rest.status == 0, "\(rest.errors)")
    #expect(try lines(rest.output).last?.weights_sha256 == whole.last?.weights_sha256)
  }

  private func modified(_ path: String) -> Date? {
    try? FileManager.default.attributesOfItem(atPath: path)[.modificationDate] as? Date
  }

  @Test func saysWhatIsWrong() throws {
    let noFolder = try GlintProgram.run(["train", folder.path("data"), "-o", folder.path("none/m.safetensors")])
    #expect(noFolder.status == 1 && noFolder.errors.contains("none/m.safetensors"))
    let oneClass = try GlintProgram.run(["train", folder.path(""), "-o", folder.path("m.safetensors")])
    #expect(oneClass.status == 1 && oneClass.errors.contains("one class, 'data'"))
    let noCheckpoint = try GlintProgram.run(arguments("m.safetensors", ["--resume"]))
    #expect(noCheckpoint.status == 1 && noCheckpoint.errors.contains("no checkpoint"))
    let diverged = try GlintProgram.run(arguments("m.safetensors", ["--learning-rate", "1e30", "--optimizer", "sgd"]))
    #expect(diverged.status == 1 && diverged.errors.contains("diverged at step"))
    #expect(try !folder.names().contains("m.safetensors"))
  }
}
