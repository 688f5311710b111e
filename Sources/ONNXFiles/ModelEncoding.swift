import Files

extension ONNXModel {
  /// The whole file, all numbers inside. The same model gives the same bytes.
  public var bytes: [UInt8] {
    var model = ProtobufWriter()
    model.add(1, irVersion)
    if !producer.isEmpty { model.add(2, producer) }
    if !producerVersion.isEmpty { model.add(3, producerVersion) }
    model.add(7, Self.message(graph))
    for set in operatorSets {
      var message = ProtobufWriter()
      if !set.domain.isEmpty { message.add(1, set.domain) }
      message.add(2, set.version)
      model.add(8, message.bytes)
    }
    for property in properties {
      var message = ProtobufWriter()
      message.add(1, property.key)
      message.add(2, property.value)
      model.add(14, message.bytes)
    }
    return model.bytes
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) { try AtomicFile.write(bytes, to: path) }

  private static func message(_ graph: ONNXGraph) -> [UInt8] {
    var message = ProtobufWriter()
    for node in graph.nodes { message.add(1, self.message(node)) }
    if !graph.name.isEmpty { message.add(2, graph.name) }
    for tensor in graph.initializers { message.add(5, self.message(tensor)) }
    for input in graph.inputs { message.add(11, self.message(input)) }
    for output in graph.outputs { message.add(12, self.message(output)) }
    return message.bytes
  }

  private static func message(_ node: ONNXNode) -> [UInt8] {
    var message = ProtobufWriter()
    for input in node.inputs { message.add(1, input) }
    for output in node.outputs { message.add(2, output) }
    if !node.name.isEmpty { message.add(3, node.name) }
    message.add(4, node.operatorType)
    for attribute in node.attributes { message.add(5, self.message(attribute)) }
    if !node.domain.isEmpty { message.add(7, node.domain) }
    return message.bytes
  }

  private static func message(_ attribute: ONNXAttribute) -> [UInt8] {
    var message = ProtobufWriter()
    message.add(1, attribute.name)
    switch attribute.value {
    case .float(let number):
      message.add(2, number)
      message.add(20, 1)
    case .integer(let number):
      message.add(3, number)
      message.add(20, 2)
    case .text(let text):
      message.add(4, text)
      message.add(20, 3)
    case .tensor(let tensor):
      message.add(5, self.message(tensor))
      message.add(20, 4)
    case .floats(let numbers):
      for number in numbers { message.add(7, number) }
      message.add(20, 6)
    case .integers(let numbers):
      for number in numbers { message.add(8, number) }
      message.add(20, 7)
    case .texts(let texts):
      for text in texts { message.add(9, text) }
      message.add(20, 8)
    // What was not read cannot be written; no file that is made here holds it.
    case .other: break
    }
    return message.bytes
  }

  private static func message(_ tensor: ONNXTensor) -> [UInt8] {
    var message = ProtobufWriter()
    for extent in tensor.dimensions { message.add(1, extent) }
    message.add(2, tensor.storedElement.rawValue)
    if !tensor.name.isEmpty { message.add(8, tensor.name) }
    message.add(9, tensor.raw)
    return message.bytes
  }

  private static func message(_ info: ONNXValueInfo) -> [UInt8] {
    var tensor = ProtobufWriter()
    tensor.add(1, (info.element ?? .float).rawValue)
    if let dimensions = info.dimensions {
      var shape = ProtobufWriter()
      for dimension in dimensions {
        var extent = ProtobufWriter()
        switch dimension {
        case .fixed(let number): extent.add(1, number)
        case .symbolic(let name): extent.add(2, name)
        }
        shape.add(1, extent.bytes)
      }
      tensor.add(2, shape.bytes)
    }
    var type = ProtobufWriter()
    type.add(1, tensor.bytes)
    var message = ProtobufWriter()
    message.add(1, info.name)
    message.add(2, type.bytes)
    return message.bytes
  }
}

extension ONNXTensor {
  /// The type in the file that is written: floats of 16 bits were widened when they were read, and stay so.
  fileprivate var storedElement: ONNXElement {
    switch element {
    case .float16, .bfloat16: .float
    default: element
    }
  }

  /// The numbers in little-endian bytes of `storedElement`.
  fileprivate var raw: [UInt8] {
    func bytes<Number, Bits: FixedWidthInteger>(_ numbers: [Number], _ bits: (Number) -> Bits) -> [UInt8] {
      [UInt8](unsafeUninitializedCapacity: numbers.count * MemoryLayout<Bits>.size) { buffer, count in
        let raw = UnsafeMutableRawBufferPointer(buffer)
        for (index, number) in numbers.enumerated() {
          raw.storeBytes(
            of: bits(number).littleEndian, toByteOffset: index * MemoryLayout<Bits>.size, as: Bits.self)
        }
        count = raw.count
      }
    }
    switch elements {
    case .floats(let numbers):
      return element == .double ? bytes(numbers) { Double($0).bitPattern } : bytes(numbers) { $0.bitPattern }
    case .integers(let numbers):
      switch element.size {
      case 1: return bytes(numbers) { UInt8(truncatingIfNeeded: $0) }
      case 2: return bytes(numbers) { UInt16(truncatingIfNeeded: $0) }
      case 4: return bytes(numbers) { UInt32(truncatingIfNeeded: $0) }
      default: return bytes(numbers) { UInt64(truncatingIfNeeded: Int64($0)) }
      }
    }
  }
}
