import CInt8Kernels
import Models
import Numerics

extension PlanBuilder {
  /// Adds a convolution, with the max pooling that follows it where both can be one pass. Returns the nodes covered.
  mutating func addConvolution(_ index: Int, _ conv: Operator.Convolution) throws(RuntimeError) -> Int {
    let pooled = fusesPooling(after: index, conv)
    let node = graph.nodes[index]
    let input = check.shapes[node.inputs[0]]
    let result = index + (pooled ? 2 : 1)
    let isDepthwise = conv.isDepthwise(inputChannels: input[2])
    var kernel = try kernel(isDepthwise ? .depthwise : pooled ? .convolutionMaxPool : .convolution)
    let specials = isDepthwise ? specialDepthwiseKernels(conv) : specialKernels(index, conv, pooled: pooled)
    if let special = table.best(of: specials), special.isa.rawValue >= kernel.isa.rawValue { kernel = special }

    let padding = conv.window.padding
    let width = input[1] + padding.left + padding.right
    let bytes = kernel.activationBytes
    var place = places[node.inputs[0]]
    if kernel.operation == .rgbConvolutionMaxPool || kernel.operation == .winogradRGBMaxPool {
      // Where a pixel is not its own code, the picture becomes codes first.
      if StoredCode.offset != 128 { place = try codes(of: node.inputs[0]) }
    } else if place == .pixels || padding != .none || bytes != 1 || kernel.operation == .winograd {
      let preparation = try self.kernel(.prepare)
      // Winograd's tiles may read a row and a pixel more.
      let rows = input[0] + padding.top + padding.bottom + (kernel.operation == .winograd ? 2 : 0)
      let framed = newBuffer("\(node.name) frame", bytes: rows * width * input[2] * bytes)
      addPreparation(
        "\(node.name) frame", preparation, from: place, value: node.inputs[0], padding: padding, widening: bytes == 2,
        to: framed, node: index)
      place = framed
    }

    var name = node.name
    if pooled { name += "+" + graph.nodes[index + 1].name }
    let sums = accumulators(for: result)
    let output = sums == nil ? newValue(result) : .nowhere
    let outputShape = check.shapes[result]
    let groups = isDepthwise ? 1 : conv.groups
    // Where a window is a pixel, rows may end anywhere.
    let isPointwise = conv.window == .init(1, 1) && !pooled
    let columns = isPointwise ? pointwiseColumns(outputShape) : outputShape[1]
    let multiplyAdds = outputOf(index).count / conv.outputChannels * model.parameters[index]!.weight.shape.count
    let segments = segments(conv, rowBytes: width * input[2] * bytes, pixelBytes: input[2] * bytes)
    let isBounded = hasBoundedProducts(index)
    let computesTwoRows =
      kernel.operation == .winograd || kernel.operation == .depthwise3x3 && conv.window.stride == 1
    for group in 0..<groups {
      var operation = ck_conv()
      operation.input_row = conv.window.stride * (isPointwise ? columns : width) * input[2] * bytes
      operation.input_pixel = conv.window.stride * input[2] * bytes
      (operation.segments, operation.segment_count) = segments
      let channels = conv.outputChannels / groups
      setChannels(&operation, index, kernel, isDepthwise: isDepthwise, range: group * channels..<(group + 1) * channels)
      operation.columns = columns
      operation.output_row = columns * outputShape[2]
      operation.output_pixel = outputShape[2]
      operation.io.accumulators = sums.map { $0 + group * channels }
      operation.requantization.setClamp(
        node.operator.activation, model.quantization[index + 1], isBounded: isBounded)
      let kept = memory.keep(operation)
      link(
        UnsafeMutableRawPointer(kept).assumingMemoryBound(to: ck_io.self), input: place,
        inputOffset: isDepthwise ? 0 : group * (input[2] / groups) * bytes, output: output,
        outputOffset: group * channels)
      add(
        groups == 1 ? name : "\(name) group \(group)", kernel, kept, node: result - 1,
        rows: outputShape[0] * outputShape[1] / columns,
        alignment: computesTwoRows ? 2 : 1,
        work: multiplyAdds / groups, multiplyAdds: multiplyAdds / groups)
      guard groups == 1, sums == nil, columns == outputShape[1], kernel.operation != .winograd else { continue }
      let rowsAcross = pooled ? 2 : 1
      steps[steps.count - 1].rows = RowUse(
        operation: kept, inputValue: node.inputs[0], value: result, input: place, output: output,
        stride: conv.window.stride * rowsAcross,
        window: (conv.window.height - 1) * conv.dilation + 1 + (rowsAcross - 1) * conv.window.stride)
    }
    return pooled ? 2 : 1
  }

  /// How many pixels make a row, if it can be any number: long rows end in fewer tiles that are not whole, but each
  /// thread gets one at least, and what one reads stays in the nearest cache.
  private func pointwiseColumns(_ shape: Shape) -> Int {
    let pixels = shape[0] * shape[1]
    let columns = (1...128).last { pixels % $0 == 0 && pixels / $0 >= threads } ?? 1
    return max(columns, shape[1])
  }

  private func outputOf(_ index: Int) -> Shape { check.shapes[index + 1] }

  /// Whether the pooling after a convolution joins its pass: 2x2 windows side by side that alone read the result, and
  /// the same scale on both sides.
  private func fusesPooling(after index: Int, _ conv: Operator.Convolution) -> Bool {
    guard !keepsAll, conv.groups == 1, index + 1 < graph.nodes.count else { return false }
    guard case .maxPool2D(let window) = graph.nodes[index + 1].operator else { return false }
    return window == .init(2, 2, stride: 2) && check.readers[index + 1] == 1
      && graph.nodes[index + 1].inputs == [index + 1] && !graph.isOutput(index + 1)
      && model.quantization[index + 1] == model.quantization[index + 2]
  }

  /// The operations of kernels for 3x3 windows that can compute a convolution.
  private func specialKernels(_ index: Int, _ conv: Operator.Convolution, pooled: Bool) -> [Kernel.Operation] {
    let window = conv.window
    guard window.height == 3, window.width == 3, window.stride == 1, conv.dilation == 1, conv.groups == 1 else {
      return []
    }
    let value = graph.nodes[index].inputs[0]
    let channels = check.shapes[value][2]
    if !pooled { return 8...Int(CK_WINOGRAD_INPUTS) ~= channels ? [.winograd] : [] }
    if window.padding == .none, places[value] == .pixels, channels == 3 {
      return [.winogradRGBMaxPool, .rgbConvolutionMaxPool]
    }
    return 8...Int(CK_WINOGRAD_INPUTS) ~= channels ? [.winogradMaxPool] : []
  }

  private func specialDepthwiseKernels(_ conv: Operator.Convolution) -> [Kernel.Operation] {
    let window = conv.window
    guard window.height == 3, window.width == 3, conv.dilation == 1, let kernel = table.best(.depthwise3x3) else {
      return []
    }
    // Windows that move by 2 take a pixel at a time unless it has a half or a quarter of a vector's channels.
    let fills = 4 * conv.outputChannels >= Int(kernel.record.group)
    return window.stride == 1 || window.stride == 2 && fills ? [.depthwise3x3] : []
  }

  /// Without dilation and groups, the taps of a window's row lie side by side and form one segment.
  private func segments(
    _ conv: Operator.Convolution, rowBytes: Int, pixelBytes: Int
  ) -> (UnsafePointer<Int>, count: Int) {
    let window = conv.window
    var offsets: [Int] = []
    for row in 0..<window.height {
      let start = row * conv.dilation * rowBytes
      if conv.dilation == 1, conv.groups == 1 {
        offsets.append(start)
      } else {
        offsets += (0..<window.width).map { start + $0 * conv.dilation * pixelBytes }
      }
    }
    return (UnsafePointer(memory.copy(offsets)), offsets.count)
  }

  /// Packs the weights, biases and multipliers of a range of output channels.
  private mutating func setChannels(
    _ operation: inout ck_conv, _ index: Int, _ kernel: Kernel, isDepthwise: Bool, range: Range<Int>
  ) {
    let parameters = model.parameters[index]!
    let perChannel = parameters.weight.shape.count / parameters.scales.count
    let blocks = (range.count + Int(CK_BLOCK) - 1) / Int(CK_BLOCK)
    operation.channels = range.count
    (operation.bias, operation.requantization.multipliers) = biasAndMultipliers(
      index, range, capacity: blocks * Int(CK_BLOCK))
    if kernel.operation == .depthwise3x3 {
      setDepthwise3x3(&operation, parameters.weight.elements, kernel)
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
    if [.winograd, .winogradMaxPool, .winogradRGBMaxPool].contains(kernel.operation) {
      let inputs = perChannel / 9
      operation.segment_count = 16
      operation.segment_groups = (inputs + group - 1) / group
      let packed = memory.allocate(
        Int16.self, blocks * operation.segment_count * operation.segment_groups * group * Int(CK_BLOCK))
      parameters.weight.elements.withUnsafeBufferPointer {
        ck_pack_winograd($0.baseAddress!, range.count, inputs, group, packed)
      }
      operation.weights = UnsafeRawPointer(packed)
      return
    }
    let segments = operation.segment_count
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

  /// Packs the weights of all channels for a kernel of 3x3 taps, and biases and multipliers once more in its order.
  private mutating func setDepthwise3x3(_ operation: inout ck_conv, _ weights: [Int8], _ kernel: Kernel) {
    let (chunk, bytes) = (Int(kernel.record.group), Int(kernel.record.weight_bytes))
    operation.segment_groups = ck_depthwise3x3_chunks(operation.channels, chunk)
    let places = operation.segment_groups * chunk
    let packed = memory.allocate(UInt8.self, places * Int(CK_DEPTHWISE3X3_WEIGHTS) * bytes)
    let (bias, multipliers) = (memory.allocate(Int32.self, places), memory.allocate(Float.self, places))
    weights.withUnsafeBufferPointer {
      ck_pack_depthwise3x3(
        $0.baseAddress!, operation.bias, operation.requantization.multipliers, operation.channels, chunk, bytes, packed,
        bias, multipliers)
    }
    operation.weights = UnsafeRawPointer(packed)
    operation.bias = UnsafePointer(bias)
    operation.requantization.multipliers = UnsafePointer(multipliers)
  }

  /// Adds a fully connected layer.
  mutating func addDense(_ index: Int, _ dense: Operator.Dense) throws(RuntimeError) {
    if let chain = chain(before: index, dense) { return try addDense(index, dense, to: chain) }
    let node = graph.nodes[index]
    let kernel = try kernel(.dense)
    let inputs = check.shapes[node.inputs[0]].count
    let place = try codes(of: node.inputs[0])
    let alignment = Int(CK_DENSE_ALIGNMENT)
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
      dense.activation, model.quantization[index + 1], isBounded: hasBoundedProducts(index))
    operation.io.accumulators = accumulators(for: index + 1)
    let output = operation.io.accumulators == nil ? newValue(index + 1) : .nowhere
    let kept = memory.keep(operation)
    link(UnsafeMutableRawPointer(kept).assumingMemoryBound(to: ck_io.self), input: place, output: output)
    add(
      node.name, kernel, kept, node: index, rows: dense.outputs, alignment: Int(CK_DENSE_STEP),
      work: inputs * dense.outputs, multiplyAdds: inputs * dense.outputs)
  }

  /// Biases with the zero point's term of equation (2) folded in, and the multipliers of equation (3).
  mutating func biasAndMultipliers(
    _ index: Int, _ range: Range<Int>, capacity: Int
  ) -> (UnsafePointer<Int32>, UnsafePointer<Float>) {
    let parameters = model.parameters[index]!
    let input = model.quantization[graph.nodes[index].inputs[0]]
    let output = model.quantization[index + 1]
    let zeroPoint = Int64(StoredCode.stored(input.zeroPoint))
    // The folded bias may leave 32 bits; it wraps around, and so does the sum that it meets.
    let biases = range.map { channel in
      Int32(truncatingIfNeeded: Int64(parameters.bias.elements[channel]) - zeroPoint * check.sums[index][channel].sum)
    }
    let multipliers = range.map { channel in
      requantizationMultiplier(input: input.scale, weight: parameters.scales[channel], output: output.scale)
    }
    return (
      UnsafePointer(memory.copy(biases, capacity: capacity)),
      UnsafePointer(memory.copy(multipliers, capacity: capacity))
    )
  }

  /// Whether no accumulator times its multiplier leaves 32 bits, whatever the input.
  func hasBoundedProducts(_ index: Int) -> Bool {
    let parameters = model.parameters[index]!
    let input = model.quantization[graph.nodes[index].inputs[0]]
    let output = model.quantization[index + 1]
    return parameters.scales.indices.allSatisfy { channel in
      let bound = Int64(parameters.bias.elements[channel].magnitude) + check.sums[index][channel].magnitude * 255
      let multiplier = requantizationMultiplier(
        input: input.scale, weight: parameters.scales[channel], output: output.scale)
      return Float(bound) * multiplier < 0x1p30
    }
  }
}

extension ck_requantization {
  /// Equation (4) in stored codes.
  mutating func setClamp(_ activation: Operator.Activation, _ output: QuantizationParameters, isBounded: Bool) {
    zero_point = StoredCode.stored(output.zeroPoint)
    (low, high) = StoredCode.clamp(activation, output)
    bounded = isBounded ? 1 : 0
    plain =
      isBounded && output.zeroPoint == -128 && low == StoredCode.stored(-128) && high == StoredCode.stored(127) ? 1 : 0
  }
}
