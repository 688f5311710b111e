import Foundation
import ModelFiles
import Numerics

/// Rewrites a checkpoint with another state or other tensors and checksums that fit: what a program that knows the
/// format could leave behind.
///
/// - Parameters:
///   - path: of a checkpoint.
///   - copy: where the changed one is written.
///   - state: changes the state, JSON.
///   - tensor: changes the elements of a tensor, given its name.
///   - tensors: changes the whole list.
public func rewriteCheckpoint(
  _ path: String, to copy: String, state change: (inout [String: Any]) -> Void = { _ in },
  tensor changeTensor: (String, inout [Float]) -> Void = { _, _ in },
  tensors changeTensors: (inout [(name: String, tensor: Tensor<Float>)]) -> Void = { _ in }
) throws {
  let file = try SafetensorsFile(path: path)
  var writer = SafetensorsWriter()
  let text = file.metadata("state") ?? "{}"
  var state = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  change(&state)
  writer.add(metadata: "kind", state.removeValue(forKey: "kind") as? String ?? file.metadata("kind") ?? "")
  let json = try JSONSerialization.data(withJSONObject: state, options: .sortedKeys)
  writer.add(metadata: "state", String(decoding: json, as: UTF8.self))
  var tensors = try file.entries.map { entry in
    var tensor = try file.tensor(entry.name, of: Float.self)
    changeTensor(entry.name, &tensor.elements)
    return (name: entry.name, tensor: tensor)
  }
  changeTensors(&tensors)
  for (name, tensor) in tensors { writer.add(name, tensor) }
  try writer.write(to: copy)
}

/// Changes of a checkpoint's tensors, each of one: another shape of as many elements or of more, another name, none.
///
/// - Parameter path: of a checkpoint.
/// - Returns: each change with what it is.
public func tensorChanges(
  _ path: String
) throws -> [(what: String, change: (inout [(name: String, tensor: Tensor<Float>)]) -> Void)] {
  try SafetensorsFile(path: path).entries.enumerated().flatMap { index, entry in
    let extents = entry.shape.dimensions
    let shapes = [extents + [1], [1] + extents, [entry.shape.count + 1], [], [0], extents.reversed() + [2]].map {
      Shape($0)
    }
    var changes: [(what: String, change: (inout [(name: String, tensor: Tensor<Float>)]) -> Void)] = shapes.map {
      shape in
      (
        "\(entry.name) of \(shape)",
        { $0[index].tensor = Tensor(shape, filledWith: 0) }
      )
    }
    changes.append(("\(entry.name) under another name", { $0[index].name += "x" }))
    changes.append(("no \(entry.name)", { $0.remove(at: index) }))
    return changes
  }
}

/// Changes of a checkpoint's state, each of one number in it: to what is below, above, or between all numbers that make
/// sense there. Lists are changed in their first element, and left out.
///
/// - Parameter path: of a checkpoint.
/// - Returns: each change with where it is.
public func numberChanges(_ path: String) throws -> [(place: String, change: (inout [String: Any]) -> Void)] {
  let text = try SafetensorsFile(path: path).metadata("state") ?? "{}"
  let state = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  let numbers: [any Sendable] = [-1, 1 << 40, Int.max, Int.min, 0.5, -1e300, 1e300]
  func versions(_ value: Any) -> [(String, Any)] {
    switch value {
    case let object as [String: Any]:
      return object.keys.sorted().flatMap { key in
        versions(object[key]!).map { (".\(key)\($0.0)", object.merging([key: $0.1]) { $1 }) }
      }
    case let list as [Any]:
      return [(" = []", [Any]())]
        + (list.first.map { versions($0) } ?? []).map { ("[0]\($0.0)", [$0.1] + list.dropFirst()) }
    case is NSNumber: return numbers.map { (" = \($0)", $0) }
    default: return []
    }
  }
  return versions(state).map { place, changed in (place, { $0 = changed as? [String: Any] ?? [:] }) }
}

/// Copies of a file in which one bit is another, at twelve places from its first byte to its last.
///
/// - Parameter body: given each copy's path and the place of the changed byte.
public func withFlippedBits(
  _ path: String, in folder: TemporaryFolder, _ body: (_ copy: String, _ byte: Int) throws -> Void
) throws {
  let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
  for share in 0..<12 {
    let place = (bytes.count - 1) * share / 11
    var changed = bytes
    changed[place] ^= 1 << (share % 8)
    try body(folder.write(changed, as: "flipped"), place)
  }
}
