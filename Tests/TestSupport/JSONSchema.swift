import Foundation

/// The part of JSON Schema (2020-12) that the project's schemas use.
package enum JSONSchema {
  /// Reads a file.
  ///
  /// - Parameter path: from the folder of the package.
  package static func read(_ path: String) -> [String: Any] {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent("../..")
    let value = try! JSONSerialization.jsonObject(with: Data(contentsOf: root.appendingPathComponent(path)))
    return value as! [String: Any]
  }

  /// What of a value, as JSONSerialization reads it, is not as a schema says.
  package static func faults(of value: Any, _ schema: [String: Any], at place: String) -> [String] {
    var faults: [String] = []
    if let type = schema["type"] as? String, !isOf(value, type) { return ["\(place): is no \(type)"] }
    if let allowed = schema["enum"] as? [String], !allowed.contains(value as? String ?? "") {
      faults.append("\(place): is none of \(allowed.joined(separator: ", "))")
    }
    if let pattern = schema["pattern"] as? String, let text = value as? String,
      text.range(of: pattern, options: .regularExpression) == nil
    {
      faults.append("\(place): does not match \(pattern)")
    }
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
    case "boolean": value is Bool
    default: false
    }
  }
}
