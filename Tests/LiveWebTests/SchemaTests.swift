import Foundation
import TestSupport
import Testing

/// What the program prints is what the schema says, and the schema says no more than that.
@Suite struct SchemaTests {
  private static var schema: [String: Any] { JSONSchema.read("Sources/LiveWeb/live.schema.json") }

  @Test func everyLineFitsTheSchema() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array(Data(contentsOf: URL(fileURLWithPath: StandIn.frames[0]))), as: "pictures/a.jpg")
    let frame = StandIn.frames[1]
    let camera = try StandIn.live(StandIn.script(["interval 10", "frame \(frame)", "again"]), "--count", "20")
    let files = try GlintProgram.run(
      ["live", StandIn.model, "--folder", folder.path("pictures"), "--fps", "100", "--count", "3", "--json"])
    var seen = Set<String>()
    for text in (camera.output + files.output).split(separator: "\n") {
      let line = try JSONSerialization.jsonObject(with: Data(text.utf8))
      #expect(JSONSchema.faults(of: line, Self.schema, at: "line") == [], "\(text)")
      seen.formUnion((line as? [String: Any])?.keys.map { $0 } ?? [])
    }
    let required = try #require(Self.schema["required"] as? [String])
    #expect(seen.isSuperset(of: required + ["file"]))
  }

  @Test func theSchemaFindsWhatIsWrong() {
    #expect(JSONSchema.faults(of: ["sequence": -1], Self.schema, at: "line").count >= 7)
    #expect(JSONSchema.faults(of: ["a": 1], ["additionalProperties": false], at: "x") == ["x: a is not described"])
    #expect(JSONSchema.faults(of: "text", ["type": "number"], at: "x") == ["x: is no number"])
    #expect(JSONSchema.faults(of: "a", ["enum": ["b", "c"]], at: "x") == ["x: is none of b, c"])
    #expect(JSONSchema.faults(of: "a b", ["pattern": "^[a-z]+$"], at: "x").count == 1)
    #expect(JSONSchema.faults(of: [1.5], ["items": ["maximum": 1]], at: "x") == ["x[0]: is above 1.0"])
  }
}
