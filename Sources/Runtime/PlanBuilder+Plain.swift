import CInt8Kernels
import Models
import Numerics

// Operators without weights.
extension PlanBuilder {
  /// Adds a max or average pool.
  mutating func addPool(_ index: Int, _ window: Operator.Window, _ operation: Kernel.Operation) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(operation)
    let (input, output) = (model.quantization[node.inputs[0]], model.quantization[index + 1])
    let place = try codes(of: node.inputs[0])
    var (pool, rows) = pool(index, window)
    if operation == .maxPool { pool.table = keep(StoredCode.rescaling(input, to: output)) }
    (pool.input_scale, pool.output_scale) = (input.scale, output.scale)
    (pool.input_zero_point, pool.output_zero_point) = (
      StoredCode.stored(input.zeroPoint), StoredCode.stored(output.zeroPoint)
    )
    let kept = memory.keep(pool)
    let layouts = (layout(of: node.inputs[0]), layout(of: index + 1))
    link(
      io(kept), input: place, inputOffset: layouts.0.start, output: newValue(index + 1), outputOffset: layouts.1.start)
    add(
      node.name, kernel, kept, node: index, rows: rows, frame: border(around: index + 1),
      work: check.shapes[index + 1].count * window.height * window.width)
    let isApart = window.height <= window.stride && window.padding.top == 0
    spanRows(of: index, local: isApart ? (1, window.stride) : nil)
  }

  /// The extents of a pool, and how many rows it makes.
  func pool(_ index: Int, _ window: Operator.Window) -> (ck_pool, rows: Int) {
    let shape = check.shapes[graph.nodes[index].inputs[0]]
    var pool = ck_pool()
    (pool.height, pool.width, pool.channels) = (shape[0], shape[1], shape[2])
    (pool.window_height, pool.window_width, pool.stride) = (window.height, window.width, window.stride)
    (pool.pad_top, pool.pad_left) = (window.padding.top, window.padding.left)
    let layouts = (layout(of: graph.nodes[index].inputs[0]), layout(of: index + 1))
    (pool.input_row, pool.output_row) = (layouts.0.row, layouts.1.row)
    pool.columns = (shape[1] + window.padding.left + window.padding.right - window.width) / window.stride + 1
    return (pool, (shape[0] + window.padding.top + window.padding.bottom - window.height) / window.stride + 1)
  }

  /// The first member of every operation.
  func io<Operation>(_ operation: UnsafeMutablePointer<Operation>) -> UnsafeMutablePointer<ck_io> {
    UnsafeMutableRawPointer(operation).assumingMemoryBound(to: ck_io.self)
  }

  /// Adds the sum or the product of two values, equations (S) and (M).
  mutating func addPair(
    _ index: Int, _ activation: Operator.Activation, _ operation: Kernel.Operation
  ) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(operation)
    let places = [try codes(of: node.inputs[0]), try codes(of: node.inputs[1])]
    let inputs = (model.quantization[node.inputs[0]], model.quantization[node.inputs[1]])
    let output = model.quantization[index + 1]
    var pair = SumsInIntegers.pair(inputs, output, activation)
    pair.period = check.shapes[node.inputs[1]].count
    if operation == .add {
      pair.first = UnsafePointer(memory.copy(StoredCode.summand(inputs.0, to: output)))
      pair.second = UnsafePointer(memory.copy(StoredCode.summand(inputs.1, to: output)))
      switch kernel.isa {
      case .scalar: break
      case .neon, .avx512VNNI: ck_add_in_integers(&pair)
      default: ck_add_in_words(&pair)  // their kernels compute by no others
      }
    } else {
      pair.multipliers.0 = requantizationMultiplier(input: inputs.0.scale, weight: inputs.1.scale, output: output.scale)
    }
    let layouts = [node.inputs[0], node.inputs[1], index + 1].map { layout(of: $0) }
    let shape = check.shapes[index + 1]
    var rows = shape.count
    if layouts.contains(where: { $0.isFramed }) {
      rows = shape[0]
      pair.row = shape[1] * shape[2]
      (pair.input_row, pair.output_row) = (layouts[0].row, layouts[2].row)
      if pair.period == shape.count { (pair.period, pair.other_row) = (pair.row, layouts[1].row) }
    }
    let kept = memory.keep(pair)
    let io = UnsafeMutableRawPointer(kept)
    link(
      io.assumingMemoryBound(to: ck_io.self), input: places[0], inputOffset: layouts[0].start,
      output: newValue(index + 1), outputOffset: layouts[2].start)
    let other = (io + Int(CK_IO_OTHER)).assumingMemoryBound(to: UnsafeRawPointer?.self)
    link(other, places[1], offset: layouts[1].start)
    add(
      node.name, kernel, kept, node: index, rows: rows, frame: border(around: index + 1), work: shape.count)
    spanRows(of: index)
  }

  /// Says which rows the step just added reads for its own: by default the same row of each value alone.
  private mutating func spanRows(of index: Int, local: (results: Int, inputs: Int)? = (1, 1)) {
    let shape = check.shapes[index + 1]
    guard shape.dimensions.count == 3 else { return }
    steps[steps.count - 1].span = RowSpan(
      height: shape[0], inputs: graph.nodes[index].inputs, value: index + 1, local: local)
  }

  /// Adds the joining of values along channels: one pass for each, equation (R).
  mutating func addConcatenation(_ index: Int) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(.map)
    var inputs: [Place] = []
    for value in node.inputs { inputs.append(try codes(of: value)) }
    let output = newValue(index + 1)
    let shape = check.shapes[index + 1]
    let border = border(around: index + 1)
    var offset = 0
    for (value, place) in zip(node.inputs, inputs) {
      var map = ck_map()
      map.channels = check.shapes[value][2]
      map.output_pixel = shape[2]
      map.table = keep(StoredCode.rescaling(model.quantization[value], to: model.quantization[index + 1]))
      let rows = layRows(&map, from: value, to: index + 1)
      let kept = memory.keep(map)
      link(
        io(kept), input: place, inputOffset: layout(of: value).start, output: output,
        outputOffset: layout(of: index + 1).start + offset)
      // Whoever fills the border fills it for all.
      add(
        "\(node.name) of \(graph.valueName(value))", kernel, kept, node: index, rows: rows,
        frame: offset == 0 ? border : nil, work: check.shapes[value].count)
      offset += map.channels
    }
  }

  /// Adds a table applied to every code.
  mutating func addMap(_ index: Int, _ table: [UInt8]) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(.map)
    let place = try codes(of: node.inputs[0])
    let shape = check.shapes[index + 1]
    var map = ck_map()
    map.channels = shape.dimensions.last ?? 1
    map.output_pixel = map.channels
    map.table = keep(table)
    let value = node.inputs[0]
    let rows = layRows(&map, from: value, to: index + 1)
    let kept = memory.keep(map)
    link(
      io(kept), input: place, inputOffset: layout(of: value).start, output: newValue(index + 1),
      outputOffset: layout(of: index + 1).start)
    add(node.name, kernel, kept, node: index, rows: rows, frame: border(around: index + 1), work: shape.count)
    spanRows(of: index)
  }

  /// Sets how rows lie that a map takes from a value to another; returns what its range counts.
  private func layRows(_ map: inout ck_map, from value: Int, to result: Int) -> Int {
    let (input, output, shape) = (layout(of: value), layout(of: result), check.shapes[result])
    guard input.isFramed || output.isFramed else { return check.shapes[value].count / map.channels }
    (map.row, map.input_row, map.output_row) = (shape[1], input.row, output.row)
    return shape[0]
  }

  /// Adds a nearest-neighbour enlargement, with equation (R).
  mutating func addUpsampling(_ index: Int, _ factor: Int) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(.upsample)
    let place = try codes(of: node.inputs[0])
    let shape = check.shapes[node.inputs[0]]
    var upsample = ck_upsample()
    (upsample.width, upsample.channels, upsample.factor) = (shape[1], shape[2], factor)
    let layouts = (layout(of: node.inputs[0]), layout(of: index + 1))
    (upsample.input_row, upsample.output_row) = (layouts.0.row, layouts.1.row)
    upsample.table = keep(StoredCode.rescaling(model.quantization[node.inputs[0]], to: model.quantization[index + 1]))
    let kept = memory.keep(upsample)
    link(
      io(kept), input: place, inputOffset: layouts.0.start, output: newValue(index + 1), outputOffset: layouts.1.start)
    add(
      node.name, kernel, kept, node: index, rows: shape[0] * factor, frame: border(around: index + 1),
      work: check.shapes[index + 1].count)
    spanRows(of: index, local: (factor, 1))
  }

  /// A table of codes at a fixed address.
  func keep(_ table: [UInt8]?) -> UnsafePointer<ck_code>? {
    table.map { UnsafePointer(memory.copy($0.map { ck_code(truncatingIfNeeded: $0) })) }
  }
}
