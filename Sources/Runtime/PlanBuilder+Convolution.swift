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
    let kernel = try convolutionKernel(index, conv, pooled: pooled)

    let padding = conv.window.padding
    let layout = layout(of: node.inputs[0])
    var rowBytes = (input[1] + padding.left + padding.right) * input[2] * kernel.activationBytes
    let bytes = kernel.activationBytes
    var place = places[node.inputs[0]]
    var start = 0
    let further = Self.furtherRows(kernel)
    let ofWords = readsOrMakesWords(index)
    if ofWords {
      place = try words(of: node.inputs[0], padding: padding, node: index)
    } else if kernel.operation == .rgbConvolutionMaxPool || kernel.operation == .winograd4RGBMaxPool {
      // Where a pixel is not its own code, the picture becomes codes first.
      if StoredCode.offset != 128 { place = try codes(of: node.inputs[0]) }
    } else if layout.isFramed {
      rowBytes = layout.row
      start = layout.start - padding.top * layout.row - padding.left * input[2]
    } else if place == .pixels || padding != .none || bytes != 1 || layout.further < further {
      let preparation = try self.kernel(.prepare)
      let rows = input[0] + padding.top + padding.bottom + further
      let framed = newBuffer("\(node.name) frame", bytes: rows * rowBytes)
      addPreparation(
        "\(node.name) frame", preparation, from: place, value: node.inputs[0], padding: padding, widening: bytes == 2,
        to: framed, node: index)
      place = framed
    }

    let name = pooled ? node.name + "+" + graph.nodes[index + 1].name : node.name
    let sums = accumulators(for: result)
    let output = sums == nil ? newValue(result) : .nowhere
    let outputShape = check.shapes[result]
    let groups = isDepthwise ? 1 : conv.groups
    // Where a window is a pixel, rows may end anywhere.
    let outputLayout = self.layout(of: result)
    let joinsRows = isPointwise(conv) && !pooled && !layout.isFramed && !outputLayout.isFramed
    let columns = joinsRows ? pointwiseColumns(outputShape) : outputShape[1]
    let border = border(around: result)
    let multiplyAdds = outputOf(index).count / conv.outputChannels * model.parameters[index]!.weight.shape.count
    // A result takes about as long as so many products more: what counts where windows hold few inputs.
    let work = isDepthwise ? multiplyAdds : multiplyAdds + 16 * outputOf(index).count
    let segments = segments(conv, rowBytes: rowBytes, pixelBytes: input[2] * bytes)
    let largestProduct = self.largestProduct(index)
    // Tiles of results lie in one part.
    let tile = rowsAtOnce(kernel, columns: columns, stride: conv.window.stride)
    let alignment = pooled ? max(tile / 2, 1) : tile
    for group in 0..<groups {
      var operation = ck_conv()
      operation.input_row = conv.window.stride * (joinsRows ? columns * input[2] * bytes : rowBytes)
      operation.input_pixel = conv.window.stride * input[2] * bytes
      (operation.segments, operation.segment_count) = segments
      let channels = conv.outputChannels / groups
      setChannels(&operation, index, kernel, isDepthwise: isDepthwise, range: group * channels..<(group + 1) * channels)
      operation.columns = columns
      operation.output_row = outputLayout.isFramed ? outputLayout.row : columns * outputShape[2]
      operation.output_pixel = outputShape[2]
      operation.io.accumulators = sums.map { $0 + group * channels }
      operation.requantization.setClamp(
        node.operator.activation, model.quantization[index + 1], largestProduct: largestProduct)
      let kept = memory.keep(operation)
      link(
        io(kept), input: place,
        inputOffset: start + (isDepthwise ? 0 : group * (input[2] / groups) * bytes), output: output,
        outputOffset: outputLayout.start + group * channels * (model.quantization[result].isSixteenBits ? 2 : 1))
      add(
        groups == 1 ? name : "\(name) group \(group)", kernel, kept, node: result - 1,
        rows: outputShape[0] * outputShape[1] / columns,
        alignment: alignment, frame: group == 0 ? border : nil,
        work: work / groups, multiplyAdds: multiplyAdds / groups)
      if kernel.tileSide == 1, isTransformable(index, conv), table.best(.winograd4) != nil {
        let why = whyNotTransformed(conv) ?? "tiles of 2x2 would take longer"
        steps[steps.count - 1].reason += ", where Winograd's \(why)"
      }
      guard !ofWords, groups == 1, sums == nil else { continue }
      steps[steps.count - 1].span = RowSpan(
        height: outputShape[0], inputs: node.inputs, value: result,
        local: isPointwise(conv) ? (1, pooled ? 2 : 1) : nil)
      guard columns == outputShape[1], !layout.isFramed, !outputLayout.isFramed
      else { continue }
      let rowsAcross = pooled ? 2 : 1
      steps[steps.count - 1].rows = RowUse(
        operation: kept, inputValue: node.inputs[0], value: result, input: place, output: output,
        stride: conv.window.stride * rowsAcross,
        window: (conv.window.height - 1) * conv.dilation + 1 + (rowsAcross - 1) * conv.window.stride,
        alignment: alignment, further: further)
    }
    return pooled ? 2 : 1
  }

  /// The kernel that computes a convolution.
  func convolutionKernel(_ index: Int, _ conv: Operator.Convolution, pooled: Bool) throws(RuntimeError) -> Kernel {
    let isDepthwise = conv.isDepthwise(inputChannels: check.shapes[graph.nodes[index].inputs[0]][2])
    if readsOrMakesWords(index) {
      return try kernel(isDepthwise ? .depthwise16 : pooled ? .convolution16MaxPool : .convolution16)
    }
    if isDepthwise, pooled { return try self.kernel(.depthwise3x3MaxPool) }
    let kernel = try kernel(isDepthwise ? .depthwise : pooled ? .convolutionMaxPool : .convolution)
    var specials = isDepthwise ? specialDepthwiseKernels(conv) : specialKernels(index, conv, pooled: pooled)
    if !isDepthwise, gatheringPays(index, conv, for: kernel) {
      specials.append(pooled ? .convolutionGatheredMaxPool : .convolutionGathered)
    }
    // Half of a vector of sums would be idle, whatever else saves products. Of shorter rows the others compute two.
    let isOfEight = conv.outputChannels / conv.groups <= 8 && outputOf(index)[1] >= (pooled ? 16 : 8)
    if isOfEight, !isDepthwise { specials.insert(pooled ? .convolutionEightMaxPool : .convolutionEight, at: 0) }
    guard let special = table.best(of: specials) else { return kernel }
    // smmla takes eight inputs at a time: nine of a row of three pixels fill half of what it multiplies, so that the
    // kernel of the dot products is the faster one for the first layer.
    let outdoes = kernel.isa == .neonI8MM && special.isa == .neonDotprod && special.operation == .rgbConvolutionMaxPool
    return special.isa.rawValue >= kernel.isa.rawValue || outdoes ? special : kernel
  }

  /// Rows of results that a kernel computes together at best, before pooling.
  private func rowsAtOnce(_ kernel: Kernel, columns: Int, stride: Int) -> Int {
    switch kernel.operation {
    case .depthwise3x3, .depthwise5x5: stride == 1 ? 2 : 1
    case .convolution: kernel.isa == .avx512VNNI && columns < Int(CK_SHORT_ROW) ? 2 : 1
    default: kernel.tileSide
    }
  }

  /// How many pixels make a row, if it can be any number: long rows end in fewer tiles that are not whole, but each
  /// thread gets one at least, and what one reads stays in the nearest cache. Best are whole rows of the picture, so
  /// that others can be computed in one pass with them.
  private func pointwiseColumns(_ shape: Shape) -> Int {
    let (longest, enough) = (128, 48)
    let (height, width) = (shape[0], shape[1])
    let rows = (1...max(1, longest / width)).last { height % $0 == 0 && isBalanced(height, by: $0) }
    if let rows, rows * width >= enough { return rows * width }
    let pixels = height * width
    let columns = (1...longest).last { pixels % $0 == 0 && pixels / $0 >= threads } ?? 1
    return max(columns, width)
  }

  private func outputOf(_ index: Int) -> Shape { check.shapes[index + 1] }

  /// Whether the pooling after a convolution joins its pass: 2x2 windows side by side that alone read the result, and
  /// the same scale on both sides.
  func fusesPooling(after index: Int, _ conv: Operator.Convolution) -> Bool {
    guard !keepsAll, index + 1 < graph.nodes.count else { return false }
    guard conv.groups == 1 || poolsDepthwise(index, conv) else { return false }
    guard case .maxPool2D(let window) = graph.nodes[index + 1].operator else { return false }
    return window == .init(2, 2, stride: 2) && check.readers[index + 1] == 1
      && graph.nodes[index + 1].inputs == [index + 1] && !graph.isOutput(index + 1)
      && model.quantization[index + 1] == model.quantization[index + 2]
  }

  /// Whether a depthwise convolution has a kernel that pools.
  private func poolsDepthwise(_ index: Int, _ conv: Operator.Convolution) -> Bool {
    guard specialDepthwiseKernels(conv) == [.depthwise3x3], conv.window.stride == 1, !readsOrMakesWords(index),
      conv.isDepthwise(inputChannels: check.shapes[graph.nodes[index].inputs[0]][2]),
      let kernel = table.best(.depthwise3x3MaxPool)
    else { return false }
    let (channels, chunk) = (conv.outputChannels, Int(kernel.record.group))
    return channels >= chunk || channels >= 16 && (2 * channels == chunk || 4 * channels == chunk)
  }

  /// The operations of kernels for 3x3 windows that can compute a convolution.
  private func specialKernels(_ index: Int, _ conv: Operator.Convolution, pooled: Bool) -> [Kernel.Operation] {
    let window = conv.window
    guard isSquareOfThree(conv) else { return [] }
    let value = graph.nodes[index].inputs[0]
    let channels = check.shapes[value][2]
    if window.padding == .none, pooled, places[value] == .pixels, channels == 3 {
      return [.winograd4RGBMaxPool, .rgbConvolutionMaxPool]
    }
    guard isTransformable(index, conv), whyNotTransformed(conv) == nil else { return [] }
    let small: Kernel.Operation = pooled ? .winogradMaxPool : .winograd
    let large: Kernel.Operation = pooled ? .winograd4MaxPool : .winograd4
    // Where inputs are transformed 32 at a time, 8 are too few.
    guard channels >= 16 || table.best(large)?.isa != .avx512VNNI else { return [small] }
    return largeTilesPay(index, conv) ? [large, small] : [small]
  }

  private func isSquareOfThree(_ conv: Operator.Convolution) -> Bool {
    let window = conv.window
    return window.height == 3 && window.width == 3 && window.stride == 1 && conv.dilation == 1 && conv.groups == 1
  }

  /// Whether there are kernels of Winograd's that take a convolution's codes.
  private func isTransformable(_ index: Int, _ conv: Operator.Convolution) -> Bool {
    isSquareOfThree(conv) && !readsOrMakesWords(index)
      && 8...Int(CK_WINOGRAD_INPUTS) ~= check.shapes[graph.nodes[index].inputs[0]][2]
  }

  /// What of Winograd's takes longer than it saves, if anything does. Its kernels multiply whole blocks of 16 outputs.
  /// Dot products of bytes multiply twice as many as those of words, so that half of the saving is left, and where the
  /// same units add and multiply, transforming takes as long. On NEON they multiply four times as many.
  private func whyNotTransformed(_ conv: Operator.Convolution) -> String? {
    guard let kernel = table.best(.winograd4) else { return nil }
    if conv.outputChannels <= 8 { return "blocks of 16 outputs would be half empty" }
    let multipliesBytes = kernel.isa.rawValue < (table.best(.convolution)?.isa ?? .scalar).rawValue
    let addsInstead = kernel.isa == .avx512VNNI && !table.addsBesideProducts
    return multipliesBytes || addsInstead ? "tiles would take longer" : nil
  }

  /// Whether tiles of 4x4 results take less than those of 2x2. They need 36 products for 16 results and not 64, but
  /// weights of more than twice the size, which are loaded anew for each five tiles or so and weigh as much as two; and
  /// they have to leave each thread a row of tiles.
  private func largeTilesPay(_ index: Int, _ conv: Operator.Convolution) -> Bool {
    let shape = check.shapes[index + 1]
    func cost(side: Int) -> Int {
      let tiles = (shape[0] + side - 1) / side * ((shape[1] + side - 1) / side)
      return (side + 2) * (side + 2) * (tiles + 2 * ((tiles + 4) / 5))
    }
    guard cost(side: 4) < cost(side: 2), (shape[0] + 3) / 4 >= threads else { return false }
    return largestMagnitude(model.parameters[index]!) <= CK_WINOGRAD4_MAGNITUDE
  }

  /// Whether windows are gathered: where their runs of contiguous inputs, each of which fills whole groups of the
  /// kernel, take more instructions than copying them side by side. On NEON a group of four windows and four channels
  /// takes 56, and a run about three for each window.
  private func gatheringPays(_ index: Int, _ conv: Operator.Convolution, for kernel: Kernel) -> Bool {
    let group = Int(kernel.record.group)
    let inputs = model.parameters[index]!.weight.shape.count / conv.outputChannels
    let runs = conv.dilation == 1 && conv.groups == 1 ? conv.window.height : conv.window.height * conv.window.width
    func groups(_ count: Int) -> Int { (count + group - 1) / group }
    let saved = runs * groups(inputs / runs) - groups(inputs)
    let channels = (conv.outputChannels / conv.groups + 3) / 4
    return groups(inputs) * group <= Int(CK_GATHERED_BYTES) && 14 * saved * channels > 3 * runs + 5
  }

  private func specialDepthwiseKernels(_ conv: Operator.Convolution) -> [Kernel.Operation] {
    let window = conv.window
    guard window.height == window.width, conv.dilation == 1 else { return [] }
    if window.height == 5 { return [.depthwise5x5] }
    guard window.height == 3, let kernel = table.best(.depthwise3x3) else { return [] }
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
}
