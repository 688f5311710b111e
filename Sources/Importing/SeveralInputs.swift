import Models
import Numerics
import ONNXFiles

/// Several inputs: which of them count, what they go with, and the list that holds them all.
extension InputPlan {
  /// The inputs that something reads which comes out; of a network that reads none, all.
  static func read(_ graph: ONNXGraph, _ notes: inout [String]) -> [ONNXValueInfo] {
    let inputs = graph.trueInputs
    guard inputs.count > 1 else { return inputs }
    var names = Set(graph.outputs.map(\.name))
    for index in Lowering.live(graph) { names.formUnion(graph.nodes[index].inputs) }
    let read = inputs.filter { names.contains($0.name) }
    guard !read.isEmpty else { return inputs }
    for input in inputs where !names.contains(input.name) {
      notes.append("the input \(words(input)) is left out: nothing that comes out is computed from it")
    }
    return read
  }

  private static func words(_ input: ONNXValueInfo) -> String { "'\(input.name)' (\(input.shapeText))" }

  private static func words(_ inputs: [ONNXValueInfo]) -> String { inputs.map(words).joined(separator: ", ") }

  /// Refuses options that do not go with the inputs.
  static func check(_ options: ImportOptions, _ inputs: [ONNXValueInfo]) throws(Refusal) {
    for name in options.inputs.keys.sorted() where !inputs.contains(where: { $0.name == name }) {
      throw Refusal("--input names '\(name)', and the network's inputs are \(words(inputs))")
    }
    guard inputs.count > 1 else { return }
    let network = "the network has \(inputs.count) inputs, \(words(inputs))"
    guard inputs.count <= FileInterface.mostInputs else {
      throw Refusal("the network has \(inputs.count) inputs; \(FileInterface.mostInputs) would work")
    }
    if let extents = options.input {
      throw Refusal("\(network): name one, as in --input \(inputs[0].name)=\(extents.extents)")
    }
    let ofPictures = [
      ("--labels", !options.labels.isEmpty), ("--range", options.range != nil), ("--mean", !options.mean.isEmpty),
      ("--std", !options.deviation.isEmpty), ("--colour", options.colour != nil), ("--fit", options.fit != .stretch),
    ]
    if let option = ofPictures.first(where: { $0.1 })?.0 {
      throw Refusal("\(network), and takes their numbers as they are; \(option) goes with pictures: leave it out")
    }
    for input in inputs where !(input.element?.isFloat ?? false) {
      throw Refusal("\(network), of which '\(input.name)' takes no floats; several inputs of floats would work")
    }
  }

  /// Refuses inputs of which one has a batch and another none: what counts examples could not be told.
  static func checkBatches(_ inputs: [ONNXValueInfo], _ options: ImportOptions) throws(Refusal) {
    var batches: Set<Int> = []
    for input in inputs where options.extents(of: input.name) == nil {
      if case .fixed(let batch)? = input.dimensions?.first { batches.insert(batch) } else { batches.insert(1) }
    }
    guard batches.count > 1 else { return }
    let example = inputs.first { options.extents(of: $0.name) == nil }?.name ?? ""
    throw Refusal(
      "the inputs are \(words(inputs)), of which some may begin with a batch: say the extents for one example, "
        + "as in --input \(example)=1x4")
  }

  /// The shape of a picture that holds all inputs, one after the other: one row of grey, or a few of one length.
  static func list(_ inputs: [Input]) throws(Refusal) -> Shape {
    let count = inputs.reduce(0) { $0 + $1.shape.count }
    let rows = (count + mostExtent - 1) / mostExtent
    // At most one number less than there are rows stays unused.
    let shape = [rows, (count + rows - 1) / rows, 1]
    guard rows <= mostExtent, Shape(shape).count <= Graph.mostElements else {
      throw Refusal("the \(inputs.count) inputs hold \(count) numbers; \(Graph.mostElements) would work")
    }
    return Shape(shape)
  }
}
