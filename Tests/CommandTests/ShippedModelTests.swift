import Foundation
import Imaging
import ModelFiles
import Models
import RenderedFaces
import TestSupport
import Testing

/// The models in `Calibration/Models`, as they are shipped.
@Suite struct ShippedModelTests {
  private struct Line: Decodable {
    let label: String
    let probability: Double
    let probabilities: [String: Double]
    let logits: [Double]
  }

  private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("Calibration/Models")

  private func model(_ name: String) throws -> LoadedModel {
    try ModelFile.load(Self.folder.appendingPathComponent(name).path)
  }

  @Test func theCompactNetworkShowsHappyAndSadAlone() throws {
    for name in ["compact.safetensors", "compact.int8.safetensors"] {
      let description = try model(name).description
      let decision = try #require(description.decision, "\(name)")
      #expect(description.labels == ["anger", "disgust", "fear", "happy", "neutral", "sad", "surprise"])
      #expect(decision.shownClasses.map { description.labels[$0] } == ["happy", "sad"])
      #expect(decision.otherwise == "unsure")
      for label in decision.shownClasses {
        let threshold = try #require(decision.thresholds[label])
        #expect((0.1...0.95).contains(threshold), "\(description.labels[label])")
      }
      // Disgust is rare, and must not pass for sad because of that.
      #expect(decision.weights[1] > 1 && decision.shownClasses.allSatisfy { decision.weights[$0] == 1 })
    }
    // The reference network has two classes and says one of them, as ever.
    #expect(try model("happy-sad.int8.safetensors").description.decision == nil)
  }

  /// The command asks the folder of GLINT_MODELS first, and the next places for what is not there.
  @Test func theFolderInTheEnvironmentComesFirst() throws {
    let folder = try TemporaryFolder()
    let face = FacePainter.paint(seed: 11, index: 0, size: 128)
    let picture = try folder.write(ImageEncoder.jpeg(face.image, quality: 92), as: "face.jpg")
    let environment = ["GLINT_MODELS": folder.path("")]
    #expect(try GlintProgram.run(["classify", picture], environment: environment).status == 0)
    let broken = try folder.write(Array("no model".utf8), as: "compact.int8.safetensors")
    let result = try GlintProgram.run(["classify", picture], environment: environment)
    #expect(result.status != 0 && result.errors.contains(broken), "\(result.errors)")
  }

  /// What `classify` says without naming a model follows from the logits by the rule in the file, worked out anew here.
  @Test func classifyObeysTheRuleInTheFile() throws {
    let description = try model("compact.int8.safetensors").description
    let decision = try #require(description.decision)
    let folder = try TemporaryFolder()
    for index in 0..<24 {
      let face = FacePainter.paint(seed: 11, index: index, size: 128)
      try folder.write(ImageEncoder.jpeg(face.image, quality: 92), as: "faces/\(index).jpg")
    }
    let wall = Image(width: 64, height: 64, channels: 3, filledWith: 128)
    try folder.write(ImageEncoder.jpeg(wall, quality: 92), as: "faces/wall.jpg")
    let result = try GlintProgram.run(["classify", folder.path("faces"), "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let lines = try result.output.split(separator: "\n").map {
      try JSONDecoder().decode(Line.self, from: Data($0.utf8))
    }
    #expect(lines.count == 25)
    for line in lines {
      let powers = line.logits.map { exp($0 / Double(description.temperature)) }
      let probabilities = powers.map { $0 / powers.reduce(0, +) }
      for (label, probability) in zip(description.labels, probabilities) {
        let said = try #require(line.probabilities[label])
        #expect(abs(said - probability) < 1e-5)
      }
      let nearest = try #require(decision.shownClasses.max { probabilities[$0] < probabilities[$1] })
      let threshold = try Double(#require(decision.thresholds[nearest]))
      #expect(abs(line.probability - probabilities[nearest]) < 1e-5)
      let weighted = zip(probabilities, decision.weights).reduce(0) { $0 + $1.0 * Double($1.1) }
      let share = probabilities[nearest] / weighted
      #expect(line.label == (share >= threshold ? description.labels[nearest] : "unsure"))
    }
    // Both sides of the rule were met.
    #expect(lines.contains { $0.label == "unsure" } && lines.contains { $0.label != "unsure" })
  }
}
