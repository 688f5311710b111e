import CInt8Kernels
import Models
import Numerics

// Convolutions that end in a large dense layer run row by row through all of them: a row of a later layer is computed
// as soon as the rows that it reads are there. Activations stay in the nearest cache, and the dense layer's weights,
// which no cache holds, arrive while the convolutions compute. Each thread does this for a band of the picture, and the
// few rows that two bands share are computed twice, so that the threads meet once.

/// Which rows a step reads for the rows that it computes.
struct RowUse {
  var operation: UnsafeMutablePointer<ck_conv>
  var inputValue: Int
  var value: Int
  var input: PlanBuilder.Place
  var output: PlanBuilder.Place
  /// Input rows from the first that an output row reads to the first that the next one reads.
  var stride: Int
  /// Input rows that an output row reads.
  var window: Int
  /// Output rows that are computed together at best.
  var alignment: Int
  /// Input rows below those that may be read, whatever they hold.
  var further: Int

  var outputRowBytes: Int { operation.pointee.output_row }
}

/// Steps that threads take their rows through before they meet.
struct Chain {
  enum Work {
    /// One for each thread.
    case bands(UnsafeMutablePointer<ck_band>, count: Int)
    case pass(UnsafeMutablePointer<ck_pass>, pieces: Int)
  }

  var steps: Range<Int>
  var work: Work
}

extension PlanBuilder {
  /// Rows that each step of a chain computes in one band.
  typealias Band = [Range<Int>]

  /// The convolutions just before a dense layer that may run in bands with it, and the bands; nil where that does not
  /// pay: for little work, or where bands would compute too many rows twice.
  func chain(before index: Int, _ dense: Operator.Dense) -> (steps: Range<Int>, bands: [Band])? {
    guard !keepsAll, let kernel = table.best(.densePart), kernel.isa == table.best(.dense)?.isa else { return nil }
    var value = graph.nodes[index].inputs[0]
    guard check.shapes[value].count * dense.outputs >= 1 << 16 else { return nil }
    // Flattening moves nothing.
    while isReadOnce(value), case .flatten = graph.nodes[value - 1].operator {
      let input = graph.nodes[value - 1].inputs[0]
      guard places[input] == places[value] else { return nil }
      value = input
    }
    var start = steps.count
    while start > 0, let rows = steps[start - 1].rows, rows.value == value, isReadOnce(value) {
      start -= 1
      value = rows.inputValue
    }
    let chain = start..<steps.count
    guard let last = steps[chain].last, last.rows!.outputRowBytes % Int(CK_DENSE_PART_GROUP) == 0 else { return nil }
    guard last.step.rows >= threads else { return nil }
    let bands = (0..<threads).map { band(chain, last.step.rows * $0 / threads..<last.step.rows * ($0 + 1) / threads) }
    var (work, twice) = (0, 0)
    for (place, index) in chain.enumerated() {
      let perRow = steps[index].multiplyAdds / steps[index].step.rows
      work += steps[index].multiplyAdds
      twice += perRow * (bands.reduce(0) { $0 + $1[place].count } - steps[index].step.rows)
    }
    return twice * 12 <= work ? (chain, bands) : nil
  }

  private func isReadOnce(_ value: Int) -> Bool {
    value > 0 && check.readers[value] == 1 && !graph.isOutput(value)
  }

  /// The rows of each step that some rows of the last one need.
  private func band(_ chain: Range<Int>, _ rows: Range<Int>) -> Band {
    var band: Band = [rows]
    for index in chain.dropFirst().reversed() {
      let use = steps[index].rows!
      let (first, last) = (band[0].lowerBound, band[0].upperBound - 1)
      band.insert(first * use.stride..<last * use.stride + use.window, at: 0)
    }
    return band
  }

  /// Adds a dense layer to the convolutions before it.
  mutating func addDense(
    _ index: Int, _ dense: Operator.Dense, to chain: (steps: Range<Int>, bands: [Band])
  ) throws(RuntimeError) {
    let node = graph.nodes[index]
    let inputs = check.shapes[node.inputs[0]].count
    let last = steps[chain.steps.upperBound - 1]
    let block = Int(CK_BLOCK)
    let padded = (dense.outputs + block - 1) / block * block
    let weights = memory.allocate(Int8.self, inputs * padded)
    model.parameters[index]!.weight.elements.withUnsafeBufferPointer {
      ck_pack_dense_part($0.baseAddress!, dense.outputs, inputs, weights)
    }
    let sums = memory.allocate(Int32.self, padded * chain.bands.count)
    var parts: [UnsafeMutablePointer<ck_dense_part>] = []
    for (number, band) in chain.bands.enumerated() {
      var part = ck_dense_part()
      part.row_groups = last.rows!.outputRowBytes / Int(CK_DENSE_PART_GROUP)
      part.first_row = band.last!.lowerBound
      part.outputs = padded
      part.weights = UnsafePointer(weights)
      part.sums = sums + padded * number
      let kept = memory.keep(part)
      link(io(kept), input: last.rows!.output, output: .nowhere)
      parts.append(kept)
    }
    try add(
      node.name, kernel(.densePart), parts[0], node: index, rows: last.step.rows, work: 0,
      multiplyAdds: inputs * dense.outputs)
    addBands(chain, parts)

    var sum = ck_dense_sum()
    sum.sums = UnsafePointer(sums)
    (sum.parts, sum.part_step) = (chain.bands.count, padded)
    (sum.bias, sum.requantization.multipliers) = biasAndMultipliers(index, 0..<dense.outputs, capacity: padded)
    sum.requantization.setClamp(
      dense.activation, model.quantization[index + 1], largestProduct: largestProduct(index))
    sum.io.accumulators = accumulators(for: index + 1)
    let output = sum.io.accumulators == nil ? newValue(index + 1) : .nowhere
    let kept = memory.keep(sum)
    link(io(kept), input: .nowhere, output: output)
    try add("\(node.name) sum", kernel(.denseSum), kept, node: index, rows: dense.outputs, work: dense.outputs)
  }

  /// Cuts the steps of a chain into slices. The first band uses the steps' own operations and buffers, the others
  /// copies with buffers of their own; the last convolution's bands write side by side.
  private mutating func addBands(
    _ chain: (steps: Range<Int>, bands: [Band]), _ parts: [UnsafeMutablePointer<ck_dense_part>]
  ) {
    let all = chain.steps.lowerBound..<chain.steps.upperBound + 1
    let uses = chain.steps.map { steps[$0].rows! }
    fetchAhead(chain.steps, parts[0])
    let bands = memory.allocate(ck_band.self, chain.bands.count)
    for (number, band) in chain.bands.enumerated() {
      var operations = uses.map { $0.operation }
      if number == 0 {
        for place in uses.indices.dropLast() { resize(uses[place], rows: band[place].count + uses[place + 1].further) }
      } else {
        operations = operations.map { memory.keep($0.pointee) }
        var (input, inputOffset) = (uses[0].input, 0)
        for (place, use) in uses.enumerated() {
          var (output, outputOffset) = (use.output, 0)
          if place < uses.count - 1 {
            let rows = band[place].count + uses[place + 1].further
            output = newBuffer(
              "\(graph.valueName(use.value)) band \(number + 1)", bytes: rows * use.outputRowBytes)
            outputOffset = -band[place].lowerBound * use.outputRowBytes
          }
          link(
            io(operations[place]), input: input, inputOffset: inputOffset, output: output, outputOffset: outputOffset)
          extend(output, over: all)
          (input, inputOffset) = (output, outputOffset)
        }
      }
      let slices = cut(band, uses, operations, parts[number], firstStep: chain.steps.lowerBound)
      let kept = memory.allocate(ck_slice.self, slices.count)
      kept.initialize(from: slices, count: slices.count)
      (bands + number).initialize(to: ck_band(slices: kept, count: slices.count, nanoseconds: nil))
    }
    extend(uses[0].input, over: all)
    for use in uses { extend(use.output, over: all) }
    chains.append(Chain(steps: all, work: .bands(bands, count: chain.bands.count)))
  }

  /// The rows of a band in the order of computation.
  private func cut(
    _ band: Band, _ uses: [RowUse], _ operations: [UnsafeMutablePointer<ck_conv>],
    _ part: UnsafeMutablePointer<ck_dense_part>, firstStep: Int
  ) -> [ck_slice] {
    var slices: [ck_slice] = []
    var done = band.map { $0.lowerBound }
    while let row = done.last, row < band.last!.upperBound {
      var needed: [Int] = []
      for (place, use) in uses.enumerated().reversed() {
        let least = needed.isEmpty ? row + 1 : (needed[0] - 1) * uses[place + 1].stride + uses[place + 1].window
        let tiles = (least - band[place].lowerBound + use.alignment - 1) / use.alignment
        needed.insert(min(band[place].lowerBound + tiles * use.alignment, band[place].upperBound), at: 0)
      }
      for place in uses.indices where done[place] < needed[place] {
        slices.append(
          ck_slice(
            run: steps[firstStep + place].step.run, operation: UnsafeRawPointer(operations[place]),
            first: done[place], end: needed[place], layer: place))
        done[place] = needed[place]
      }
      slices.append(
        ck_slice(
          run: steps[firstStep + uses.count].step.run, operation: UnsafeRawPointer(part), first: row,
          end: needed.last!, layer: uses.count))
    }
    return slices
  }

  /// Room for the rows of the first band alone.
  private mutating func resize(_ use: RowUse, rows: Int) {
    guard case .buffer(let index) = use.output else { return }
    let buffer = buffers[index]
    buffers[index] = .init(
      name: buffer.name, bytes: rows * use.outputRowBytes + Int(CK_SLACK), first: buffer.first, last: buffer.last)
  }

  /// Steps of a chain run in turn, so what one of them touches lives as long as all.
  private mutating func extend(_ place: Place, over steps: Range<Int>) {
    guard case .buffer(let index) = place else { return }
    let buffer = buffers[index]
    buffers[index] = .init(
      name: buffer.name, bytes: buffer.bytes, first: min(buffer.first, steps.lowerBound),
      last: max(buffer.last, steps.upperBound - 1))
  }

  /// Lets the convolution that computes most fetch the weights that the dense layer's next part reads.
  private func fetchAhead(_ chain: Range<Int>, _ part: UnsafeMutablePointer<ck_dense_part>) {
    guard let index = chain.max(by: { steps[$0].multiplyAdds < steps[$1].multiplyAdds }) else { return }
    // How many rows of that convolution the first row of the last one needs, and each further one.
    var (first, further) = (1, 1)
    for later in chain[(index + 1)...].reversed() {
      first = (first - 1) * steps[later].rows!.stride + steps[later].rows!.window
      further *= steps[later].rows!.stride
    }
    let conv = steps[index].rows!.operation
    let partBytes = part.pointee.row_groups * Int(CK_DENSE_PART_GROUP) * part.pointee.outputs
    // The rows for output row r fetch part r + 1.
    conv.pointee.prefetch =
      UnsafeRawPointer(part.pointee.weights!).assumingMemoryBound(to: CChar.self)
      + (2 * partBytes - partBytes * first / further)
    conv.pointee.prefetch_row = partBytes / further
    // One line for each 1000 multiply-adds is what memory can deliver meanwhile.
    let columns = conv.pointee.columns
    let most = steps[index].multiplyAdds / (steps[index].step.rows * columns) / 1000
    conv.pointee.prefetch_bytes = min((partBytes / further + 64 * columns - 1) / (64 * columns), most) * 64
  }
}
