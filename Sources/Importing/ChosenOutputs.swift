import ONNXFiles

extension ONNXGraph {
  /// The network as far as some values, which become its outputs; with none named, as it is.
  func leading(to names: [String]) throws(Refusal) -> ONNXGraph {
    guard !names.isEmpty else { return self }
    var made: Set<String> = []
    for node in nodes { made.formUnion(node.outputs) }
    var result = self
    result.outputs = []
    for name in names {
      guard made.contains(name) else {
        let own = outputs.map { "'\($0.name)'" }.joined(separator: ", ")
        throw Refusal(
          "no node makes '\(name)'",
          advice: "the outputs are \(own), and 'glint inspect' shows the nodes before them")
      }
      result.outputs.append(outputs.first { $0.name == name } ?? ONNXValueInfo(name, .float, nil))
    }
    return result
  }
}
