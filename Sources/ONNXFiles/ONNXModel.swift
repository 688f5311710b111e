/// What an ONNX file holds, as far as an importer looks: no meaning is given to operators here.
public struct ONNXModel: Sendable {
  /// The versions of the file format that are read.
  public static let irVersions = 3...11
  /// The versions of the default operator set that are read.
  public static let opsetVersions = 7...23

  /// A set of operators that the graph uses.
  public struct OperatorSet: Hashable, Sendable {
    /// Empty for ONNX's own operators.
    public var domain: String
    /// The version of the set.
    public var version: Int
  }

  /// One entry of the file's notes.
  public struct Property: Hashable, Sendable {
    /// What it tells.
    public var key: String
    /// The note.
    public var value: String
  }

  /// The file's path.
  public var path = ""
  /// The version of the file format.
  public var irVersion = 0
  /// The program that wrote the file, perhaps empty.
  public var producer = ""
  /// That program's version, perhaps empty.
  public var producerVersion = ""
  /// The operator sets.
  public var operatorSets: [OperatorSet] = []
  /// Notes, as labels that an exporter left.
  public var properties: [Property] = []
  /// The network.
  public var graph = ONNXGraph()

  /// The version of ONNX's own operators.
  public var opset: Int { operatorSets.first { $0.domain.isEmpty || $0.domain == "ai.onnx" }?.version ?? 0 }

  /// Program and version that wrote the file, in one line.
  public var producerLine: String {
    let line = producerVersion.isEmpty ? producer : producer + " " + producerVersion
    return line.isEmpty ? "an unnamed program" : line
  }
}

/// A network: nodes in order, and the tensors and values that they name.
public struct ONNXGraph: Hashable, Sendable {
  /// Its name, perhaps empty.
  public var name = ""
  /// The nodes; each reads what stands before it.
  public var nodes: [ONNXNode] = []
  /// Weights and other constants.
  public var initializers: [ONNXTensor] = []
  /// What goes in; older files list initializers here too.
  public var inputs: [ONNXValueInfo] = []
  /// What comes out.
  public var outputs: [ONNXValueInfo] = []

  /// What goes in and is no initializer.
  public var trueInputs: [ONNXValueInfo] {
    let constants = Set(initializers.map(\.name))
    return inputs.filter { !constants.contains($0.name) }
  }
}

/// One operator applied to named values.
public struct ONNXNode: Hashable, Sendable {
  /// Its name, often empty.
  public var name = ""
  /// The operator, as in `Conv`.
  public var operatorType = ""
  /// The operator's set; empty for ONNX's own.
  public var domain = ""
  /// Names of what it reads; empty for an optional one that is left out.
  public var inputs: [String] = []
  /// Names of what it makes.
  public var outputs: [String] = []
  /// Its settings.
  public var attributes: [ONNXAttribute] = []

  /// The node's name, or that of its first result where it has none.
  public var title: String { name.isEmpty ? outputs.first ?? "" : name }

  /// The value of a setting.
  public subscript(attribute: String) -> ONNXAttribute.Value? { attributes.first { $0.name == attribute }?.value }
}

/// A setting of a node.
public struct ONNXAttribute: Hashable, Sendable {
  /// What it holds.
  public enum Value: Hashable, Sendable {
    /// A number.
    case float(Float)
    /// A whole number.
    case integer(Int)
    /// Text.
    case text(String)
    /// A tensor.
    case tensor(ONNXTensor)
    /// Numbers.
    case floats([Float])
    /// Whole numbers.
    case integers([Int])
    /// Texts.
    case texts([String])
    /// What is not read: a graph inside, a sparse tensor, a type.
    case other
  }

  /// Its name.
  public var name: String
  /// What it holds.
  public var value: Value

  /// A setting and what it holds.
  public init(name: String, value: Value) {
    self.name = name
    self.value = value
  }
}

/// The name, element type and shape of a value.
public struct ONNXValueInfo: Hashable, Sendable {
  /// An extent.
  public enum Dimension: Hashable, Sendable {
    /// A fixed extent.
    case fixed(Int)
    /// An extent that is known when the network runs, by its name; empty where it has none.
    case symbolic(String)
  }

  /// The value's name.
  public var name = ""
  /// What its elements are; nil where it is no tensor, or one of a type that is not read.
  public var element: ONNXElement?
  /// Its extents, nil where the file does not tell them.
  public var dimensions: [Dimension]?

  /// The shape as text, as in `Nx3x64x64`.
  public var shapeText: String {
    guard let dimensions else { return "?" }
    if dimensions.isEmpty { return "scalar" }
    return dimensions.map {
      switch $0 {
      case .fixed(let extent): String(extent)
      case .symbolic(let name): name.isEmpty ? "?" : name
      }
    }.joined(separator: "x")
  }
}

/// Numbers with a shape.
public struct ONNXTensor: Hashable, Sendable {
  /// The numbers, row-major: those of all float types as single precision, those of all whole types as Int.
  public enum Elements: Hashable, Sendable {
    /// Of float, float16, bfloat16 and double.
    case floats([Float])
    /// Of whole types, and truth values as 0 and 1.
    case integers([Int])
  }

  /// Its name.
  public var name = ""
  /// Extents, none negative; as many elements as their product.
  public var dimensions: [Int] = []
  /// The type in the file.
  public var element = ONNXElement.float
  /// The numbers.
  public var elements = Elements.floats([])

  /// How many numbers.
  public var count: Int {
    switch elements {
    case .floats(let numbers): numbers.count
    case .integers(let numbers): numbers.count
    }
  }
}

/// The types of tensors' elements that are read.
public enum ONNXElement: Int, Sendable, CaseIterable {
  /// 32 bits.
  case float = 1
  /// 8 bits without sign.
  case uint8 = 2
  /// 8 bits.
  case int8 = 3
  /// 16 bits without sign.
  case uint16 = 4
  /// 16 bits.
  case int16 = 5
  /// 32 bits.
  case int32 = 6
  /// 64 bits.
  case int64 = 7
  /// Truth values, a byte each.
  case bool = 9
  /// 16 bits, IEEE 754 binary16.
  case float16 = 10
  /// 64 bits.
  case double = 11
  /// 16 bits, the upper half of a float.
  case bfloat16 = 16

  /// Bytes of one.
  public var size: Int {
    switch self {
    case .uint8, .int8, .bool: 1
    case .uint16, .int16, .float16, .bfloat16: 2
    case .float, .int32: 4
    case .int64, .double: 8
    }
  }

  /// Whether it holds fractions.
  public var isFloat: Bool {
    switch self {
    case .float, .float16, .double, .bfloat16: true
    case .uint8, .int8, .uint16, .int16, .int32, .int64, .bool: false
    }
  }
}
