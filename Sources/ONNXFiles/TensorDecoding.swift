import Files

/// Tensors, whose numbers stand in the message, in typed fields or raw, or in a file beside the model.
extension ModelDecoder {
  private struct Fields {
    var name = ""
    var dimensions: [Int] = []
    var type = 0
    var floats: [Float] = []
    var integers: [Int] = []
    var raw: Range<Int>?
    var isExternal = false
    var place: [String: String] = [:]
  }

  func tensor(_ message: ProtobufReader) throws(ProtobufError) -> ONNXTensor {
    var reader = message
    var fields = Fields()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: try reader.append(value, to: &fields.dimensions)
      case 2: fields.type = try reader.integer(value)
      case 3: throw reader.failure("a tensor in segments; save it whole")
      case 4: try reader.append(value, to: &fields.floats)
      case 5, 7: try reader.append(value, to: &fields.integers)
      case 8: fields.name = try reader.text(value)
      case 9: fields.raw = try reader.range(value)
      case 10: try reader.append(doubles: value, to: &fields.floats)
      case 13:
        let entry = try property(reader.message(value))
        fields.place[entry.key] = entry.value
      case 14: fields.isExternal = try reader.integer(value) == 1
      default: break
      }
    }
    if !fields.name.isEmpty { place = "tensor '\(fields.name)'" }
    guard let element = ONNXElement(rawValue: fields.type) else {
      throw reader.failure("elements of type \(fields.type) of TensorProto.DataType, which is not read")
    }
    let count = try Self.count(fields.dimensions, reader)
    let elements: ONNXTensor.Elements
    if fields.isExternal {
      elements = try external(fields.place, count, element, reader)
    } else if let raw = fields.raw {
      guard raw.count == count * element.size else {
        throw reader.failure("\(raw.count) bytes for \(count) elements of \(element.size) bytes")
      }
      elements = .init(littleEndian: reader.bytes[raw], element)
    } else {
      elements = try Self.typed(fields, element, reader)
    }
    let tensor = ONNXTensor(name: fields.name, dimensions: fields.dimensions, element: element, elements: elements)
    guard tensor.count == count else { throw reader.failure("\(tensor.count) elements for a shape of \(count)") }
    return tensor
  }

  private static func count(_ dimensions: [Int], _ reader: ProtobufReader) throws(ProtobufError) -> Int {
    guard dimensions.count <= 16 else { throw reader.failure("more than 16 dimensions") }
    var count = 1
    for extent in dimensions {
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow, product <= 1 << 31 else {
        throw reader.failure("dimensions \(dimensions), which no tensor has")
      }
      count = product
    }
    return count
  }

  /// Numbers of the typed fields: 16-bit floats stand in int32_data as bits.
  private static func typed(
    _ fields: Fields, _ element: ONNXElement, _ reader: ProtobufReader
  ) throws(ProtobufError) -> ONNXTensor.Elements {
    switch element {
    case .float, .double: return .floats(fields.floats)
    case .float16: return .floats(fields.integers.map { Float(halfBits: UInt16(truncatingIfNeeded: $0)) })
    case .bfloat16:
      return .floats(fields.integers.map { Float(bitPattern: UInt32(UInt16(truncatingIfNeeded: $0)) << 16) })
    case .bool: return .integers(fields.integers.map { $0 == 0 ? 0 : 1 })
    case .uint8, .int8, .uint16, .int16, .int32, .int64:
      let signed = element != .uint8 && element != .uint16
      let bits = element.size * 8 - (signed ? 1 : 0)
      let limits = bits == 63 ? Int.min...Int.max : (signed ? -(1 << bits) : 0)...((1 << bits) - 1)
      guard fields.integers.allSatisfy({ limits.contains($0) }) else {
        throw reader.failure("a number beyond its type")
      }
      return .integers(fields.integers)
    }
  }

  /// Numbers of a file beside the model. Its name may lead into folders below the model's, never out of it.
  private func external(
    _ entries: [String: String], _ count: Int, _ element: ONNXElement, _ reader: ProtobufReader
  ) throws(ProtobufError) -> ONNXTensor.Elements {
    guard let location = entries["location"], !location.isEmpty, !location.utf8.contains(0), location.first != "/",
      !location.split(separator: "/", omittingEmptySubsequences: false).contains("..")
    else { throw reader.failure("its numbers are in no file within the model's folder") }
    guard let offset = Int(entries["offset"] ?? "0"), offset >= 0 else { throw reader.failure("a bad offset") }
    let wanted = count * element.size
    guard (Int(entries["length"] ?? "\(wanted)") ?? -1) == wanted else {
      throw reader.failure("a length of \(entries["length"] ?? "") bytes where the shape takes \(wanted)")
    }
    guard wanted > 0 else { return element.isFloat ? .floats([]) : .integers([]) }
    let file = try weightsFile(location, reader)
    guard offset <= file.bytes.count, wanted <= file.bytes.count - offset else {
      throw reader.failure("'\(location)' has \(file.bytes.count) bytes; \(wanted) are wanted from \(offset) on")
    }
    return .init(littleEndian: file.bytes[offset..<offset + wanted], element)
  }

  private func weightsFile(_ name: String, _ reader: ProtobufReader) throws(ProtobufError) -> MappedFile {
    if let file = weights[name] { return file }
    let folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
    do throws(FileError) {
      let file = try MappedFile(path: folder + name)
      weights[name] = file
      return file
    } catch {
      external = FormatError(
        path: path, place: place,
        reason: "its numbers are in '\(name)', which belongs beside the model: it \(error.reason)")
      throw reader.failure("a file of weights is missing")
    }
  }
}

extension ONNXTensor.Elements {
  /// Numbers in little-endian bytes, as many as whole elements lie there.
  public init(littleEndian bytes: Slice<UnsafeRawBufferPointer>, _ element: ONNXElement) {
    func numbers<Bits: FixedWidthInteger, Number>(_ type: Bits.Type, _ number: (Bits) -> Number) -> [Number] {
      let size = MemoryLayout<Bits>.size
      return (0..<bytes.count / size).map {
        number(Bits(littleEndian: bytes.base.loadUnaligned(fromByteOffset: bytes.startIndex + $0 * size, as: type)))
      }
    }
    switch element {
    case .float: self = .floats(numbers(UInt32.self) { Float(bitPattern: $0) })
    case .float16: self = .floats(numbers(UInt16.self) { Float(halfBits: $0) })
    case .bfloat16: self = .floats(numbers(UInt16.self) { Float(bitPattern: UInt32($0) << 16) })
    case .double: self = .floats(numbers(UInt64.self) { Float(Double(bitPattern: $0)) })
    case .uint8: self = .integers(numbers(UInt8.self) { Int($0) })
    case .int8: self = .integers(numbers(Int8.self) { Int($0) })
    case .uint16: self = .integers(numbers(UInt16.self) { Int($0) })
    case .int16: self = .integers(numbers(Int16.self) { Int($0) })
    case .int32: self = .integers(numbers(Int32.self) { Int($0) })
    case .int64: self = .integers(numbers(Int64.self) { Int($0) })
    case .bool: self = .integers(numbers(UInt8.self) { $0 == 0 ? 0 : 1 })
    }
  }
}

extension Float {
  /// A number of IEEE 754 binary16, by its bits; what Embedded Swift and older processors have no type for.
  public init(halfBits bits: UInt16) {
    let sign: Float = bits >> 15 == 0 ? 1 : -1
    let exponent = Int(bits >> 10 & 31)
    let fraction = Float(bits & 1023)
    switch exponent {
    case 0: self = sign * fraction * 0x1p-24
    case 31: self = fraction == 0 ? sign * .infinity : .nan
    default: self = sign * (1024 + fraction) * Float(sign: .plus, exponent: exponent - 25, significand: 1)
    }
  }
}
