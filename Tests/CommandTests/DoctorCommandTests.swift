import Foundation
import TestSupport
import Testing

@Suite struct DoctorCommandTests {
  private struct Facts: Decodable {
    struct Finding: Decodable {
      let kind: String
      let severity: String
      let groups: [[String]]
    }

    let pictures: Int
    let damaged: Int
    let serious: Bool
    let findings: [Finding]
  }

  private struct Feeding: Decodable {
    struct Mistake: Decodable {
      let mistake: String
      let accuracy: Double
    }

    let pictures: Int
    let accuracy: Double
    let mistakes: [Mistake]
    let explanations: [String]
  }

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Noise in two classes; `light` makes one of them brighter.
  private func write(light: Int, count: Int = 110) throws {
    try folder.writeDarkAndLight(side: 36, light: light, count: count)
  }

  @Test func saysThatAllIsWell() throws {
    try write(light: 0)
    let run = try GlintProgram.run(["doctor", folder.path("data"), "--quiet"])
    #expect(run.status == 0 && run.errors == "", "\(run.errors)")
    #expect(run.output.contains("Nothing was found that would spoil training."), "\(run.output)")
  }

  @Test func failsOnWhatIsSeriousAndDrawsIt() throws {
    try write(light: 100)
    try folder.write(Array("no picture".utf8), as: "data/dark/text.png")
    let run = try GlintProgram.run(["doctor", folder.path("data"), "--json", "--report", folder.path("page.html")])
    #expect(run.status == 1)
    let facts = try JSONDecoder().decode(Facts.self, from: Data(run.output.utf8))
    #expect(facts.pictures == 221 && facts.damaged == 1 && facts.serious)
    #expect(facts.findings.first?.kind == "brightness" && facts.findings.first?.severity == "serious")
    #expect(facts.findings.first { $0.kind == "damaged" }?.groups == [[folder.path("data/dark/text.png")]])
    let page = try String(contentsOfFile: folder.path("page.html"), encoding: .utf8)
    #expect(page.contains("<h2>Brightness</h2>") && page.contains("text.png") && page.contains("data:image/jpeg"))
  }

  @Test func namesTheMistakeThatExplainsAnAccuracy() throws {
    try write(light: 100, count: 60)
    let model = folder.path("m.safetensors")
    let training = try GlintProgram.run(
      [
        "train", folder.path("data"), "-o", model, "--size", "24", "--batch", "8", "--epochs", "6", "--patience", "0",
        "--augmentation", "none", "--quiet",
      ])
    #expect(training.status == 0, "\(training.errors)")
    let run = try GlintProgram.run(["doctor", folder.path("data"), "--model", model, "--json", "--images", "80"])
    let feeding = try JSONDecoder().decode(Feeding.self, from: Data(run.output.utf8))
    #expect(feeding.pictures == 80 && feeding.accuracy > 0.8 && feeding.explanations.isEmpty && run.status == 0)
    let dark = try #require(feeding.mistakes.first { $0.mistake == "scaled-twice" })
    #expect(dark.accuracy <= 0.6)
    let seen = try GlintProgram.run(
      ["doctor", folder.path("data"), "--model", model, "--images", "80", "--seen", "50", "--quiet"])
    #expect(seen.output.contains("50.0 % elsewhere would be explained by:"), "\(seen.output)")
    #expect(seen.output.contains("  pixels divided by 255 twice"), "\(seen.output)")
    #expect(try GlintProgram.run(["doctor", folder.path("data"), "--seen", "50"]).status == 2)
  }
}
