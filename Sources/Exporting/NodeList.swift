import Numerics
import ONNXFiles

/// An ONNX graph as it grows, in which no name stands twice.
struct NodeList {
  private(set) var graph = ONNXGraph(named: "glint")
  private var names: Set<String>

  /// - Parameter reserved: names that only `add` under these very names may take.
  init(reserved: [String]) { names = Set(reserved) }

  /// A name that nothing has yet, as near to the wanted one as can be.
  mutating func fresh(_ wanted: String) -> String {
    var name = wanted
    var number = 2
    while !names.insert(name).inserted {
      name = "\(wanted).\(number)"
      number += 1
    }
    return name
  }

  /// Appends a node that makes the tensor `output`.
  ///
  /// - Parameter name: the node's, that of the tensor unless told otherwise.
  /// - Returns: `output`, for the next node to read.
  @discardableResult
  mutating func add(
    _ type: String, _ inputs: [String], to output: String, named name: String? = nil,
    _ attributes: [(String, ONNXAttribute.Value)] = []
  ) -> String {
    graph.nodes.append(ONNXNode(type, inputs, [output], attributes, name: name ?? output))
    return output
  }

  /// Appends numbers of one of the types with fractions.
  ///
  /// - Returns: the name that they got.
  mutating func constant(_ name: String, _ dimensions: [Int], _ numbers: [Float]) -> String {
    store(name, dimensions, .float, .floats(numbers))
  }

  /// Appends numbers in double precision.
  ///
  /// - Returns: the name that they got.
  mutating func constant(doubles name: String, _ dimensions: [Int], _ numbers: [Float]) -> String {
    store(name, dimensions, .double, .floats(numbers))
  }

  /// Appends whole numbers of a type that holds them.
  ///
  /// - Returns: the name that they got.
  mutating func constant(
    _ name: String, _ dimensions: [Int], _ element: ONNXElement, _ numbers: [Int]
  ) -> String {
    store(name, dimensions, element, .integers(numbers))
  }

  private mutating func store(
    _ name: String, _ dimensions: [Int], _ element: ONNXElement, _ elements: ONNXTensor.Elements
  ) -> String {
    let name = fresh(name)
    graph.initializers.append(ONNXTensor(name, dimensions, element, elements))
    return name
  }

  /// Names what goes in, float32.
  mutating func input(_ name: String, _ dimensions: [Int]) { graph.inputs.append(Self.info(name, dimensions)) }

  /// Names a tensor that comes out, float32.
  mutating func output(_ name: String, _ dimensions: [Int]) { graph.outputs.append(Self.info(name, dimensions)) }

  private static func info(_ name: String, _ dimensions: [Int]) -> ONNXValueInfo {
    ONNXValueInfo(name, .float, dimensions.map { .fixed($0) })
  }
}
