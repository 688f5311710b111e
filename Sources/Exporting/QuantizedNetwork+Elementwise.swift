import Models
import Numerics
import ONNXFiles
import Reference

/// Nodes without weights, in steps of a scale where rounding is at stake.
extension QuantizedNetwork {
  /// What computes nothing new, in the scale of what it reads, and equation (R) after it where the result has another.
  mutating func move(_ index: Int) {
    let node = model.description.graph.nodes[index]
    let (source, from, shape) = (node.inputs[0], shapes[node.inputs[0]], shapes[index + 1])
    if parameters(source) == parameters(index + 1) {
      let input = real(source)
      _ = list.move(node.operator, input, from: from, to: shape, as: node.name)
      quantize(node.name, index + 1)
    } else {
      // Whole steps are moved as they are, and none is rounded before the end.
      let input = stepped(source)
      let moved = list.fresh(node.name + ".moved")
      _ = list.move(node.operator, input, from: from, to: shape, as: moved)
      let factor = rescaling(source, index + 1, node.name + ".multiplier")
      settle(list.add("Mul", [moved, factor], to: node.name), index + 1)
    }
  }

  /// The name of the multiplier of equation (R).
  private mutating func rescaling(_ source: Int, _ value: Int, _ name: String) -> String {
    let multiplier = requantizationMultiplier(
      input: parameters(source).scale, weight: 1, output: parameters(value).scale)
    return list.constant(name, [], [multiplier])
  }

  /// The multiplier of equation (A) for `count` elements.
  func averageMultiplier(_ index: Int, _ count: Int) -> Float {
    let source = model.description.graph.nodes[index].inputs[0]
    return parameters(source).scale / (parameters(index + 1).scale * Float(count))
  }

  /// Equation (A): sums of whole numbers by a convolution with ones, whose border of zeros adds nothing, times a
  /// multiplier for each place, since windows at the border have fewer elements.
  mutating func average(_ index: Int, _ window: Operator.Window) {
    let node = model.description.graph.nodes[index]
    let (from, shape) = (shapes[node.inputs[0]], shapes[index + 1])
    let ones = list.constant(
      node.name + ".ones", [shape[2], 1, window.height, window.width],
      [Float](repeating: 1, count: shape[2] * window.height * window.width))
    let source = stepped(node.inputs[0])
    let sums = list.add(
      "Conv", [source, ones], to: list.fresh(node.name + ".sum"), Geometry.window(window, groups: shape[2]))
    // Sums are whole numbers: rounding changes none, and keeps runtimes from multiplying the ones instead.
    let whole = list.add("Round", [sums], to: list.fresh(node.name + ".whole"))
    var multipliers: [Float] = []
    for row in 0..<shape[0] {
      let rows = window.rows(coveredBy: row, height: from[0]).count
      for column in 0..<shape[1] {
        multipliers.append(
          averageMultiplier(index, rows * window.columns(coveredBy: column, width: from[1]).count))
      }
    }
    let isUniform = multipliers.allSatisfy { $0 == multipliers[0] }
    let factor = list.constant(
      node.name + ".multiplier", isUniform ? [] : [1, 1, shape[0], shape[1]],
      isUniform ? [multipliers[0]] : multipliers)
    settle(list.add("Mul", [whole, factor], to: node.name), index + 1)
  }

  /// Equation (S) in steps of the sum's scale.
  mutating func add(_ index: Int, _ activation: Operator.Activation) {
    let node = model.description.graph.nodes[index]
    let parts = zip(node.inputs, ["first", "second"]).map { source, which in
      let steps = spread(stepped(source), source, index, which)
      let factor = rescaling(source, index + 1, "\(node.name).\(which)_multiplier")
      return list.add("Mul", [steps, factor], to: list.fresh("\(node.name).\(which)"))
    }
    settle(index, activation) { list, name in list.add("Add", parts, to: name) }
  }

  /// Equation (M): whole numbers of at most 2^16, whose product is exact.
  mutating func multiply(_ index: Int, _ activation: Operator.Activation) {
    let node = model.description.graph.nodes[index]
    let parts = zip(node.inputs, ["first", "second"]).map { source, which in
      spread(stepped(source), source, index, which)
    }
    let product = list.add("Mul", parts, to: list.fresh(node.name + ".product"))
    let multiplier = requantizationMultiplier(
      input: parameters(node.inputs[0]).scale, weight: parameters(node.inputs[1]).scale,
      output: parameters(index + 1).scale)
    let factor = list.constant(node.name + ".multiplier", [], [multiplier])
    settle(index, activation) { list, name in list.add("Mul", [product, factor], to: name) }
  }

  private mutating func spread(_ input: String, _ source: Int, _ index: Int, _ which: String) -> String {
    list.spread(
      input, shapes[source], over: shapes[index + 1],
      "\(model.description.graph.nodes[index].name).\(which)")
  }

  /// Steps that `make` computes become codes, within those that an activation allows. Limits are whole, so that it is
  /// the same whether they apply before or after the rounding.
  private mutating func settle(
    _ index: Int, _ activation: Operator.Activation, _ make: (inout NodeList, String) -> String
  ) {
    let name = model.description.graph.nodes[index].name
    let own = parameters(index + 1)
    let range = ReferenceOperators.clamp(activation, own)
    guard range != own.codes else { return settle(make(&list, name), index + 1) }
    let free = make(&list, list.fresh(name + ".unclamped"))
    guard range != Int16(own.zeroPoint)...(own.isSixteenBits ? .max : 127) else {
      return settle(list.add("Relu", [free], to: name), index + 1, isWithin: true)
    }
    let limits = [
      list.constant(name + ".low", [], [Float(Int(range.lowerBound) - Int(own.zeroPoint))]),
      list.constant(name + ".high", [], [Float(Int(range.upperBound) - Int(own.zeroPoint))]),
    ]
    settle(list.add("Clip", [free] + limits, to: name), index + 1, isWithin: true)
  }

  /// Parts under the scale of the whole, by equation (R), side by side.
  mutating func concatenate(_ index: Int) {
    let node = model.description.graph.nodes[index]
    let areSame = node.inputs.allSatisfy { parameters($0) == parameters(index + 1) }
    let parts = node.inputs.enumerated().map { place, source in
      if areSame { return real(source) }
      let steps = stepped(source)
      let factor = rescaling(source, index + 1, "\(node.name).part\(place)_multiplier")
      return list.add("Mul", [steps, factor], to: list.fresh("\(node.name).part\(place)"))
    }
    list.add("Concat", parts, to: node.name, [("axis", .integer(1))])
    if areSame { quantize(node.name, index + 1) } else { settle(node.name, index + 1) }
  }

  /// Equations (E) and (H), as the table that they are: what each code becomes, in steps of the result.
  mutating func apply(_ function: Operator.Function, _ index: Int) {
    let node = model.description.graph.nodes[index]
    let source = parameters(node.inputs[0])
    let own = parameters(index + 1)
    let codes = QuantizedValue(Tensor([source.codes.count], Array(source.codes)), source)
    let results = ReferenceOperators.apply(function, codes, to: own).codes.elements
    let table = list.constant(node.name + ".table", [results.count], results.map { Float($0) - Float(own.zeroPoint) })
    // The first of the table belongs to the smallest code.
    let first = list.constant(node.name + ".first", [], [Float(source.zeroPoint) - Float(source.least)])
    let steps = stepped(node.inputs[0])
    let places = list.add("Add", [steps, first], to: list.fresh(node.name + ".place"))
    let indices = list.add("Cast", [places], to: list.fresh(node.name + ".index"), [("to", .integer(6))])
    settle(list.add("Gather", [table, indices], to: node.name, [("axis", .integer(0))]), index + 1)
  }

  /// Equation (B): whole weights of rows and columns, in double precision, which holds all sums.
  mutating func mix(_ index: Int, _ resize: Operator.Resize) {
    let node = model.description.graph.nodes[index]
    let from = shapes[node.inputs[0]]
    func weights(_ places: Operator.Sampling, _ size: Int) -> [[Float]] {
      (0..<places.count).map { index in
        let (pixel, share) = places.coarsePlace(index, of: size)
        var row = [Float](repeating: 0, count: size)
        row[min(pixel, size - 1)] += Float(2048 - share)
        if share > 0 { row[pixel + 1] += Float(share) }
        return row
      }
    }
    let exact = cast(stepped(node.inputs[0]), to: .double, node.name + ".exact")
    let mixed = list.fresh(node.name + ".mixed")
    list.mix(
      exact, rows: weights(resize.rows, from[0]), columns: weights(resize.columns, from[1]), to: mixed,
      constant: { list, name, shape, numbers in list.constant(doubles: name, shape, numbers) })
    let sums = cast(mixed, to: .float, node.name + ".sum")
    let multiplier = requantizationMultiplier(
      input: parameters(node.inputs[0]).scale, weight: 0x1p-22, output: parameters(index + 1).scale)
    let factor = list.constant(node.name + ".multiplier", [], [multiplier])
    settle(list.add("Mul", [sums, factor], to: node.name), index + 1)
  }
}
