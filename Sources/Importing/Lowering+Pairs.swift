import Models
import Numerics
import ONNXFiles

/// Arithmetic of two tensors that the network computes.
extension Lowering {
  mutating func arithmeticOfTwo(_ node: ONNXNode) throws(Refusal) {
    let (left, right) = (try computed(node, 0), try computed(node, 1))
    switch node.operatorType {
    case "Add", "Sum": try pair(node, .add(.none), left, right)
    case "Mul": try pair(node, .multiply(.none), left, right)
    case "Sub":
      if mayChange(right, node, 1), let target = builder.foldTarget(right.value) {
        let channels = builder.channels(of: right.value)
        builder.fold(
          scale: .init(repeating: -1, count: channels), shift: .init(repeating: 0, count: channels), into: target)
        return try pair(node, .add(.none), left, right)
      }
      try pair(node, .add(.none), left, applied(.init(.negate), to: right, node.title + ".turned"))
    default:
      try pair(node, .multiply(.none), left, applied(.init(.reciprocal), to: right, node.title + ".reciprocal"))
    }
  }

  /// A function of each element of a tensor, under the same view.
  mutating func applied(_ function: Operator.Function, to source: Computed, _ title: String) -> Computed {
    Computed(
      value: builder.append(title, .function(function), [source.value], builder.shapes[source.value]),
      view: source.view)
  }

  /// A sum or a product; where one tensor is smaller, it is repeated, one number a channel without a copy.
  private mutating func pair(
    _ node: ONNXNode, _ op: Operator, _ left: Computed, _ right: Computed
  ) throws(Refusal) {
    guard let shape = Broadcasting.shape(left.view.dimensions, right.view.dimensions) else {
      throw Refusal(
        "of tensors of \(left.view.dimensions.extents) and \(right.view.dimensions.extents)",
        advice: "extents that are equal or 1 would work")
    }
    var (base, other) = (left, right)
    if base.view.count < other.view.count { swap(&base, &other) }
    base = try expanded(base, to: shape, node.title)
    if Self.axes(of: other.view, along: base.view) == nil {
      (base, other) = (try natural(base, node.title), try natural(other, node.title))
    }
    guard let axes = Self.axes(of: other.view, along: base.view) else {
      throw Refusal("of tensors whose axes do not go together")
    }
    var value = base.value
    var second: Int
    if axes.count <= 1, axes.allSatisfy({ $0.stride == 1 }) {
      second = builder.reshape(other.value, to: builder.shapes[value], node.title)
    } else if axes.count == 2, axes[0].stride == 0, axes[1] == Axis(size: other.view.count, stride: 1) {
      let channels = other.view.count
      if builder.shapes[value].rank != 3 || builder.shapes[value][2] != channels {
        value = builder.reshape(value, to: try shaped(axes[0].size, 1, channels), node.title)
      }
      second = other.value
      if !builder.shapes[value].isPicture(withChannels: builder.shapes[second]) {
        second = builder.reshape(second, to: [1, 1, channels], node.title)
      }
    } else {
      second = try rearrange(other.value, axes, to: builder.shapes[value], node.title)
    }
    set(node, builder.append(node.title, op, [value, second], builder.shapes[value]), base.view)
  }
}
