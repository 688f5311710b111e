import Files

extension ONNXModel {
  /// Whether the file is ONNX by its content: fields of Protocol Buffers to its last byte, among them a version of the
  /// format and a graph. Nothing else is looked at.
  public static func isOne(path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return false }
    var reader = ProtobufReader(file.bytes)
    var (hasVersion, hasGraph) = (false, false)
    do throws(ProtobufError) {
      while let (number, value) = try reader.next() {
        switch (number, value) {
        case (1, .varint): hasVersion = true
        case (7, .bytes): hasGraph = true
        default: break
        }
      }
    } catch { return false }
    return hasVersion && hasGraph
  }

  /// Reads the file at `path`, and the files of weights beside it that it names.
  ///
  /// - Throws: `FormatError` naming file, place and reason: what is no ONNX, breaks off, breaks a limit, is of a
  ///   version that is not read, or names a file outside the model's folder.
  public init(path: String) throws(FormatError) {
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch { throw FormatError(error) }
    let decoder = ModelDecoder(path: path)
    do throws(ProtobufError) {
      self = try decoder.model(ProtobufReader(file.bytes))
    } catch {
      if let failure = decoder.external { throw failure }
      throw FormatError(
        path: path, place: decoder.place.isEmpty ? "byte \(error.offset)" : "\(decoder.place), byte \(error.offset)",
        reason: error.reason)
    }
    try check()
  }

  private func check() throws(FormatError) {
    guard irVersion != 0, !operatorSets.isEmpty || !graph.nodes.isEmpty else {
      throw FormatError(path: path, reason: "is no ONNX model")
    }
    guard Self.irVersions.contains(irVersion) else {
      throw FormatError(
        path: path,
        reason: "is of ONNX IR version \(irVersion); versions \(Self.irVersions.lowerBound) to "
          + "\(Self.irVersions.upperBound) are read. Export it anew, or save it with an ir_version in that range.")
    }
    guard Self.opsetVersions.contains(opset) else {
      let found = opset == 0 ? "names no set of ONNX's own operators" : "uses operators of opset \(opset)"
      throw FormatError(
        path: path,
        reason: "\(found); opsets \(Self.opsetVersions.lowerBound) to \(Self.opsetVersions.upperBound) "
          + "are read. Export it anew with an opset in that range, such as 17.")
    }
    guard !graph.nodes.isEmpty else { throw FormatError(path: path, reason: "has no nodes") }
  }
}

/// The messages of an ONNX file, of which each is opened by one function: depth cannot grow.
final class ModelDecoder {
  /// The most nodes, tensors, values or notes, and the most settings of one node.
  static let most = 1 << 16
  static let mostAttributes = 256

  let path: String
  /// What was being read, for errors.
  var place = ""
  /// What was wrong with a file of weights.
  var external: FormatError?
  /// Files of weights, by name.
  var weights: [String: MappedFile] = [:]

  init(path: String) { self.path = path }

  func model(_ message: ProtobufReader) throws(ProtobufError) -> ONNXModel {
    var reader = message
    var model = ONNXModel()
    model.path = path
    while let (number, value) = try reader.next() {
      switch number {
      case 1: model.irVersion = try reader.integer(value)
      case 2: model.producer = try reader.text(value)
      case 3: model.producerVersion = try reader.text(value)
      case 7: try add(graph: try reader.message(value), to: &model.graph)
      case 8:
        try limit(model.operatorSets.count, reader)
        model.operatorSets.append(try operatorSet(reader.message(value)))
      case 14:
        try limit(model.properties.count, reader)
        model.properties.append(try property(reader.message(value)))
      default: break
      }
      place = ""
    }
    return model
  }

  private func limit(_ count: Int, _ reader: ProtobufReader) throws(ProtobufError) {
    guard count < Self.most else { throw reader.failure("more than \(Self.most) entries of one kind") }
  }

  private func operatorSet(_ message: ProtobufReader) throws(ProtobufError) -> ONNXModel.OperatorSet {
    var reader = message
    var set = ONNXModel.OperatorSet(domain: "", version: 0)
    while let (number, value) = try reader.next() {
      switch number {
      case 1: set.domain = try reader.text(value)
      case 2: set.version = try reader.integer(value)
      default: break
      }
    }
    return set
  }

  func property(_ message: ProtobufReader) throws(ProtobufError) -> ONNXModel.Property {
    var reader = message
    var property = ONNXModel.Property(key: "", value: "")
    while let (number, value) = try reader.next() {
      switch number {
      case 1: property.key = try reader.text(value)
      case 2: property.value = try reader.text(value)
      default: break
      }
    }
    return property
  }

  private func add(graph message: ProtobufReader, to graph: inout ONNXGraph) throws(ProtobufError) {
    var reader = message
    while let (number, value) = try reader.next() {
      switch number {
      case 1:
        try limit(graph.nodes.count, reader)
        place = "node \(graph.nodes.count)"
        graph.nodes.append(try node(reader.message(value)))
      case 2: graph.name = try reader.text(value)
      case 5:
        try limit(graph.initializers.count, reader)
        place = "tensor \(graph.initializers.count)"
        graph.initializers.append(try tensor(reader.message(value)))
      case 11:
        try limit(graph.inputs.count, reader)
        place = "input \(graph.inputs.count)"
        graph.inputs.append(try valueInfo(reader.message(value)))
      case 12:
        try limit(graph.outputs.count, reader)
        place = "output \(graph.outputs.count)"
        graph.outputs.append(try valueInfo(reader.message(value)))
      case 15: throw reader.failure("a sparse tensor; export the weights as plain tensors")
      default: break
      }
      place = ""
    }
  }

  private func node(_ message: ProtobufReader) throws(ProtobufError) -> ONNXNode {
    var reader = message
    var node = ONNXNode()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: node.inputs.append(try reader.text(value))
      case 2: node.outputs.append(try reader.text(value))
      case 3: node.name = try reader.text(value)
      case 4: node.operatorType = try reader.text(value)
      case 5:
        guard node.attributes.count < Self.mostAttributes else { throw reader.failure("too many attributes") }
        node.attributes.append(try attribute(reader.message(value)))
      case 7: node.domain = try reader.text(value)
      default: break
      }
    }
    guard node.inputs.count <= 1 << 12, node.outputs.count <= 1 << 12 else {
      throw reader.failure("more than \(1 << 12) inputs or outputs")
    }
    return node
  }

  private func valueInfo(_ message: ProtobufReader) throws(ProtobufError) -> ONNXValueInfo {
    var reader = message
    var info = ONNXValueInfo()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: info.name = try reader.text(value)
      case 2:
        var type = try reader.message(value)
        while let (kind, value) = try type.next() {
          // 1 is a tensor; sequences and maps are other inputs than pictures.
          if kind == 1 { try add(type: type.message(value), to: &info) }
        }
      default: break
      }
    }
    return info
  }

  private func add(type message: ProtobufReader, to info: inout ONNXValueInfo) throws(ProtobufError) {
    var reader = message
    while let (number, value) = try reader.next() {
      switch number {
      case 1: info.element = ONNXElement(rawValue: try reader.integer(value))
      case 2:
        var dimensions: [ONNXValueInfo.Dimension] = []
        var shape = try reader.message(value)
        while let (number, value) = try shape.next() {
          guard number == 1 else { continue }
          guard dimensions.count < 16 else { throw shape.failure("more than 16 dimensions") }
          dimensions.append(try dimension(shape.message(value)))
        }
        info.dimensions = dimensions
      default: break
      }
    }
  }

  private func dimension(_ message: ProtobufReader) throws(ProtobufError) -> ONNXValueInfo.Dimension {
    var reader = message
    var dimension = ONNXValueInfo.Dimension.symbolic("")
    while let (number, value) = try reader.next() {
      switch number {
      case 1:
        // Exporters write 0 or -1 for an extent that is not known.
        let extent = try reader.integer(value)
        dimension = extent > 0 ? .fixed(extent) : .symbolic("")
      case 2: dimension = .symbolic(try reader.text(value))
      default: break
      }
    }
    return dimension
  }
}
