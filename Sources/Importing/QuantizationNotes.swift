import Models
import Numerics
import ONNXFiles

/// What a network says of its own quantization, gathered while its nodes are lowered as those of any other: weights and
/// values as real numbers first, whose codes and scales are remembered beside them.
struct QuantizationNotes {
  /// A constant that was dequantized.
  struct Codes {
    /// Counted from the zero points.
    var numbers: [Int]
    var dimensions: [Int]
    /// One, or one for each place along `axis`.
    var scales: [Float]
    var zeroPoints: [Int]
    var axis: Int
    /// The type of the codes in the file, where it is known.
    var element: ONNXElement?
  }

  /// The integer weights of a node of Glint's.
  struct Layer {
    /// One an output channel.
    var scales: [Float]
    /// Nil where the file has them in float, or not at all.
    var bias: [Int]?
    /// The real numbers when the layer was made: where they are others later, float arithmetic joined it.
    var real: FloatModel.Parameters
  }

  /// Types of constants, by name.
  var elements: [String: ONNXElement] = [:]
  /// Dequantized constants, by the name of the real tensor.
  var constants: [String: Codes] = [:]
  /// Layers with integer weights, by the name of Glint's node.
  var layers: [String: Layer] = [:]
  /// Scale and zero point of values, by the name of Glint's node.
  var values: [String: QuantizationParameters] = [:]
  /// Values whose codes are uint8 in the file, by the name of Glint's node.
  var unsigned: Set<String> = []
  /// The node of the file that made each of Glint's, for refusals.
  var makers: [String: (index: Int, node: ONNXNode)] = [:]
  /// Summands that are 0 wherever the other one is not, by the name of Glint's node.
  var alternatives: Set<String> = []
  /// Values of Glint's that hold the input's codes.
  var pixels: [QuantizationParameters: Int] = [:]
  /// What differs from ONNX Runtime and cannot be helped.
  var remarks: [String] = []
  /// Whether every code is promised to be ONNX Runtime's; otherwise a code may be the neighbour of LiteRT's.
  var isExact = true
  /// The node that is being lowered.
  var index = 0

  /// Whether the network computes with codes; weights alone may be codes in a float network.
  var isUsed: Bool { !values.isEmpty }

  /// Collects the types of constants, also through nodes that keep them.
  mutating func readTypes(_ graph: ONNXGraph) {
    for tensor in graph.initializers { elements[tensor.name] = tensor.element }
    for node in graph.nodes {
      guard let output = node.outputs.first else { continue }
      switch node.operatorType {
      case "Constant":
        if case .tensor(let tensor)? = node["value"] { elements[output] = tensor.element }
      case "Identity", "Transpose", "Reshape", "Squeeze", "Unsqueeze", "Flatten":
        elements[output] = node.inputs.first.flatMap { elements[$0] }
      default: break
      }
    }
  }
}
