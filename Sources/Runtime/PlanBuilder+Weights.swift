import CInt8Kernels
import Models
import Numerics

// Weights in the order in which kernels read them.
extension PlanBuilder {
  /// Packs the weights, biases and multipliers of a range of output channels.
  mutating func setChannels(
    _ operation: inout ck_conv, _ index: Int, _ kernel: Kernel, isDepthwise: Bool, range: Range<Int>
  ) {
    let parameters = model.parameters[index]!
    let perChannel = parameters.weight.shape.count / parameters.scales.count
    let blocks = (range.count + Int(CK_BLOCK) - 1) / Int(CK_BLOCK)
    operation.channels = range.count
    (operation.bias, operation.requantization.multipliers) = biasAndMultipliers(
      index, range, capacity: blocks * Int(CK_BLOCK))
    if isDepthwise, kernel.operation != .depthwise, kernel.operation != .depthwise16 {
      setDepthwise(&operation, parameters.weight.elements, side: perChannel == 9 ? 3 : 5, kernel)
      return
    }
    if isDepthwise {
      // [channel][tap] becomes [tap][channel].
      let taps = perChannel
      let weights = memory.allocate(Int16.self, taps * range.count + Int(CK_BLOCK))
      for channel in range {
        for tap in 0..<taps {
          weights[tap * range.count + channel] = Int16(parameters.weight.elements[channel * taps + tap])
        }
      }
      operation.weights = UnsafeRawPointer(weights)
      operation.segment_groups = 1
      return
    }
    if kernel.operation == .rgbConvolutionMaxPool {
      let packed = memory.allocate(UInt8.self, blocks * Int(CK_RGB3X3_BLOCK_BYTES))
      parameters.weight.elements.withUnsafeBufferPointer {
        ck_pack_rgb3x3($0.baseAddress!, range.count, Int(kernel.record.group), packed)
      }
      operation.weights = UnsafeRawPointer(packed)
      return
    }
    let group = Int(kernel.record.group)
    if kernel.tileSide > 1 {
      let (inputs, side) = (perChannel / 9, kernel.tileSide)
      operation.segment_count = (side + 2) * (side + 2)
      operation.segment_groups = (inputs + group - 1) / group
      let packed = memory.allocate(
        Int16.self, blocks * operation.segment_count * operation.segment_groups * group * Int(CK_BLOCK))
      parameters.weight.elements.withUnsafeBufferPointer {
        ck_pack_winograd($0.baseAddress!, range.count, inputs, side, group, packed)
      }
      operation.sums_fit = side == 4 && largestMagnitude(parameters) <= CK_WINOGRAD4_WHOLE_MAGNITUDE ? 1 : 0
      operation.weights = UnsafeRawPointer(packed)
      return
    }
    var segments = operation.segment_count
    if kernel.gathers {
      operation.segment_bytes = perChannel / segments
      segments = 1
    }
    let inputs = perChannel / segments
    let bytes = Int(kernel.record.weight_bytes)
    operation.segment_groups = (inputs + group - 1) / group
    let size = blocks * Int(CK_BLOCK) * segments * operation.segment_groups * group * bytes
    let packed = memory.allocate(UInt8.self, size)
    parameters.weight.elements.withUnsafeBufferPointer { weights in
      ck_pack(
        weights.baseAddress! + range.lowerBound * perChannel, range.count, segments, inputs, group, bytes, packed)
    }
    operation.weights = UnsafeRawPointer(packed)
  }

  /// The largest sum of the magnitudes of a channel's weights, which bounds sums.
  func largestMagnitude(_ parameters: QuantizedModel.Parameters) -> Int {
    let perChannel = parameters.weight.shape.count / parameters.scales.count
    return parameters.weight.elements.withUnsafeBufferPointer { weights in
      (0..<parameters.scales.count).map {
        Int(ck_sum_weights(weights.baseAddress! + $0 * perChannel, perChannel).magnitude)
      }.max()!
    }
  }

  /// Packs the weights of all channels for a kernel of `side` x `side` taps, and biases and multipliers once more in
  /// its order.
  private mutating func setDepthwise(_ operation: inout ck_conv, _ weights: [Int8], side: Int, _ kernel: Kernel) {
    let (chunk, bytes) = (Int(kernel.record.group), Int(kernel.record.weight_bytes))
    operation.segment_groups = ck_depthwise_chunks(side, operation.channels, chunk)
    let places = operation.segment_groups * chunk
    let packed = memory.allocate(UInt8.self, places * ck_depthwise_weights(side, bytes) * bytes)
    let (bias, multipliers) = (memory.allocate(Int32.self, places), memory.allocate(Float.self, places))
    weights.withUnsafeBufferPointer {
      ck_pack_depthwise(
        side, $0.baseAddress!, operation.bias, operation.requantization.multipliers, operation.channels, chunk, bytes,
        packed, bias, multipliers)
    }
    operation.weights = UnsafeRawPointer(packed)
    operation.bias = UnsafePointer(bias)
    operation.requantization.multipliers = UnsafePointer(multipliers)
  }

  /// Adds a fully connected layer.
  mutating func addDense(_ index: Int, _ dense: Operator.Dense) throws(RuntimeError) {
    if !readsOrMakesWords(index), let chain = chain(before: index, dense) {
      return try addDense(index, dense, to: chain)
    }
    let node = graph.nodes[index]
    let ofWords = readsOrMakesWords(index)
    let kernel = try kernel(ofWords ? .dense16 : .dense)
    let inputs = check.shapes[node.inputs[0]].count
    let place = ofWords ? try words(of: node.inputs[0], node: index) : try codes(of: node.inputs[0])
    let alignment = Int(ofWords ? CK_DENSE16_ALIGNMENT : CK_DENSE_ALIGNMENT)
    var operation = ck_dense()
    operation.row_bytes = (inputs + alignment - 1) / alignment * alignment
    let weights = memory.allocate(Int8.self, operation.row_bytes * dense.outputs)
    model.parameters[index]!.weight.elements.withUnsafeBufferPointer { source in
      for output in 0..<dense.outputs {
        let row = weights + output * operation.row_bytes
        row.initialize(from: source.baseAddress! + output * inputs, count: inputs)
        (row + inputs).initialize(repeating: 0, count: operation.row_bytes - inputs)
      }
    }
    operation.weights = UnsafePointer(weights)
    (operation.bias, operation.requantization.multipliers) = biasAndMultipliers(
      index, 0..<dense.outputs, capacity: dense.outputs)
    operation.requantization.setClamp(
      dense.activation, model.quantization[index + 1], largestProduct: largestProduct(index))
    operation.io.accumulators = accumulators(for: index + 1)
    let output = operation.io.accumulators == nil ? newValue(index + 1) : .nowhere
    let kept = memory.keep(operation)
    link(io(kept), input: place, output: output)
    add(
      node.name, kernel, kept, node: index, rows: dense.outputs, alignment: Int(CK_DENSE_STEP),
      work: inputs * dense.outputs, multiplyAdds: inputs * dense.outputs)
  }
}
