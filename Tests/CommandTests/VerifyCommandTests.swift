import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

@Suite struct VerifyCommandTests {
  /// The hash that every machine of every architecture must compute for the built-in networks and 2 pictures.
  private static let everywhere = "5427ba92c25c983e9bce7ab20c2ebf864d3d35c1d7235b5375bf7981baadd0d3"

  @Test func everyInstructionSetAndThreadCountOfThisMachineComputesTheSame() throws {
    let result = try GlintProgram.run(["verify", "--images", "2", "--reference", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let facts = try #require(try JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
    #expect(facts["sha256"] as? String == Self.everywhere)
    #expect(facts["equal"] as? Bool == true)
    #expect(facts["images"] as? Int == 2)
    let runs = try #require(facts["runs"] as? [[String: Any]])
    #expect(Set(runs.compactMap { $0["threads"] as? Int }) == [1, 2, 3, 4])
    #expect(runs.contains { $0["isa"] as? String == "scalar" } && runs.contains { $0["isa"] as? String == "reference" })
    #expect(runs.allSatisfy { $0["sha256"] as? String == Self.everywhere })
  }

  @Test func anotherHashIsAFailure() throws {
    let few = ["verify", "--images", "1", "--isa", "scalar", "--threads", "1"]
    let right = try GlintProgram.run(few)
    let hash = try #require(right.output.split(separator: " ").first.map { String($0) })
    #expect(try GlintProgram.run(few + ["--expect", hash.uppercased()]).status == 0)
    let wrong = try GlintProgram.run(few + ["--expect", Self.everywhere])
    #expect(wrong.status == 1)
    #expect(wrong.errors.contains("not the one expected"))
    // Another model, another hash.
    let folder = try TemporaryFolder()
    let graph = Graph.happySad(input: [32, 32, 3])
    try QuantizedModel.random(graph, seed: 1).write(to: folder.path("a"))
    try QuantizedModel.random(graph, seed: 2).write(to: folder.path("b"))
    func output(_ model: String) throws -> String {
      try GlintProgram.run(["verify", folder.path(model), "--images", "1", "--isa", "scalar", "--threads", "1"]).output
    }
    let outputs = [try output("a"), try output("a"), try output("b")]
    #expect(outputs[0] == outputs[1] && outputs[0] != outputs[2] && outputs[0].count > 64)
  }

  /// The classifier for boards, built as an ordinary program: its answer is the engine's.
  @Test func theEmbeddedClassifierAnswersAsTheEngine() throws {
    let folder = try TemporaryFolder()
    let model = folder.path("m")
    let saved = try GlintProgram.run(["verify", "--images", "1", "--threads", "1", "--save", model])
    #expect(saved.status == 0)
    let own = try GlintProgram.run(program: "embedded-classifier", [model])
    #expect(own.status == 0, "\(own.errors)")
    #expect(own.output.hasPrefix("happy ") && own.output.contains("\nsad ") && own.output.contains("\nlogit "))
    let golden = try #require(try QuantizedModel.load(model).golden.first)
    #expect(own.output.contains("\nlogit \(golden.logits[0])\nlogit \(golden.logits[1])\n"))
    let pixels = try folder.write(golden.pixels, as: "pixels")
    #expect(try GlintProgram.run(program: "embedded-classifier", [model, pixels]).output == own.output)
    #expect(try GlintProgram.run(program: "embedded-classifier", [model, "--runs", "3"]).output == own.output)
    let short = try folder.write(Array(golden.pixels.dropLast()), as: "short")
    let wrong: [([String], Int32)] = [
      ([model, short], 1), (["missing"], 1), ([], 2), ([model, pixels, "x"], 2), ([model, "--runs"], 2),
      ([model, "--runs", "0"], 2), (["--runs", "2"], 2),
    ]
    for (arguments, status) in wrong {
      let result = try GlintProgram.run(program: "embedded-classifier", arguments)
      #expect(result.status == status && result.output.isEmpty && result.errors.contains("embedded-classifier: "))
    }
  }
}
