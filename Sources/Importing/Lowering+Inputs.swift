import Models
import Numerics

/// What the network reads.
extension Lowering {
  /// The file's inputs as values of the graph's input, or of its parts.
  init(opset: Int, _ plan: InputPlan) {
    self.opset = opset
    builder = GraphBuilder(input: plan.shape, reserved: plan.isList ? plan.inputs.map(\.name) : [])
    var start = 0
    for input in plan.inputs {
      var value = 0
      if plan.isList {
        let axes = [Axis(size: input.shape.count, stride: 1)]
        value = builder.append(
          input.name + ".part", .rearrange(.init(shape: input.shape, axes: axes, offset: start)), [0], input.shape)
        start += input.shape.count
      }
      values[input.name] = .computed(Computed(value: value, view: input.view))
    }
  }
}
