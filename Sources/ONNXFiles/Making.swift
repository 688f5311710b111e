// What translators of other formats make: networks that are in no ONNX file.

extension ONNXModel {
  /// A network of ONNX's own operators of one version, at the path of the file that it comes from.
  public init(path: String, opset: Int, graph: ONNXGraph) {
    self.init()
    self.path = path
    operatorSets = [OperatorSet(domain: "", version: opset)]
    self.graph = graph
  }
}

extension ONNXModel.Property {
  /// A note.
  public init(_ key: String, _ value: String) { self.init(key: key, value: value) }
}

extension ONNXGraph {
  /// A network without nodes.
  public init(named name: String) {
    self.init()
    self.name = name
  }
}

extension ONNXNode {
  /// One of ONNX's own operators.
  public init(
    _ operatorType: String, _ inputs: [String], _ outputs: [String],
    _ attributes: [(String, ONNXAttribute.Value)] = [], name: String = ""
  ) {
    self.init()
    (self.operatorType, self.inputs, self.outputs, self.name) = (operatorType, inputs, outputs, name)
    self.attributes = attributes.map { ONNXAttribute(name: $0.0, value: $0.1) }
  }
}

extension ONNXTensor {
  /// A constant; `elements` are as many as the product of `dimensions`.
  public init(_ name: String, _ dimensions: [Int], _ element: ONNXElement, _ elements: Elements) {
    self.init(name: name, dimensions: dimensions, element: element, elements: elements)
  }
}

extension ONNXValueInfo {
  /// What goes in or comes out.
  public init(_ name: String, _ element: ONNXElement, _ dimensions: [Dimension]?) {
    self.init(name: name, element: element, dimensions: dimensions)
  }
}
