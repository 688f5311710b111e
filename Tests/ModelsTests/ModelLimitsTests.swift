import Models
import Numerics
import TestSupport
import Testing

@Suite struct ModelLimitsTests {
  @Test func theReferenceNetworkCosts() throws {
    let graph = Graph.happySad()
    let cost = try GraphCost(graph)
    #expect(cost.nodes == graph.nodes.count)
    let pools = try graph.shapes().enumerated().filter { [2, 4, 6].contains($0.offset) }.reduce(0) {
      $0 + 4 * $1.element.count
    }
    let products = try graph.multiplyAdds().reduce(0, +)
    #expect(cost.multiplyAdds == products + pools + 14_400)
    let values = try graph.shapes().reduce(0) { $0 + 4 * $1.count }
    let weights = try graph.parameterShapes().reduce(0) { $0 + 4 * ($1?.weight.count ?? 0) }
    #expect(cost.memory > values + 2 * weights && cost.memory < 2 * (values + 2 * weights))
    try cost.check(.standard)
  }

  /// Each input is small; what a node makes of it is not.
  @Test(arguments: [
    (Operator.conv2D(.init(outputChannels: 65_536, window: .init(4096, 4096, padding: .all(4096)))), "weight"),
    (.conv2D(.init(outputChannels: 1, window: .init(1, 1, padding: .all(4096)))), "too large"),
    (.conv2D(.init(outputChannels: 1, window: .init(1, 1, stride: 4096, padding: .all(4096)))), "with its padding"),
    (.reshape([1 << 40, 1 << 20]), "cannot be reshaped"),
    (.reshape([]), "cannot be reshaped"),
    (.reshape([1, 1, 1, 1, 1, 1, 1, 1, 48]), "cannot be reshaped"),
    (.dense(.init(outputs: 1 << 20)), "flat"),
  ])
  func noProductOverflows(_ operation: Operator, _ words: String) {
    let graph = Graph(
      input: [4, 4, 16], nodes: [.init("node", operation, inputs: [0])], outputs: [.init(value: 1, function: .identity)]
    )
    let error = caught(GraphError.self) { try graph.shapes() }
    #expect(error?.node == "node" && error?.reason.contains(words) == true, "\(error?.description ?? "no error")")
    #expect(throws: GraphError.self) { try GraphCost(graph) }
  }

  @Test func aDenseWeightMayNotOverflow() {
    let graph = Graph(
      input: [1 << 14, 1 << 14, 1],
      nodes: [.init("flat", .flatten, inputs: [0]), .init("dense", .dense(.init(outputs: 1 << 20)), inputs: [1])],
      outputs: [.init(value: 2, function: .identity)])
    #expect(caught(GraphError.self) { try graph.shapes() }?.description == "node 'dense': its weight is too large")
  }
}
