import Models
import Numerics

extension Graph {
  /// Some nodes of any operators, extents and wiring, most of which make no sense: what only a hostile file holds.
  public static func arbitrary(_ random: inout CounterRandom) -> Graph {
    let sides = [1, 2, 3, 5, 8, 17, 33]
    func side(_ random: inout CounterRandom) -> Int { sides[random.below(sides.count)] }
    func small(_ random: inout CounterRandom) -> Int { random.chance(0.05) ? 4096 : 1 + random.below(4) }
    func window(_ random: inout CounterRandom) -> Operator.Window {
      func pad(_ random: inout CounterRandom) -> Int { random.chance(0.6) ? 0 : small(&random) - 1 }
      let padding = Operator.Padding(top: pad(&random), left: pad(&random), bottom: pad(&random), right: pad(&random))
      return .init(small(&random), small(&random), stride: small(&random), padding: padding)
    }
    func activation(_ random: inout CounterRandom) -> Operator.Activation {
      Operator.Activation.allCases[random.below(3)]
    }
    let input: Shape = [side(&random), side(&random), random.chance(0.5) ? 3 : 1]
    var nodes: [Node] = []
    // Of the latest value, as far as is known: most nodes then fit what they read.
    var shape: Shape? = input
    for number in 0...random.below(7) {
      func value(_ random: inout CounterRandom) -> Int { random.chance(0.7) ? number : random.below(number + 1) }
      var inputs = [value(&random)]
      let isFlat = shape?.rank == 1
      let operation: Operator
      switch isFlat && random.chance(0.8) ? 9 : random.below(12) {
      case 0, 1:
        let channels = shape?.rank == 3 ? shape![2] : 1
        let groups = random.chance(0.5) ? 1 : random.chance(0.5) ? channels : 1 + random.below(4)
        operation = .conv2D(
          .init(
            outputChannels: random.chance(0.3) ? groups : groups * small(&random), window: window(&random),
            dilation: random.chance(0.8) ? 1 : small(&random), groups: groups, activation: activation(&random)))
      case 2: operation = .maxPool2D(random.chance(0.5) ? .init(2, 2, stride: 2) : window(&random))
      case 3: operation = .averagePool2D(window(&random))
      case 4: operation = .globalAveragePool
      case 5:
        operation = random.chance(0.5) ? .add(activation(&random)) : .multiply(activation(&random))
        inputs.append(random.chance(0.5) ? inputs[0] : value(&random))
      case 6:
        operation = .concatenate
        for _ in 0...random.below(3) { inputs.append(random.chance(0.5) ? inputs[0] : value(&random)) }
      case 7: operation = random.chance(0.5) ? .function(.init(.hardSwish)) : .upsampleNearest(factor: small(&random))
      case 8:
        let count = shape?.count ?? 1
        operation = random.chance(0.5) ? .flatten : .reshape([1, count, 1])
      case 10:
        let kinds = Operator.Function.Kind.allCases
        operation = .function(
          .init(kinds[random.below(kinds.count)], Float(random.below(5)) - 1, Float(random.below(3))))
      case 11:
        let count = shape?.count ?? 1
        let (inner, step) = (small(&random), random.below(5) - 2)
        let places = Operator.Sampling(
          count: small(&random), start: random.below(1 << 34) - 1 << 33, step: random.below(1 << 34))
        operation =
          random.chance(0.5)
          ? .rearrange(
            .init(
              shape: [max(1, count / inner), 1, inner],
              axes: [.init(size: max(1, count / inner), stride: step * inner), .init(size: inner, stride: 1)],
              offset: random.below(count)))
          : .resize(.init(isLinear: random.chance(0.5), rows: places, columns: places))
      default: operation = .dense(.init(outputs: small(&random), activation: activation(&random)))
      }
      nodes.append(Node("n\(number)", operation, inputs: inputs))
      // The last value alone leaves, which asks for a node with weights; here any shape will do.
      let graph = Graph(input: input, nodes: nodes + [.init("end", .flatten, inputs: [number + 1])], outputs: [])
      shape = graph.shapeOfLastButOne
    }
    if shape?.rank == 3 { nodes.append(Node("flat", .flatten, inputs: [nodes.count])) }
    nodes.append(Node("logits", .dense(.init(outputs: 1 + random.below(4))), inputs: [nodes.count]))
    let functions = Function.allCases
    return Graph(
      input: input, nodes: nodes, outputs: [.init(value: nodes.count, function: functions[random.below(3)])])
  }

  /// The shape of what the last node reads; nil where the graph makes no sense up to there.
  private var shapeOfLastButOne: Shape? {
    var graph = self
    graph.nodes.removeLast()
    graph.nodes.append(.init("flat", .flatten, inputs: [graph.nodes.count]))
    graph.nodes.append(.init("logits", .dense(.init(outputs: 1)), inputs: [graph.nodes.count]))
    graph.outputs = [.init(value: graph.nodes.count, function: .identity)]
    return (try? graph.shapes()).map { $0[graph.nodes.count - 2] }
  }
}
