import CInt8Kernels
import Models
import Numerics

/// Turns a checked model into steps: which kernel computes what, from where to where.
///
/// Buffers get their addresses last, when the life of each is known; until then a step's pointers are remembered as
/// links.
struct PlanBuilder {
  /// Where a value lies.
  enum Place: Hashable {
    /// The caller's pixels.
    case pixels
    /// A buffer of the arena.
    case buffer(Int)
    /// Nowhere: fused away, or it leaves as accumulators.
    case nowhere
  }

  /// A pointer of an operation that waits for its buffer's address.
  struct Link {
    var field: UnsafeMutablePointer<UnsafeRawPointer?>
    var place: Place
    var offset: Int
  }

  /// A step and what people read about it.
  struct Step {
    var name: String
    var kernel: Kernel
    var reason: String
    var multiplyAdds: Int
    /// What one thread takes, by the order of magnitude.
    var microseconds: Double
    var step: ck_step
    /// In how many pieces a thread takes its share.
    var pieces: Int
    /// The last node that it computes.
    var node: Int
    /// What it needs to know to run in bands, where it can.
    var rows: RowUse?
    /// What it needs to know to join a pass, where it can.
    var span: RowSpan?
  }

  let check: ModelCheck
  let table: KernelTable
  let threads: Int
  let keepsAll: Bool
  let memory = PackedMemory()
  var steps: [Step] = []
  var chains: [Chain] = []
  var links: [Link] = []
  var buffers: [MemoryPlan.Buffer] = []
  var places: [Place]
  /// By value, of those that lie in a frame; empty before that is known.
  var layouts: [RowLayout?] = []
  var accumulators: [Int: UnsafeMutablePointer<Int32>] = [:]

  var model: QuantizedModel { check.model }
  var graph: Graph { check.model.description.graph }

  init(_ check: ModelCheck, table: KernelTable, threads: Int, keepsAll: Bool) throws(RuntimeError) {
    self.check = check
    self.table = table
    self.threads = threads
    self.keepsAll = keepsAll
    places = [Place](repeating: .nowhere, count: check.shapes.count)
    places[0] = .pixels
    layouts = try planFrames()
    if keepsAll { _ = try codes(of: 0) }
    var index = 0
    while index < graph.nodes.count { index += try addNode(index) }
    joinPasses()
  }

  /// Adds the steps of a node, and returns how many nodes they cover.
  private mutating func addNode(_ index: Int) throws(RuntimeError) -> Int {
    let node = graph.nodes[index]
    switch node.operator {
    case .conv2D(let conv): return try addConvolution(index, conv)
    case .dense(let dense): try addDense(index, dense)
    default: try readsOrMakesWords(index) ? addOfWords(index) : addOfCodes(index)
    }
    return 1
  }

  /// Adds the steps of a node without weights whose values all have codes of 8 bits.
  private mutating func addOfCodes(_ index: Int) throws(RuntimeError) {
    let node = graph.nodes[index]
    switch node.operator {
    case .conv2D, .dense: break
    case .maxPool2D(let window): try addPool(index, window, .maxPool)
    case .averagePool2D(let window): try addPool(index, window, .averagePool)
    case .globalAveragePool:
      let shape = check.shapes[node.inputs[0]]
      try addPool(index, .init(shape[0], shape[1]), .averagePool)
    case .add(let activation): try addPair(index, activation, .add)
    case .multiply(let activation): try addPair(index, activation, .multiply)
    case .concatenate: try addConcatenation(index)
    case .upsampleNearest(let factor): try addUpsampling(index, factor)
    case .resize(let resize): try addResizing(index, resize)
    case .rearrange(let arrangement): try addRearrangement(index, arrangement)
    case .function(let function):
      let parameters = model.quantization
      try addMap(index, StoredCode.table(of: function, parameters[node.inputs[0]], to: parameters[index + 1]))
    case .flatten, .reshape:
      let parameters = model.quantization
      if let rescaling = StoredCode.rescaling(parameters[node.inputs[0]], to: parameters[index + 1]) {
        try addMap(index, rescaling)
      } else {
        places[index + 1] = try codes(of: node.inputs[0])
      }
    }
  }

  // MARK: Buffers

  /// A new buffer, born at the step that is added next.
  mutating func newBuffer(_ name: String, bytes: Int) -> Place {
    buffers.append(.init(name: name, bytes: bytes + Int(CK_SLACK), first: steps.count, last: steps.count))
    return .buffer(buffers.count - 1)
  }

  /// The buffer for a value's codes.
  mutating func newValue(_ value: Int) -> Place {
    let bytes = model.quantization[value].isSixteenBits ? 2 : 1
    let place = newBuffer(graph.valueName(value), bytes: layout(of: value).bytes * bytes)
    places[value] = place
    return place
  }

  /// Where a value's codes lie with slack behind them; pixels are copied into the arena first.
  mutating func codes(of value: Int) throws(RuntimeError) -> Place {
    guard places[value] == .pixels else { return places[value] }
    let kernel = try kernel(.prepare)
    let place = newBuffer("input", bytes: graph.input.count)
    addPreparation("input", kernel, from: .pixels, value: value, padding: .none, widening: false, to: place, node: 0)
    places[value] = place
    return place
  }

  /// Remembers that a field of an operation points into a place; the place lives at least until this step.
  mutating func link(_ field: UnsafeMutablePointer<UnsafeRawPointer?>, _ place: Place, offset: Int = 0) {
    links.append(Link(field: field, place: place, offset: offset))
    if case .buffer(let index) = place {
      let buffer = buffers[index]
      let last = keepsAll ? Int.max : steps.count
      buffers[index] = .init(name: buffer.name, bytes: buffer.bytes, first: buffer.first, last: last)
    }
  }

  /// Links an operation's input and output.
  mutating func link(
    _ io: UnsafeMutablePointer<ck_io>, input: Place, inputOffset: Int = 0, output: Place, outputOffset: Int = 0
  ) {
    let raw = UnsafeMutableRawPointer(io)
    func field(_ offset: Int) -> UnsafeMutablePointer<UnsafeRawPointer?> {
      (raw + offset).assumingMemoryBound(to: UnsafeRawPointer?.self)
    }
    link(field(Int(CK_IO_INPUT)), input, offset: inputOffset)
    link(field(Int(CK_IO_OUTPUT)), output, offset: outputOffset)
  }

  // MARK: Steps

  /// The best kernel of an operation.
  func kernel(_ operation: Kernel.Operation) throws(RuntimeError) -> Kernel {
    if let error = ISA.limitError { throw RuntimeError("engine", error) }
    guard let kernel = table.best(operation) else {
      throw RuntimeError("engine", "there is no kernel for \(operation)")
    }
    return kernel
  }

  /// Adds a step whose operation's first member is a `ck_io`.
  ///
  /// - Parameters:
  ///   - rows: what the kernel's range counts.
  ///   - alignment: threads' parts start at multiples of it.
  ///   - frame: the border around what the operation writes.
  ///   - work: multiply-adds or bytes moved; little work is not cut up.
  mutating func add<Operation>(
    _ name: String, _ kernel: Kernel, _ operation: UnsafeMutablePointer<Operation>, node: Int, rows: Int,
    alignment: Int = 1, frame: UnsafePointer<ck_frame>? = nil, work: Int, multiplyAdds: Int = 0
  ) {
    let most = (rows + alignment - 1) / alignment
    let speed = speed(of: kernel, isMultiplying: multiplyAdds > 0)
    // The least work worth a part of its own: smaller parts would wait longer than they compute. Bytes moved: few,
    // since a thread that moves what another wrote waits for each cache line of it, which takes longer than to meet.
    let grain = multiplyAdds > 0 ? speed * 3 / 2 : 1 << 10
    let pieces = max(1, min(4, work / (grain * threads), most / threads))
    // Fine enough for shares of any size, which are the same of all layers: a thread has the same rows in its cache.
    let parts = threads == 1 || work < 2 * grain ? 1 : min(most, Self.partsForEach * threads)
    let step = ck_step(
      run: kernel.record.run, operation: UnsafeRawPointer(operation), rows: rows, parts: parts, alignment: alignment,
      frame: frame)
    steps.append(
      Step(
        name: name, kernel: kernel, reason: table.reason(for: kernel), multiplyAdds: multiplyAdds,
        microseconds: Double(work) / Double(speed), step: step, pieces: pieces, node: node))
  }

  /// In how many parts at most the work of one thread is cut up.
  static var partsForEach: Int { 32 }

  /// Multiply-adds in a microsecond, or bytes moved.
  private func speed(of kernel: Kernel, isMultiplying: Bool) -> Int {
    guard isMultiplying else { return kernel.isa == .scalar ? 2000 : 10_000 }
    let isThin = [.depthwise, .depthwise3x3, .depthwise3x3MaxPool, .depthwise5x5].contains(kernel.operation)
    return kernel.isa.multiplyAddsPerMicrosecond / (isThin ? 4 : 1)
  }

  /// Memory for the raw accumulators of an output, or nil for a value that becomes codes.
  mutating func accumulators(for value: Int) -> UnsafeMutablePointer<Int32>? {
    guard graph.isOutput(value) else { return nil }
    if let present = accumulators[value] { return present }
    let sums = memory.allocate(Int32.self, check.shapes[value].count)
    sums.initialize(repeating: 0, count: check.shapes[value].count)
    accumulators[value] = sums
    return sums
  }

  /// The operation that copies a value into a frame of border codes, widened where the kernel wants that.
  mutating func addPreparation(
    _ name: String, _ kernel: Kernel, from place: Place, value: Int, padding: Operator.Padding, widening: Bool,
    to output: Place, node: Int
  ) {
    let shape = check.shapes[value]
    var prepare = ck_prepare()
    (prepare.height, prepare.width, prepare.channels) = (shape[0], shape[1], shape[2])
    (prepare.pad_top, prepare.pad_left, prepare.pad_right) = (padding.top, padding.left, padding.right)
    prepare.border = StoredCode.stored(model.quantization[value].zeroPoint)
    prepare.widen = widening ? 1 : 0
    prepare.from_pixels = place == .pixels ? 1 : 0
    let operation = memory.keep(prepare)
    link(io(operation), input: place, output: output)
    add(
      name, kernel, operation, node: node, rows: shape[0] + padding.top + padding.bottom, work: shape.count)
  }
}
