import ONNXFiles

/// Windows over rows of numbers, as over sound or a list of channels: those over pictures of one row.
extension Lowering {
  private static let overWindows: Set<String> = [
    "Conv", "ConvTranspose", "MaxPool", "AveragePool", "GlobalMaxPool", "GlobalAveragePool",
  ]

  /// Lowers an operator of windows over `[1, channels, length]` as one over `[1, channels, 1, length]`.
  ///
  /// - Returns: false where it is none, and nothing was done.
  mutating func overRow(_ node: ONNXNode) throws(Refusal) -> Bool {
    guard Self.overWindows.contains(node.operatorType), let name = node.inputs.first,
      case .computed(let source)? = values[name], source.view.dimensions.count == 3
    else { return false }
    var constants = [("axis", Constant(integers: [2]))]
    var inputs = ["row"] + node.inputs.dropFirst()
    if inputs.count > 1, let weight = try realConstant(node, 1, "weights") {
      guard weight.dimensions.count == 3 else {
        throw Refusal("weights of \(weight.dimensions.extents) over a tensor of three dimensions")
      }
      inputs[1] = "taps"
      constants.append(
        ("taps", weight.reshaped([weight.dimensions[0], weight.dimensions[1], 1, weight.dimensions[2]])))
    }
    let attributes = node.attributes.map { (attribute) -> ONNXAttribute in
      guard case .integers(let numbers) = attribute.value else { return attribute }
      // The axis that is put in has a window of 1 and nothing at its ends.
      let own = ["pads", "output_padding"].contains(attribute.name) ? 0 : 1
      let wide = attribute.name == "pads" ? numbers.flatMap { [own, $0] } : [own] + numbers
      return ONNXAttribute(name: attribute.name, value: .integers(wide))
    }
    try expand(
      node, constants: constants,
      [
        ("Unsqueeze", [name, "axis"], "row"), (node.operatorType, inputs, "windows"),
        ("Squeeze", ["windows", "axis"], ""),
      ], attributes: ["windows": attributes])
    return true
  }
}
