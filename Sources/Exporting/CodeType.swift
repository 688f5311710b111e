import ONNXFiles

/// The type of the codes of activations in an exported int8 network; weights are int8 either way.
public enum CodeType: String, Hashable, Sendable, CaseIterable {
  /// Glint's own codes.
  case int8
  /// Glint's codes plus 128, with zero points moved likewise: the same numbers. ONNX Runtime on x86 computes int8 codes
  /// that several nodes read in float unless it is told otherwise, and these in integers.
  case uint8

  /// The type in the file.
  var element: ONNXElement { self == .int8 ? .int8 : .uint8 }

  /// What is added to Glint's codes.
  var offset: Int { self == .int8 ? 0 : 128 }
}
