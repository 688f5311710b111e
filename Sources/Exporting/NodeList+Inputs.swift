import Models
import Numerics
import ONNXFiles

extension NodeList {
  /// Appends what goes in: `input`, or the inputs of the file that the model was imported from, under their names
  /// there, and what puts their numbers side by side.
  ///
  /// - Returns: the name of the graph's input.
  mutating func input(of description: ModelDescription) -> String {
    let shape = description.graph.input
    guard let inputs = description.interface?.inputs, inputs.count > 1 else {
      input("input", Geometry.dimensions(shape))
      return "input"
    }
    var parts: [String] = []
    for port in inputs {
      let name = fresh(port.name)
      input(name, port.dimensions)
      var value = name
      if port.isChannelsFirst, port.dimensions.count > 2 {
        let order = [0] + Array(2..<port.dimensions.count) + [1]
        value = add("Transpose", [value], to: fresh(name + ".rows"), [("perm", .integers(order))])
      }
      parts.append(reshape(value, [1, port.count], to: fresh(name + ".list")))
    }
    let rest = shape.count - inputs.reduce(0) { $0 + $1.count }
    if rest > 0 { parts.append(constant("inputs.rest", [1, rest], [Float](repeating: 0, count: rest))) }
    let all = add("Concat", parts, to: fresh("inputs.list"), [("axis", .integer(1))])
    return reshape(all, Geometry.dimensions(shape), to: fresh("inputs"))
  }

  private mutating func reshape(_ value: String, _ dimensions: [Int], to output: String) -> String {
    add("Reshape", [value, constant(output + ".shape", [dimensions.count], .int64, dimensions)], to: output)
  }
}
