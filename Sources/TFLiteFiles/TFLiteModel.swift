import Files

/// What a TensorFlow Lite file holds, as far as an importer looks: no meaning is given to operators here.
public struct TFLiteModel: Sendable {
  /// A value or constant of the network.
  public struct Tensor: Sendable {
    /// Its name, perhaps empty.
    public var name = ""
    /// Extents, none negative, as many elements as their product; nil where the file does not tell them.
    public var shape: [Int]?
    /// The same, -1 where an extent is open.
    public var signature: [Int] = []
    /// The type of its elements.
    public var element = TFLiteElement.float32
    /// What codes are worth, where the elements are codes.
    public var quantization: Quantization?
    /// Where a constant's elements lie in the file; nil for what the network computes.
    public var data: Range<Int>?
    /// Whether only some elements are stored.
    public var isSparse = false
    /// Whether the network keeps it from one run to the next.
    public var isVariable = false
  }

  /// real = scale x (code - zero point).
  public struct Quantization: Hashable, Sendable {
    /// One, or one for each element along `axis`.
    public var scales: [Float]
    /// As many.
    public var zeroPoints: [Int]
    /// The dimension along which they differ.
    public var axis: Int

    /// As many zero points as scales.
    public init(scales: [Float], zeroPoints: [Int], axis: Int) {
      (self.scales, self.zeroPoints, self.axis) = (scales, zeroPoints, axis)
    }
  }

  /// One step of the network.
  public struct Operator: Sendable {
    /// As in `CONV_2D`; the name that a custom operator gives itself.
    public var name = ""
    /// Whether it is none of TensorFlow Lite's own.
    public var isCustom = false
    /// The version of its definition.
    public var version = 1
    /// The tensors that it reads, by number; -1 for one that is left out.
    public var inputs: [Int] = []
    /// The tensors that it makes.
    public var outputs: [Int] = []
    /// Its settings.
    public var options: [Option] = []

    /// The value of a setting that is a whole number or a truth value, `fallback` where the file has none.
    public func integer(_ name: String, _ fallback: Int = 0) -> Int {
      if case .integer(let number)? = options.first(where: { $0.name == name })?.value { number } else { fallback }
    }

    /// The value of a setting that is a fraction.
    public func float(_ name: String, _ fallback: Float = 0) -> Float {
      if case .float(let number)? = options.first(where: { $0.name == name })?.value { number } else { fallback }
    }

    /// The value of a setting that is a list of whole numbers.
    public func integers(_ name: String) -> [Int] {
      if case .integers(let numbers)? = options.first(where: { $0.name == name })?.value { numbers } else { [] }
    }
  }

  /// A setting of an operator.
  public struct Option: Hashable, Sendable {
    /// What it holds.
    public enum Value: Hashable, Sendable {
      /// A whole number, a truth value, or one of several choices.
      case integer(Int)
      /// A fraction.
      case float(Float)
      /// Whole numbers.
      case integers([Int])
    }

    /// Its name in TensorFlow Lite's schema.
    public var name: String
    /// What it holds.
    public var value: Value
  }

  /// A text that lies beside the network in its file.
  public struct AssociatedFile: Hashable, Sendable {
    /// Its name.
    public var name: String
    /// What it says; nil where it is compressed.
    public var text: String?
  }

  /// The file's path.
  public var path = ""
  /// What the program that wrote it says of it.
  public var description = ""
  /// The oldest version of the runtime that runs it, perhaps empty.
  public var runtimeVersion = ""
  /// Networks in the file; the first is read.
  public var subgraphs = 1
  /// Values and constants.
  public var tensors: [Tensor] = []
  /// The numbers of the tensors that go in.
  public var inputs: [Int] = []
  /// The numbers of the tensors that come out.
  public var outputs: [Int] = []
  /// The steps; each reads what stands before it.
  public var operators: [Operator] = []
  /// What the file's metadata say.
  public var metadata = TFLiteMetadata()

  private let file: MappedFile

  init(file: MappedFile) { self.file = file }

  /// The bytes of a constant, valid while the model lives; nil for what the network computes.
  public func withBytes<Result>(of tensor: Int, _ body: (UnsafeRawBufferPointer) -> Result) -> Result? {
    guard let data = tensors[tensor].data else { return nil }
    return body(UnsafeRawBufferPointer(rebasing: file.bytes[data]))
  }

  /// The file's size in bytes.
  public var fileBytes: Int { file.bytes.count }
}

/// The types of elements.
public enum TFLiteElement: Int, Hashable, Sendable, CaseIterable {
  /// IEEE 754 binary32.
  case float32 = 0
  /// IEEE 754 binary16.
  case float16 = 1
  /// 32 bits.
  case int32 = 2
  /// 8 bits without sign.
  case uint8 = 3
  /// 64 bits.
  case int64 = 4
  /// Texts.
  case string = 5
  /// Truth values, a byte each.
  case bool = 6
  /// 16 bits.
  case int16 = 7
  /// Pairs of floats.
  case complex64 = 8
  /// 8 bits.
  case int8 = 9
  /// IEEE 754 binary64.
  case float64 = 10
  /// Pairs of doubles.
  case complex128 = 11
  /// 64 bits without sign.
  case uint64 = 12
  /// A handle.
  case resource = 13
  /// A handle.
  case variant = 14
  /// 32 bits without sign.
  case uint32 = 15
  /// 16 bits without sign.
  case uint16 = 16
  /// Two a byte.
  case int4 = 17
  /// The upper half of a float.
  case bfloat16 = 18
  /// Four a byte.
  case int2 = 19
  /// Two a byte, without sign.
  case uint4 = 20
  /// 8 bits with a fraction of 3.
  case float8e4m3 = 21
  /// 8 bits with a fraction of 2.
  case float8e5m2 = 22

  /// Bytes of one element; nil where several share a byte, or there are none.
  public var size: Int? {
    switch self {
    case .uint8, .bool, .int8, .float8e4m3, .float8e5m2: 1
    case .float16, .int16, .uint16, .bfloat16: 2
    case .float32, .int32, .uint32: 4
    case .int64, .uint64, .float64, .complex64: 8
    case .complex128: 16
    case .string, .resource, .variant, .int4, .int2, .uint4: nil
    }
  }
}
