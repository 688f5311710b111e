import ONNXFiles

/// An ONNX file made by code: what exporters write, as small as a test wants it.
public struct ONNXWriter {
  /// A setting of a node.
  public enum Attribute {
    /// A number.
    case float(Float)
    /// A whole number.
    case int(Int)
    /// Text.
    case text(String)
    /// Numbers.
    case floats([Float])
    /// Whole numbers.
    case ints([Int])
    /// A tensor's message.
    case tensor([UInt8])
  }

  /// The version of the file format.
  public var irVersion = 8
  /// The version of the operator set.
  public var opset = 13
  /// Notes.
  public var properties: [(String, String)] = []
  private var graph = ProtobufWriter()

  /// A graph without nodes.
  public init() {}

  /// Adds a node.
  public mutating func node(
    _ type: String, _ inputs: [String], _ outputs: [String], _ attributes: [(String, Attribute)] = [],
    name: String = "", domain: String = ""
  ) {
    var node = ProtobufWriter()
    for input in inputs { node.add(1, input) }
    for output in outputs { node.add(2, output) }
    if !name.isEmpty { node.add(3, name) }
    node.add(4, type)
    for (name, value) in attributes { node.add(5, Self.attribute(name, value)) }
    if !domain.isEmpty { node.add(7, domain) }
    graph.add(1, node.bytes)
  }

  private static func attribute(_ name: String, _ value: Attribute) -> [UInt8] {
    var message = ProtobufWriter()
    message.add(1, name)
    switch value {
    case .float(let number):
      message.add(2, number)
      message.add(20, 1)
    case .int(let number):
      message.add(3, number)
      message.add(20, 2)
    case .text(let text):
      message.add(4, text)
      message.add(20, 3)
    case .tensor(let tensor):
      message.add(5, tensor)
      message.add(20, 4)
    case .floats(let numbers):
      for number in numbers { message.add(7, number) }
      message.add(20, 6)
    case .ints(let numbers):
      for number in numbers { message.add(8, number) }
      message.add(20, 7)
    }
    return message.bytes
  }

  /// A tensor of floats, raw.
  public static func tensor(_ name: String, _ shape: [Int], _ numbers: [Float]) -> [UInt8] {
    tensor(name, shape, type: 1, raw: numbers.flatMap { withUnsafeBytes(of: $0.bitPattern.littleEndian) { Array($0) } })
  }

  /// A tensor of 64-bit whole numbers, raw.
  public static func tensor(_ name: String, _ shape: [Int], _ numbers: [Int]) -> [UInt8] {
    tensor(name, shape, type: 7, raw: numbers.flatMap { withUnsafeBytes(of: Int64($0).littleEndian) { Array($0) } })
  }

  /// A tensor of any type by its bytes.
  public static func tensor(_ name: String, _ shape: [Int], type: Int, raw: [UInt8]) -> [UInt8] {
    var message = ProtobufWriter()
    for extent in shape { message.add(1, extent) }
    message.add(2, type)
    if !name.isEmpty { message.add(8, name) }
    message.add(9, raw)
    return message.bytes
  }

  /// A tensor whose numbers lie in a file beside the model.
  public static func external(
    _ name: String, _ shape: [Int], location: String, offset: Int? = nil, length: Int? = nil
  ) -> [UInt8] {
    var message = ProtobufWriter()
    for extent in shape { message.add(1, extent) }
    message.add(2, 1)
    message.add(8, name)
    var entries = [("location", location)]
    if let offset { entries.append(("offset", String(offset))) }
    if let length { entries.append(("length", String(length))) }
    for (key, value) in entries {
      var entry = ProtobufWriter()
      entry.add(1, key)
      entry.add(2, value)
      message.add(13, entry.bytes)
    }
    message.add(14, 1)
    return message.bytes
  }

  /// Adds an initializer from a tensor's message.
  public mutating func initializer(_ tensor: [UInt8]) { graph.add(5, tensor) }

  /// Adds weights.
  public mutating func weights(_ name: String, _ shape: [Int], _ numbers: [Float]) {
    initializer(Self.tensor(name, shape, numbers))
  }

  /// Adds whole numbers.
  public mutating func integers(_ name: String, _ numbers: [Int]) {
    initializer(Self.tensor(name, [numbers.count], numbers))
  }

  /// Names an input; an extent is a number, or a name where it is open.
  public mutating func input(_ name: String, _ shape: [String], type: Int = 1) {
    graph.add(11, Self.info(name, shape, type))
  }

  /// Names an input of fixed extents.
  public mutating func input(_ name: String, _ shape: [Int], type: Int = 1) {
    input(name, shape.map { String($0) }, type: type)
  }

  /// Names an output, its shape left out.
  public mutating func output(_ name: String) { graph.add(12, Self.info(name, nil, 1)) }

  /// Names an output of fixed extents.
  public mutating func output(_ name: String, _ shape: [Int]) {
    graph.add(12, Self.info(name, shape.map { String($0) }, 1))
  }

  private static func info(_ name: String, _ shape: [String]?, _ type: Int) -> [UInt8] {
    var tensor = ProtobufWriter()
    tensor.add(1, type)
    if let shape {
      var message = ProtobufWriter()
      for extent in shape {
        var dimension = ProtobufWriter()
        if let number = Int(extent) { dimension.add(1, number) } else { dimension.add(2, extent) }
        message.add(1, dimension.bytes)
      }
      tensor.add(2, message.bytes)
    }
    var typed = ProtobufWriter()
    typed.add(1, tensor.bytes)
    var info = ProtobufWriter()
    info.add(1, name)
    info.add(2, typed.bytes)
    return info.bytes
  }

  /// The whole file.
  public var bytes: [UInt8] {
    var model = ProtobufWriter()
    model.add(1, irVersion)
    model.add(2, "test")
    model.add(7, graph.bytes)
    var set = ProtobufWriter()
    set.add(2, opset)
    model.add(8, set.bytes)
    for (key, value) in properties {
      var entry = ProtobufWriter()
      entry.add(1, key)
      entry.add(2, value)
      model.add(14, entry.bytes)
    }
    return model.bytes
  }
}
