import Importing
import Models
import Numerics

/// What `import` says of a network that went in.
struct ImportText {
  private let network: ForeignNetwork
  private let imported: ImportedModel

  init(_ network: ForeignNetwork, _ imported: ImportedModel) {
    self.network = network
    self.imported = imported
  }

  func show() throws {
    let description = imported.model.description
    let graph = description.graph
    let weights = try graph.parameterShapes().reduce(0) { $0 + ($1.map { $0.weight.count + $0.bias.count } ?? 0) }
    let multiplyAdds = try graph.multiplyAdds().reduce(0, +)
    emit(network.words)
    emit("nodes   \(imported.nodesRead) in the file, \(graph.nodes.count) in the model\(fate)")
    emit("work    \(grouped(multiplyAdds)) multiply-adds, \(grouped(weights)) weights")
    let fit = description.takesPictures ? ", " + description.preprocessing.fit.words : ""
    for input in imported.inputs {
      emit("input   '\(input.name)' \(Shape(input.shape)), read as \(imported.convention)\(fit)")
    }
    for output in imported.outputs {
      let function = output.function == .identity ? "" : ", \(output.function.rawValue)"
      emit("output  '\(output.name)' \(Shape(output.shape)), here \(Shape(output.own))\(function)")
    }
    if !description.labels.isEmpty { emit("labels  \(description.labels.joined(separator: ", "))") }
    for note in imported.notes { emit("note    \(note)") }
  }

  /// What became of the nodes that are no longer there.
  private var fate: String {
    let parts = [
      (imported.folded, "folded away"), (imported.intoWeights, "joined with weights"),
      (imported.activations, "activations joined"), (imported.unread, "read by no output"),
    ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
    return parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
  }
}
