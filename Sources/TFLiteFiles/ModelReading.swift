import Files

extension TFLiteModel {
  /// The most tensors, operators or buffers.
  static let most = 1 << 16

  /// Whether the file is TensorFlow Lite's by the identifier that it bears.
  public static func isOne(path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    return file.bytes.count >= 8 && file.bytes[4..<8].elementsEqual("TFL3".utf8)
  }

  /// Reads the file at `path`.
  ///
  /// - Throws: `FormatError` naming file, place and reason: what is no such file, breaks off, or breaks a limit.
  public init(path: String) throws(FormatError) {
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch { throw FormatError(error) }
    guard file.bytes.count >= 8, file.bytes[4..<8].elementsEqual("TFL3".utf8) else {
      throw FormatError(path: path, reason: "is no TensorFlow Lite model of version 3")
    }
    self.init(file: file)
    self.path = path
    var place = ""
    do throws(FlatBufferError) {
      try read(FlatBuffer(file.bytes), &place)
    } catch {
      throw FormatError(
        path: path, place: (place.isEmpty ? "" : place + ", ") + "byte \(error.offset)", reason: error.reason)
    }
    guard !operators.isEmpty else { throw FormatError(path: path, reason: "has no operators") }
  }

  private mutating func read(_ flat: FlatBuffer, _ place: inout String) throws(FlatBufferError) {
    let root = try flat.root()
    guard try root.integer(0, as: UInt32.self) == 3 else {
      throw root.failure("version \(try root.integer(0, as: UInt32.self)) of the format; version 3 is read")
    }
    description = try root.text(3)
    place = "buffers"
    let buffers = try Self.buffers(root)
    place = "operator codes"
    let codes = try root.tables(1, most: Self.most).map { (table) throws(FlatBufferError) in try OperatorCode(table) }
    place = ""
    let graphs = try root.tables(2, most: Self.most)
    guard let graph = graphs.first else { throw root.failure("no network in it") }
    subgraphs = graphs.count
    for (number, table) in try graph.tables(0, most: Self.most).enumerated() {
      place = "tensor \(number)"
      tensors.append(try Self.tensor(table, buffers))
    }
    place = "inputs and outputs"
    inputs = try checked(graph.integers(1, as: Int32.self), graph)
    outputs = try checked(graph.integers(2, as: Int32.self), graph)
    for (number, table) in try graph.tables(3, most: Self.most).enumerated() {
      place = "operator \(number)"
      let index = try table.integer(0, as: UInt32.self)
      guard index < codes.count else { throw table.failure("its kind is number \(index) of \(codes.count)") }
      operators.append(try step(table, codes[index]))
    }
    place = "metadata"
    for entry in try root.tables(6, most: Self.most) {
      let name = try entry.text(0)
      let index = try entry.integer(1, as: UInt32.self)
      guard index < buffers.count, let range = buffers[index] else { continue }
      if name == "min_runtime_version" {
        runtimeVersion = String(decoding: flat.bytes[range].prefix(32).prefix { $0 > 0x20 && $0 < 0x7F }, as: UTF8.self)
      } else if name == "TFLITE_METADATA" {
        metadata = try TFLiteMetadata(flat, in: range)
      }
    }
    metadata.addFiles(behind: flat.bytes)
    place = ""
  }

  /// Where the buffers of constants lie; nil for empty ones.
  private static func buffers(_ root: Table) throws(FlatBufferError) -> [Range<Int>?] {
    let end = root.buffer.bytes.count
    return try root.tables(4, most: most).map { (table) throws(FlatBufferError) in
      // Files beyond 2 GB have their data behind the FlatBuffer; 0 and 1 stand for none there.
      let (offset, size) = (try table.integer(1, as: UInt64.self), try table.integer(2, as: UInt64.self))
      if offset > 1 {
        guard offset <= end, size <= end - offset else { throw table.failure("a buffer beyond the file") }
        return size == 0 ? nil : offset..<offset + size
      }
      let range = try table.range(0)
      return range.isEmpty ? nil : range
    }
  }

  private static func tensor(_ table: Table, _ buffers: [Range<Int>?]) throws(FlatBufferError) -> Tensor {
    var tensor = Tensor()
    tensor.name = try table.text(3)
    let type = try table.integer(1, as: Int8.self)
    guard let element = TFLiteElement(rawValue: type) else {
      throw table.failure("elements of type \(type), which is not known")
    }
    tensor.element = element
    let shape = try table.integers(0, as: Int32.self)
    guard shape.count <= 16 else { throw table.failure("more than 16 dimensions") }
    var count = 1
    for extent in shape {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= 1 << 31 else {
        throw table.failure("dimensions \(shape), which no tensor has")
      }
      count = product
    }
    // A shape of nothing is a single number, or is not known, which only newer files tell apart.
    let hasRank = try table.integer(8, as: UInt8.self) != 0
    let isKnown = hasRank || !shape.isEmpty
    tensor.signature = try table.integers(7, as: Int32.self)
    if tensor.signature.count != shape.count { tensor.signature = shape }
    let number = try table.integer(2, as: UInt32.self)
    guard number < buffers.count else { throw table.failure("its data are buffer \(number) of \(buffers.count)") }
    tensor.isVariable = try table.integer(5, as: UInt8.self) != 0
    tensor.isSparse = try table.table(6) != nil
    // Number 0 is the empty buffer by convention.
    tensor.data = number == 0 ? nil : buffers[number]
    tensor.shape = isKnown || tensor.data != nil ? shape : nil
    if let data = tensor.data, let size = element.size, !tensor.isSparse {
      guard data.count == count * size else {
        throw table.failure("\(data.count) bytes for \(count) elements of \(size) bytes")
      }
    }
    tensor.quantization = try quantization(table, shape)
    return tensor
  }

  private static func quantization(_ tensor: Table, _ shape: [Int]) throws(FlatBufferError) -> Quantization? {
    guard let table = try tensor.table(4) else { return nil }
    guard try table.integer(4, as: UInt8.self) == 0 else { throw table.failure("a quantization of a kind not known") }
    let scales = try table.floats(2)
    guard !scales.isEmpty else { return nil }
    let zeroPoints = try table.integers(3, as: Int64.self)
    let axis = try table.integer(6, as: Int32.self)
    guard zeroPoints.isEmpty || zeroPoints.count == scales.count,
      scales.count == 1 || shape.indices.contains(axis) && shape[axis] == scales.count
    else { throw table.failure("\(scales.count) scales and \(zeroPoints.count) zero points for a shape of \(shape)") }
    guard scales.allSatisfy({ $0.isFinite && $0 >= 0 }) else { throw table.failure("a scale that is none") }
    return Quantization(
      scales: scales, zeroPoints: zeroPoints.isEmpty ? [Int](repeating: 0, count: scales.count) : zeroPoints,
      axis: axis)
  }

  private func step(_ table: Table, _ code: OperatorCode) throws(FlatBufferError) -> Operator {
    var step = Operator()
    (step.name, step.isCustom, step.version) = (code.name, code.isCustom, code.version)
    step.inputs = try checked(table.integers(1, as: Int32.self), table, mayBeLeftOut: true)
    step.outputs = try checked(table.integers(2, as: Int32.self), table)
    guard step.inputs.count <= 1 << 12, step.outputs.count <= 1 << 12 else {
      throw table.failure("more than \(1 << 12) inputs or outputs")
    }
    guard !step.outputs.isEmpty else { throw table.failure("it makes nothing") }
    if let options = OptionSchema.table[code.name], !code.isCustom {
      // Where the options are another operator's, its fields would be read as something else.
      let kind = try table.integer(3, as: UInt8.self)
      guard kind == 0 || options.kinds.contains(kind) else {
        throw table.failure("\(code.name) with options of kind \(kind), which belong to another operator")
      }
      if kind != 0, let own = try table.table(4) { step.options = try options.read(own) }
    }
    return step
  }

  /// Numbers of tensors that there are.
  private func checked(
    _ numbers: [Int], _ table: Table, mayBeLeftOut: Bool = false
  ) throws(FlatBufferError) -> [Int] {
    for number in numbers where !tensors.indices.contains(number) && !(mayBeLeftOut && number == -1) {
      throw table.failure("tensor \(number) of \(tensors.count)")
    }
    return numbers
  }
}

/// Which operator a number stands for in a file.
private struct OperatorCode {
  let name: String
  let isCustom: Bool
  let version: Int

  init(_ table: Table) throws(FlatBufferError) {
    // The newer field has room for more than 127 operators; writers fill both as far as both can say it.
    let code = max(try table.integer(0, as: Int8.self), try table.integer(3, as: Int32.self))
    version = try table.integer(2, as: Int32.self, default: 1)
    let custom = try table.text(1)
    isCustom = code == 32
    if isCustom {
      name = custom.isEmpty ? "a custom operator without a name" : custom
    } else {
      name = OperatorNames.table.indices.contains(code) ? OperatorNames.table[code] : "operator code \(code)"
    }
  }
}
