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
public func rewriteCheckpoint(
  _ path: String, to copy: String, state change: (inout [String: Any]) -> Void = { _ in },
  tensor changeTensor: (String, inout [Float]) -> Void = { _, _ in }
) throws {
  let file = try SafetensorsFile(path: path)
  var writer = SafetensorsWriter()
  let text = file.metadata("state") ?? "{}"
  var state = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  change(&state)
  writer.add(metadata: "kind", state.removeValue(forKey: "kind") as? String ?? file.metadata("kind") ?? "")
  let json = try JSONSerialization.data(withJSONObject: state, options: .sortedKeys)
  writer.add(metadata: "state", String(decoding: json, as: UTF8.self))
  for entry in file.entries {
    var tensor = try file.tensor(entry.name, of: Float.self)
    changeTensor(entry.name, &tensor.elements)
    writer.add(entry.name, tensor)
  }
  try writer.write(to: copy)
}
