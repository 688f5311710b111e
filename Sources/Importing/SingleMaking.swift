import ONNXFiles
import TFLiteFiles

/// In both formats each value has one maker. Of two, one would be left out without a word: files that have two are
/// refused, as their own programs do.
extension ONNXGraph {
  /// - Throws: `Refusal` for a name that two of the inputs, initializers and results of nodes bear.
  func checkMakers() throws(Refusal) {
    var makers: [String: String] = [:]
    func add(_ name: String, _ maker: String) throws(Refusal) {
      guard let other = makers.updateValue(maker, forKey: name) else { return }
      throw Refusal(
        "'\(name)' is \(other), and \(maker) too",
        advice: "each value needs a name of its own: export the network anew")
    }
    // Older files list initializers among the inputs too.
    for input in trueInputs { try add(input.name, "an input") }
    for tensor in initializers { try add(tensor.name, "an initializer") }
    for (index, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty {
        try add(output, "made by node \(index) '\(node.title)' (\(node.operatorType))")
      }
    }
  }
}

extension TFLiteModel {
  /// - Throws: `Refusal` for an operator that writes what another writes, an input of the network, or a constant.
  func checkMakers() throws(Refusal) {
    var makers: [Int: String] = [:]
    for (number, tensor) in tensors.enumerated() where tensor.data != nil { makers[number] = "a constant" }
    for input in inputs { makers[input] = "an input" }
    for (index, step) in operators.enumerated() {
      let maker = "made by operator \(index) (\(step.name))"
      for output in step.outputs {
        guard let other = makers.updateValue(maker, forKey: output) else { continue }
        throw Refusal(
          "tensor \(output) '\(tensors[output].name)' is \(other), and \(maker) too",
          advice: "each tensor needs one maker: convert the network anew")
      }
    }
  }
}
