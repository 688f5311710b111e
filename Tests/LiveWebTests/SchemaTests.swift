import Foundation
import TestSupport
import Testing

/// What the program prints is what the schema says, and the schema says no more than that.
@Suite struct SchemaTests {
  private static var schema: [String: Any] {
    let path = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/LiveWeb/live.schema.json")
    let value = try! JSONSerialization.jsonObject(with: Data(contentsOf: path))
    return value as! [String: Any]
  }

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
      #expect(Self.faults(of: line, Self.schema, at: "line") == [], "\(text)")
      seen.formUnion((line as? [String: Any])?.keys.map { $0 } ?? [])
    }
    let required = try #require(Self.schema["required"] as? [String])
    #expect(seen.isSuperset(of: required + ["file"]))
  }

  @Test func theSchemaFindsWhatIsWrong() {
    #expect(Self.faults(of: ["sequence": -1], Self.schema, at: "line").count >= 7)
    #expect(Self.faults(of: ["a": 1], ["additionalProperties": false], at: "x") == ["x: a is not described"])
    #expect(Self.faults(of: "text", ["type": "number"], at: "x") == ["x: is no number"])
    #expect(Self.faults(of: [1.5], ["items": ["maximum": 1]], at: "x") == ["x[0]: is above 1.0"])
  }

  /// The part of JSON Schema that ours uses.
  private static func faults(of value: Any, _ schema: [String: Any], at place: String) -> [String] {
    var faults: [String] = []
    if let type = schema["type"] as? String, !isOf(value, type) { return ["\(place): is no \(type)"] }
    if let number = (value as? NSNumber)?.doubleValue {
      if let least = (schema["minimum"] as? NSNumber)?.doubleValue, number < least {
        faults.append("\(place): is below \(least)")
      }
      if let most = (schema["maximum"] as? NSNumber)?.doubleValue, number > most {
        faults.append("\(place): is above \(most)")
      }
    }
    if let object = value as? [String: Any] {
      let properties = schema["properties"] as? [String: [String: Any]] ?? [:]
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        faults.append("\(place): \(name) is missing")
      }
      for (name, member) in object.sorted(by: { $0.key < $1.key }) {
        if let property = properties[name] ?? (schema["additionalProperties"] as? [String: Any]) {
          faults += Self.faults(of: member, property, at: "\(place).\(name)")
        } else if schema["additionalProperties"] as? Bool == false {
          faults.append("\(place): \(name) is not described")
        }
      }
    }
    if let list = value as? [Any], let items = schema["items"] as? [String: Any] {
      for (index, item) in list.enumerated() { faults += Self.faults(of: item, items, at: "\(place)[\(index)]") }
    }
    return faults
  }

  private static func isOf(_ value: Any, _ type: String) -> Bool {
    switch type {
    case "object": value is [String: Any]
    case "array": value is [Any]
    case "string": value is String
    case "integer": (value as? NSNumber).map { $0.doubleValue == $0.doubleValue.rounded() } ?? false
    case "number": value is NSNumber
    default: false
    }
  }
}
