import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Votes, several classes that are never shown, and a teacher, from the data to the int8 model's answers.
@Suite struct VoteCommandTests {
  private let folder: TemporaryFolder
  private static let classes = "black=night,dim,light,white=snow"

  /// A flat folder of noise of four brightnesses with votes of five people.
  init() throws {
    folder = try TemporaryFolder()
    var lines = ["file,night,dim,light,snow,nothing"]
    for index in 0..<200 {
      var random = CounterRandom(seed: 9, stream: UInt64(index))
      let label = index % 4
      let pixels = (0..<24 * 24).map { _ in UInt8(random.below(40) + label * 70) }
      let name = "\(index).png"
      try folder.write(
        ImageEncoder.png(Image(width: 24, height: 24, channels: 1, pixels: pixels)), as: "votes/\(name)")
      var votes = [0, 0, 0, 0]
      votes[label] += 4
      votes[label == 3 ? 2 : label + 1] += index % 8 < 4 ? 1 : 0
      lines.append("\(name),\(votes.map { "\($0)" }.joined(separator: ",")),\(index == 7 ? 1 : 0)")
    }
    try folder.write(Array((lines.joined(separator: "\n") + "\n").utf8), as: "votes/index.csv")
  }

  private func run(_ arguments: [String]) throws -> GlintProgram.Result {
    let result = try GlintProgram.run(arguments)
    #expect(result.status == 0, "\(arguments[0]): \(result.errors)")
    return result
  }

  private func train(_ output: String, _ more: [String]) throws -> GlintProgram.Result {
    try run(
      [
        "train", folder.path("votes"), "-o", folder.path(output), "--classes", Self.classes, "--network", "compact",
        "--size", "24", "--batch", "16", "--epochs", "12", "--patience", "0", "--augmentation", "none",
        "--learning-rate", "0.003", "--quiet",
      ] + more)
  }

  @Test func everyCommandAgreesOnWhatIsNeverShown() throws {
    let trained = try train(
      "m.safetensors",
      [
        "--unsure", "dim=80,light=80", "--labelled", "black=70", "--goals", "80/90/80", "--report",
        folder.path("p.html"),
      ])
    #expect(trained.output.contains("labelled although never shown: dim"))
    #expect(trained.errors.contains("votes for black, dim, light, white; those for nothing are for none"))
    let page = try String(contentsOfFile: folder.path("p.html"), encoding: .utf8)
    for words in ["What thresholds could do", "By the cost of a wrong label", "dim labelled"] {
      #expect(page.contains(words), "\(words)")
    }
    let quantized = try run(
      [
        "quantize", folder.path("m.safetensors"), "--calibration", folder.path("votes"), "--classes", Self.classes,
        "-o", folder.path("q.safetensors"),
      ])
    #expect(quantized.output.contains("--classes"), "the next command needs them too")
    for name in ["m.safetensors", "q.safetensors"] {
      let model = try ModelFile.load(folder.path(name))
      #expect(model.description.labels == ["black", "dim", "light", "white"])
      let decision = try #require(model.description.decision)
      #expect(decision.shownClasses == [0, 3] && decision.otherwise == "unsure")
      let shown = try run(["inspect", folder.path(name)])
      #expect(shown.output.contains("black from") && shown.output.contains("white from"))
      _ = try run(["bench", folder.path(name), "--runs", "3", "--threads", "1"])
      // Each brightness by its file: the ends are named, what lies between never is.
      var said: [Int: Set<String>] = [:]
      for index in 0..<40 {
        let line = try run(["classify", folder.path(name), folder.path("votes/\(index).png"), "--json"]).output
        let answer = try JSONDecoder().decode(Answer.self, from: Data(line.utf8))
        said[index % 4, default: []].insert(answer.label)
        #expect(answer.probabilities.count == 4)
      }
      #expect(said[0]!.contains("black") && said[3]!.contains("white"), "\(said)")
      #expect(said.values.allSatisfy { $0.isSubset(of: ["black", "white", "unsure"]) }, "\(said)")
      #expect(said[1]!.contains("unsure") && said[2]!.contains("unsure"), "\(said)")
    }
    let compared = try run(
      [
        "compare", folder.path("m.safetensors"), folder.path("q.safetensors"), "--data", folder.path("votes"),
        "--classes", Self.classes, "--json",
      ])
    let facts = try JSONDecoder().decode(Facts.self, from: Data(compared.output.utf8))
    #expect(facts.int8.decision.hidden > 0 && facts.int8.decision.shown > 0)
    #expect(facts.int8.thresholds.map { $0 == nil } == [false, true, true, false])
  }

  private struct Answer: Decodable {
    let label: String
    let probabilities: [String: Float]
  }

  private struct Facts: Decodable {
    struct Side: Decodable {
      struct Decision: Decodable {
        let shown, hidden: Int
      }
      let thresholds: [Float?]
      let decision: Decision
    }
    let int8: Side
  }

  @Test func aTeacherIsPartOfTheRecipe() throws {
    _ = try train("big.safetensors", [])
    _ = try train("plain.safetensors", ["--epochs", "2"])
    _ = try train("small.safetensors", ["--epochs", "2", "--teacher", folder.path("big.safetensors")])
    let small = try FloatModel.load(folder.path("small.safetensors"))
    let big = try FloatModel.load(folder.path("big.safetensors"))
    let taught = "60 % of the target from a network with weights "
    let along = ", which looks at every picture as it is learned"
    #expect(small.description.card["teacher"] == taught + big.weightsSHA256 + along)
    // An int8 model teaches too, and one that reads another size looks once.
    _ = try run(
      [
        "quantize", folder.path("big.safetensors"), "--calibration", folder.path("votes"), "--classes", Self.classes,
        "-o", folder.path("big.int8.safetensors"), "--quiet",
      ])
    let teachers = ["big", "big.int8"].flatMap { ["--teacher", folder.path("\($0).safetensors")] }
    _ = try train("two.safetensors", ["--epochs", "1"] + teachers)
    let card = try #require(FloatModel.load(folder.path("two.safetensors")).description.card["teacher"])
    #expect(card.hasPrefix("60 % of the target from 2 networks with weights \(big.weightsSHA256), "))
    #expect(card.hasSuffix(", which look at every picture as it is learned"))
    _ = try train("larger.safetensors", ["--epochs", "1", "--size", "28"] + teachers.prefix(2))
    let larger = try FloatModel.load(folder.path("larger.safetensors"))
    #expect(larger.description.card["teacher"] == taught + big.weightsSHA256)
    #expect(try small.weightsSHA256 != FloatModel.load(folder.path("plain.safetensors")).weightsSHA256)
    let prepared = folder.path("prepared.safetensors")
    _ = try run(
      [
        "train", folder.path("votes"), "--classes", Self.classes, "--prepare", prepared, "--network", "compact",
        "--size", "24", "--quiet", "--teacher", folder.path("big.safetensors"),
      ])
    let file = try SafetensorsFile(path: prepared)
    let shares = try file.tensor("train.shares", of: Float.self)
    #expect(shares.shape[1] == 4)
    for row in 0..<shares.shape[0] {
      let own = shares.elements[row * 4..<row * 4 + 4]
      #expect(abs(own.reduce(0, +) - 1) < 1e-5 && own.allSatisfy { $0 < 0.9999 })
    }
  }

  @Test func thresholdsAreChosenAnewWithoutTraining() throws {
    _ = try train("m.safetensors", ["--unsure", "dim", "--goals", "80/90/80"])
    let costs = ["--unsure", "dim,light", "--cost", "0.5,black/dim=0.01"]
    _ = try run(
      [
        "quantize", folder.path("m.safetensors"), "--calibration", folder.path("votes"), "--classes", Self.classes,
        "-o", folder.path("q.safetensors"), "--quiet",
      ])
    let data = ["--data", folder.path("votes"), "--classes", Self.classes]
    for name in ["m", "q"] {
      let before = folder.path("\(name).safetensors"), after = folder.path("\(name)2.safetensors")
      let line = try run(
        ["threshold", before, "-o", after, "--fit-to", folder.path("votes"), "--json"] + costs + data
      ).output
      let facts = try JSONDecoder().decode(ThresholdFacts.self, from: Data(line.utf8))
      let (old, new) = try (ModelFile.load(before), ModelFile.load(after))
      let decision = try #require(new.description.decision)
      #expect(decision.shownClasses == [0, 3] && decision.otherwise == "unsure")
      #expect(
        facts.thresholds["black"] == decision.thresholds[0] && facts.thresholds["white"] == decision.thresholds[3])
      #expect(facts.thresholds_before["black"] == old.description.decision?.thresholds[0])
      #expect(facts.choices.map(\.cost) == facts.choices.map(\.cost).sorted() && facts.choices.count > 5)
      #expect(new.description.card["decision"]?.contains("fitted on the validation pictures of votes") == true)
      // Nothing else is changed, and the figures are those of everybody else.
      var same = new
      same.description = old.description
      try same.write(to: folder.path("same.safetensors"))
      #expect(FileManager.default.contentsEqual(atPath: before, andPath: folder.path("same.safetensors")))
      let compared = try run(["compare", folder.path("m.safetensors"), after, "--json"] + data).output
      let figures = try JSONDecoder().decode(Compared.self, from: Data(compared.utf8))
      #expect(figures.int8.decision == facts.test, "\(name)")
    }
    // The same thresholds as training would have chosen.
    _ = try train("t.safetensors", costs)
    let trained = try ModelFile.load(folder.path("t.safetensors")).description.decision
    #expect(try ModelFile.load(folder.path("m2.safetensors")).description.decision == trained)
    #expect(try ModelFile.load(folder.path("m.safetensors")).description.decision != trained)
    // A model that always named the likeliest learns to be unsure.
    _ = try train("bold.safetensors", ["--epochs", "2"])
    let text = try run(
      ["threshold", folder.path("bold.safetensors"), "-o", folder.path("shy.safetensors"), "--unsure", "dim=90,light"]
        + data)
    #expect(text.output.contains("labelled although never shown: dim") && text.output.contains("cost  black from"))
    #expect(try ModelFile.load(folder.path("shy.safetensors")).description.decision?.shownClasses == [0, 3])
    // What was never shown stays so.
    _ = try run(
      ["threshold", folder.path("shy.safetensors"), "-o", folder.path("again.safetensors"), "--cost", "2"] + data)
    #expect(try ModelFile.load(folder.path("again.safetensors")).description.decision?.shownClasses == [0, 3])
    let start = ["threshold", folder.path("m.safetensors"), "--data", folder.path("votes"), "--classes", Self.classes]
    for (more, status, words) in [
      (["-o", folder.path("x.safetensors")], Int32(2), "says what the thresholds are to reach"),
      (["-o", folder.path("x.safetensors"), "--cost", "3", "--fit-to", "photos"], 2, "none of the folders of --data"),
      (["-o", folder.path("x.safetensors"), "--labelled", "dim=3"], 1, "never shown"),
      (["-o", folder.path("m.safetensors"), "--cost", "3", "--force"], 1, "m.safetensors"),
    ] {
      let result = try GlintProgram.run(start + more)
      #expect(result.status == status && result.errors.contains(words), "\(more): \(result.errors)")
    }
  }

  private struct Figures: Decodable, Equatable {
    let shown, labelled, right, hidden, unsure: Int
    let classes: [[Int]]
  }

  private struct ThresholdFacts: Decodable {
    struct Choice: Decodable {
      let cost: Double
    }
    let thresholds, thresholds_before: [String: Float]
    let validation, test: Figures
    let choices: [Choice]
  }

  private struct Compared: Decodable {
    struct Side: Decodable {
      let decision: Figures
    }
    let int8: Side
  }

  @Test func wrongUseSaysWhatIsWrong() throws {
    let start = ["train", folder.path("votes"), "-o", folder.path("x.safetensors"), "--quiet"]
    for (more, status, words) in [
      ([], Int32(1), "say which of these are classes"),
      (["--classes", "black"], 2, "two or more"),
      (["--classes", Self.classes, "--unsure", "blue"], 1, "--unsure blue: the classes are black, dim"),
      (["--classes", Self.classes, "--unsure", "dim", "--labelled", "dim=50"], 1, "never shown"),
      (["--classes", Self.classes, "--unsure", "dim", "--cost", "dim/black=3"], 1, "never shown, so it is never said"),
      (["--classes", Self.classes, "--unsure", "dim", "--cost", "3", "--goals", "80/90"], 2, "exclude each other"),
      (["--classes", Self.classes, "--cost", "0"], 2, "numbers above 0"),
      (["--classes", Self.classes, "--leave-out", "votes"], 1, "cannot be left out"),
      (["--classes", Self.classes, "--teacher", folder.path("votes/0.png")], 2, "0.png"),
    ] {
      let result = try GlintProgram.run(start + more)
      #expect(result.status == status && result.errors.contains(words), "\(more): \(result.errors)")
    }
  }

  @Test func theCheckUpKnowsVotes() throws {
    let result = try GlintProgram.run(["doctor", folder.path("votes"), "--classes", Self.classes])
    #expect(result.errors.contains("votes for black, dim, light, white"), "\(result.errors)")
  }
}
