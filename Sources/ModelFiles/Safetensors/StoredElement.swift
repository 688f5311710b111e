/// A number type that tensors of model files hold, stored little-endian.
public protocol StoredElement: Sendable, BitwiseCopyable {
  /// The name that safetensors gives the type.
  static var storedName: String { get }
}

extension Float: StoredElement {
  /// 32-bit IEEE float.
  public static let storedName = "F32"
}

extension Int8: StoredElement {
  /// 8-bit signed integer.
  public static let storedName = "I8"
}

extension Int16: StoredElement {
  /// 16-bit signed integer.
  public static let storedName = "I16"
}

extension Int32: StoredElement {
  /// 32-bit signed integer.
  public static let storedName = "I32"
}

extension Int64: StoredElement {
  /// 64-bit signed integer.
  public static let storedName = "I64"
}

extension UInt8: StoredElement {
  /// 8-bit unsigned integer.
  public static let storedName = "U8"
}

/// Bytes of one element of each type that the safetensors format names; types that Glint does not read included, so
/// that a file that holds them is told apart from a damaged one.
let storedSizes: [String: Int] = [
  "BOOL": 1, "U8": 1, "I8": 1, "F8_E4M3": 1, "F8_E5M2": 1, "I16": 2, "U16": 2, "F16": 2, "BF16": 2, "I32": 4,
  "U32": 4, "F32": 4, "I64": 8, "U64": 8, "F64": 8,
]
