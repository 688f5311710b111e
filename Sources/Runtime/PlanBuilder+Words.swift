import CInt8Kernels
import Models
import Numerics

// Operators of which a value has codes of 16 bits. Their kernels read words: int16 codes less their zero point, which
// is what a value of 16 bits holds, and what one of 8 bits becomes without loss.
extension PlanBuilder {
  /// Whether a node reads or makes a value of 16 bits.
  func readsOrMakesWords(_ index: Int) -> Bool {
    graph.nodes[index].inputs.contains { model.quantization[$0].isSixteenBits }
      || model.quantization[index + 1].isSixteenBits && !graph.isOutput(index + 1)
  }

  /// Where a value's words lie, in a frame of zeros where padding is asked for.
  mutating func words(
    of value: Int, padding: Operator.Padding = .none, node: Int
  ) throws(RuntimeError) -> Place {
    let isWords = model.quantization[value].isSixteenBits
    if isWords, padding == .none { return places[value] }
    let kernel = try kernel(.widen)
    let shape = check.shapes[value]
    // Anything without rows is one row.
    let (height, width, channels) =
      shape.dimensions.count == 3 ? (shape[0], shape[1], shape[2]) : (1, 1, shape.count)
    let name = "\(graph.nodes[node].name) words of \(graph.valueName(value))"
    let (rows, columns) = (height + padding.top + padding.bottom, width + padding.left + padding.right)
    let place = newBuffer(name, bytes: rows * columns * channels * 2)
    var widen = ck_prepare()
    (widen.height, widen.width, widen.channels) = (height, width, channels)
    (widen.pad_top, widen.pad_left, widen.pad_right) = (padding.top, padding.left, padding.right)
    widen.widen = 1
    widen.from_words = isWords ? 1 : 0
    widen.from_pixels = places[value] == .pixels ? 1 : 0
    widen.subtrahend = StoredCode.stored(model.quantization[value].zeroPoint)
    let kept = memory.keep(widen)
    link(io(kept), input: places[value], output: place)
    add(name, kernel, kept, node: node, rows: rows, work: rows * columns * channels)
    return place
  }

  /// Adds the steps of a node without weights.
  mutating func addOfWords(_ index: Int) throws(RuntimeError) {
    let node = graph.nodes[index]
    switch node.operator {
    case .conv2D, .dense: break
    case .maxPool2D(let window): try addMaxPoolOfWords(index, window)
    case .averagePool2D(let window): try addAveragePoolOfWords(index, window)
    case .globalAveragePool:
      let shape = check.shapes[node.inputs[0]]
      try addAveragePoolOfWords(index, .init(shape[0], shape[1]))
    case .add(let activation): try addPairOfWords(index, activation, .add16)
    case .multiply(let activation): try addPairOfWords(index, activation, .multiply16)
    case .concatenate: try addConcatenationOfWords(index)
    case .upsampleNearest(let factor):
      try addMove(index) { (builder, io) throws(RuntimeError) in
        let shape = builder.check.shapes[node.inputs[0]]
        var upsample = ck_upsample()
        (upsample.width, upsample.channels, upsample.factor) = (shape[1], 2 * shape[2], factor)
        upsample.input_row = upsample.width * upsample.channels
        upsample.output_row = upsample.input_row * factor
        let kept = builder.memory.keep(upsample)
        builder.link(builder.io(kept), input: io.input, output: io.output)
        builder.add(
          node.name, try builder.kernel(.upsample), kept, node: index, rows: shape[0] * factor,
          work: builder.check.shapes[index + 1].count)
      }
    case .resize(let resize): try addResizingOfWords(index, resize)
    case .rearrange(let arrangement):
      try addMove(index) { (builder, io) throws(RuntimeError) in
        try builder.addRearrangement(index, arrangement.ofHalves, from: io.input, to: io.output, table: nil)
      }
    case .function(let function): try addFunctionOfWords(index, function)
    case .flatten, .reshape:
      let place = try words(of: node.inputs[0], node: index)
      if keepsWords(index) { places[index + 1] = place } else { try addRescaling(index, from: place) }
    }
  }

  // MARK: Operators that move words

  /// The parameters of a value's words: its own, or for a value of 8 bits its scale, whatever its zero point.
  private func largestWord(_ value: Int) -> Int16 {
    let parameters = model.quantization[value]
    return parameters.isSixteenBits ? parameters.largest : 255
  }

  /// Whether a node's result holds the words of its first input as they are.
  private func keepsWords(_ index: Int) -> Bool {
    model.quantization[index + 1] == model.quantization[graph.nodes[index].inputs[0]]
  }

  /// Adds an operator that moves words, as bytes, and where its result has other parameters, equation (R).
  private mutating func addMove(
    _ index: Int,
    _ move: (inout PlanBuilder, (input: Place, output: Place)) throws(RuntimeError) -> Void
  ) throws(RuntimeError) {
    let input = try words(of: graph.nodes[index].inputs[0], node: index)
    if keepsWords(index) {
      try move(&self, (input, newValue(index + 1)))
      return
    }
    let moved = newBuffer("\(graph.nodes[index].name) moved", bytes: 2 * check.shapes[index + 1].count)
    try move(&self, (input, moved))
    try addRescaling(index, from: moved)
  }

  /// Adds equation (R) from words with the scale of a node's first input to its result.
  private mutating func addRescaling(_ index: Int, from place: Place) throws(RuntimeError) {
    let shape = check.shapes[index + 1]
    var map = ck_map16()
    map.channels = shape.dimensions.last ?? 1
    map.output_pixel = map.channels
    map.multiplier = rescaling(graph.nodes[index].inputs[0], index + 1)
    map.result = result(index + 1)
    let kept = memory.keep(map)
    link(io(kept), input: place, output: newValue(index + 1))
    add(
      graph.nodes[index].name, try kernel(.map16), kept, node: index, rows: shape.count / map.channels,
      work: shape.count)
  }

  private mutating func addConcatenationOfWords(_ index: Int) throws(RuntimeError) {
    let node = graph.nodes[index]
    var inputs: [Place] = []
    for value in node.inputs { inputs.append(try words(of: value, node: index)) }
    let output = newValue(index + 1)
    let shape = check.shapes[index + 1]
    let bytes = model.quantization[index + 1].isSixteenBits ? 2 : 1
    var offset = 0
    for (value, place) in zip(node.inputs, inputs) {
      var map = ck_map16()
      (map.channels, map.output_pixel) = (check.shapes[value][2], shape[2])
      map.multiplier = rescaling(value, index + 1)
      map.result = result(index + 1)
      let kept = memory.keep(map)
      link(io(kept), input: place, output: output, outputOffset: offset * bytes)
      add(
        "\(node.name) of \(graph.valueName(value))", try kernel(.map16), kept, node: index, rows: shape[0] * shape[1],
        work: check.shapes[value].count)
      offset += map.channels
    }
  }

  private mutating func addMaxPoolOfWords(_ index: Int, _ window: Operator.Window) throws(RuntimeError) {
    try addMove(index) { (builder, io) throws(RuntimeError) in
      let (pool, rows) = builder.pool(index, window)
      let kept = builder.memory.keep(pool)
      builder.link(builder.io(kept), input: io.input, output: io.output)
      builder.add(
        builder.graph.nodes[index].name, try builder.kernel(.maxPool16), kept, node: index, rows: rows,
        work: builder.check.shapes[index + 1].count * window.height * window.width)
    }
  }

  // MARK: Operators that compute

  private mutating func addAveragePoolOfWords(_ index: Int, _ window: Operator.Window) throws(RuntimeError) {
    let node = graph.nodes[index]
    let place = try words(of: node.inputs[0], node: index)
    var (pool, rows) = pool(index, window)
    (pool.input_scale, pool.output_scale) = (
      model.quantization[node.inputs[0]].scale, model.quantization[index + 1].scale
    )
    pool.result = result(index + 1)
    let kept = memory.keep(pool)
    link(io(kept), input: place, output: newValue(index + 1))
    add(
      node.name, try kernel(.averagePool16), kept, node: index, rows: rows,
      work: check.shapes[index + 1].count * window.height * window.width)
  }

  private mutating func addPairOfWords(
    _ index: Int, _ activation: Operator.Activation, _ operation: Kernel.Operation
  ) throws(RuntimeError) {
    let node = graph.nodes[index]
    let first = try words(of: node.inputs[0], node: index)
    // A value beside itself is widened once.
    let second = node.inputs[1] == node.inputs[0] ? first : try words(of: node.inputs[1], node: index)
    let scales = node.inputs.map { model.quantization[$0].scale }
    let output = model.quantization[index + 1].scale
    var pair = ck_pair16()
    pair.period = check.shapes[node.inputs[1]].count
    pair.multipliers =
      operation == .add16
      ? (scales[0] / output, scales[1] / output)
      : (requantizationMultiplier(input: scales[0], weight: scales[1], output: output), 0)
    pair.result = result(index + 1, activation)
    let kept = memory.keep(pair)
    link(io(kept), input: first, output: newValue(index + 1))
    let other = (UnsafeMutableRawPointer(kept) + Int(CK_IO_OTHER)).assumingMemoryBound(to: UnsafeRawPointer?.self)
    link(other, second)
    let count = check.shapes[index + 1].count
    add(node.name, try kernel(operation), kept, node: index, rows: count, work: 2 * count)
  }

  private mutating func addResizingOfWords(_ index: Int, _ resize: Operator.Resize) throws(RuntimeError) {
    let node = graph.nodes[index]
    guard resize.isLinear else {
      try addMove(index) { (builder, io) throws(RuntimeError) in
        var operation = builder.resizing(index, resize)
        operation.channels *= 2
        let kept = builder.memory.keep(operation)
        builder.link(builder.io(kept), input: io.input, output: io.output)
        builder.add(
          node.name, try builder.kernel(.resize), kept, node: index, rows: resize.rows.count,
          work: builder.check.shapes[index + 1].count)
      }
      return
    }
    let place = try words(of: node.inputs[0], node: index)
    var operation = resizing(index, resize)
    operation.result = result(index + 1)
    let kept = memory.keep(operation)
    link(io(kept), input: place, output: newValue(index + 1))
    add(
      node.name, try kernel(.resize16), kept, node: index, rows: resize.rows.count,
      work: check.shapes[index + 1].count * 8)
  }

  private mutating func addFunctionOfWords(_ index: Int, _ function: Operator.Function) throws(RuntimeError) {
    let node = graph.nodes[index]
    let place = try words(of: node.inputs[0], node: index)
    let shape = check.shapes[index + 1]
    let largest = largestWord(node.inputs[0])
    var map = ck_map16()
    map.channels = shape.dimensions.last ?? 1
    map.output_pixel = map.channels
    map.table = UnsafePointer(
      memory.copy(
        StoredCode.words(
          of: function, scale: model.quantization[node.inputs[0]].scale, largest: largest,
          to: model.quantization[index + 1])))
    map.largest = Int32(largest)
    map.result = result(index + 1)
    let kept = memory.keep(map)
    link(io(kept), input: place, output: newValue(index + 1))
    add(
      node.name, try kernel(.map16), kept, node: index, rows: shape.count / map.channels, work: 2 * shape.count)
  }

  // MARK: What they share

  /// The multiplier of equation (R) from one value's words to another's codes.
  private func rescaling(_ input: Int, _ output: Int) -> Float {
    requantizationMultiplier(
      input: model.quantization[input].scale, weight: 1, output: model.quantization[output].scale)
  }

  /// Equation (4) for what is stored of a value.
  private func result(_ value: Int, _ activation: Operator.Activation = .none) -> ck_result {
    let parameters = model.quantization[value]
    let (low, high) = StoredCode.clamp(activation, parameters)
    return ck_result(
      zero_point: parameters.isSixteenBits ? 0 : StoredCode.stored(parameters.zeroPoint), low: low, high: high,
      words: parameters.isSixteenBits ? 1 : 0)
  }
}

extension Operator.Arrangement {
  /// The same arrangement of bytes where elements have two: a run that lies side by side becomes longer.
  fileprivate var ofHalves: Operator.Arrangement {
    var halves = axes.map { Axis(size: $0.size, stride: 2 * $0.stride) }
    if let last = axes.last, last.stride == 1 {
      halves[halves.count - 1] = Axis(size: 2 * last.size, stride: 1)
    } else {
      halves.append(Axis(size: 2, stride: 1))
    }
    return .init(
      shape: Shape(shape.dimensions.dropLast() + [2 * shape.dimensions.last!]), axes: halves, offset: 2 * offset)
  }
}
