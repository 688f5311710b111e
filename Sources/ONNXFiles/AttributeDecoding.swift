extension ModelDecoder {
  /// What one AttributeProto says, field by field; its type decides which of them counts.
  private struct Fields {
    var name = ""
    var type = 0
    var float: Float?
    var integer: Int?
    var text: String?
    var tensor: ONNXTensor?
    var floats: [Float] = []
    var integers: [Int] = []
    var texts: [String] = []
    var isOther = false
  }

  func attribute(_ message: ProtobufReader) throws(ProtobufError) -> ONNXAttribute {
    var reader = message
    var fields = Fields()
    while let (number, value) = try reader.next() {
      switch number {
      case 1: fields.name = try reader.text(value)
      case 2: fields.float = try reader.float(value)
      case 3: fields.integer = try reader.integer(value)
      case 4: fields.text = try reader.text(value)
      case 5: fields.tensor = try tensor(reader.message(value))
      case 7: try reader.append(value, to: &fields.floats)
      case 8: try reader.append(value, to: &fields.integers)
      case 9: fields.texts.append(try reader.text(value))
      case 20: fields.type = try reader.integer(value)
      case 6, 10, 11, 14, 15, 21, 22, 23: fields.isOther = true
      default: break
      }
    }
    return ONNXAttribute(name: fields.name, value: Self.value(fields))
  }

  /// Old files name no type, and writers of the third syntax leave out what is 0.
  private static func value(_ fields: Fields) -> ONNXAttribute.Value {
    switch fields.type {
    case 1: return .float(fields.float ?? 0)
    case 2: return .integer(fields.integer ?? 0)
    case 3: return .text(fields.text ?? "")
    case 4: if let tensor = fields.tensor { return .tensor(tensor) }
    case 6: return .floats(fields.floats)
    case 7: return .integers(fields.integers)
    case 8: return .texts(fields.texts)
    case 0:
      if fields.isOther { return .other }
      if let tensor = fields.tensor { return .tensor(tensor) }
      if let float = fields.float { return .float(float) }
      if let integer = fields.integer { return .integer(integer) }
      if let text = fields.text { return .text(text) }
      if !fields.floats.isEmpty { return .floats(fields.floats) }
      if !fields.texts.isEmpty { return .texts(fields.texts) }
      return .integers(fields.integers)
    default: break
    }
    return .other
  }
}
