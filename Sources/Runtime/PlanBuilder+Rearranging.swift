import CInt8Kernels
import Models
import Numerics

// Operators that pick elements, and mix them at most.
extension PlanBuilder {
  /// Adds a resizing: equation (R) where pixels are repeated, (B) where they are mixed.
  mutating func addResizing(_ index: Int, _ resize: Operator.Resize) throws(RuntimeError) {
    let node = graph.nodes[index]
    let kernel = try kernel(.resize)
    let place = try codes(of: node.inputs[0])
    let (input, output) = (model.quantization[node.inputs[0]], model.quantization[index + 1])
    var operation = resizing(index, resize)
    if !resize.isLinear { operation.table = keep(StoredCode.rescaling(input, to: output)) }
    (operation.input_zero_point, operation.zero_point) = (
      StoredCode.stored(input.zeroPoint), StoredCode.stored(output.zeroPoint)
    )
    let kept = memory.keep(operation)
    link(io(kept), input: place, output: newValue(index + 1))
    add(
      node.name, kernel, kept, node: index, rows: resize.rows.count,
      work: check.shapes[index + 1].count * (resize.isLinear ? 4 : 1))
  }

  /// The extents and shares of a resizing, and its multiplier.
  func resizing(_ index: Int, _ resize: Operator.Resize) -> ck_resize {
    let input = graph.nodes[index].inputs[0]
    let shape = check.shapes[input]
    func places(_ sampling: Operator.Sampling, _ size: Int) -> UnsafePointer<ck_place> {
      let places = (0..<sampling.count).map { index in
        let (pixel, share) =
          resize.isLinear ? sampling.coarsePlace(index, of: size) : (sampling.place(index, of: size).pixel, 0)
        return ck_place(pixel: pixel, share: Int32(share))
      }
      let kept = memory.allocate(ck_place.self, places.count)
      kept.initialize(from: places, count: places.count)
      return UnsafePointer(kept)
    }
    var operation = ck_resize()
    (operation.height, operation.width, operation.channels) = (shape[0], shape[1], shape[2])
    operation.columns = resize.columns.count
    (operation.down, operation.across) = (places(resize.rows, shape[0]), places(resize.columns, shape[1]))
    operation.is_linear = resize.isLinear ? 1 : 0
    operation.multiplier = requantizationMultiplier(
      input: model.quantization[input].scale, weight: 0x1p-22, output: model.quantization[index + 1].scale)
    return operation
  }

  /// Adds a rearrangement, with equation (R).
  mutating func addRearrangement(_ index: Int, _ arrangement: Operator.Arrangement) throws(RuntimeError) {
    let input = graph.nodes[index].inputs[0]
    let place = try codes(of: input)
    try addRearrangement(
      index, arrangement, from: place, to: newValue(index + 1),
      table: keep(StoredCode.rescaling(model.quantization[input], to: model.quantization[index + 1])))
  }

  /// Adds a rearrangement of bytes.
  mutating func addRearrangement(
    _ index: Int, _ arrangement: Operator.Arrangement, from place: Place, to output: Place,
    table: UnsafePointer<ck_code>?
  ) throws(RuntimeError) {
    let kernel = try kernel(.rearrange)
    var operation = ck_rearrange()
    let run = arrangement.axes[arrangement.axes.count - 1]
    (operation.run, operation.run_stride) = (run.size, run.stride)
    operation.axes = arrangement.axes.count - 1
    withUnsafeMutableBytes(of: &operation.sizes) { sizes in
      for (axis, one) in arrangement.axes.dropLast().enumerated() { sizes.bindMemory(to: Int.self)[axis] = one.size }
    }
    withUnsafeMutableBytes(of: &operation.strides) { strides in
      for (axis, one) in arrangement.axes.dropLast().enumerated() {
        strides.bindMemory(to: Int.self)[axis] = one.stride
      }
    }
    operation.table = table
    let kept = memory.keep(operation)
    link(
      io(kept), input: place,
      inputOffset: arrangement.offset, output: output)
    add(
      graph.nodes[index].name, kernel, kept, node: index, rows: arrangement.shape.count / run.size,
      work: arrangement.shape.count)
  }
}
