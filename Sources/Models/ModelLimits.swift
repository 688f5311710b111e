import Numerics

/// What a model file may ask of the machine that reads it: a small file can name a network that needs hours and all
/// memory. Who knows where a file comes from lifts the limits.
public struct ModelLimits: Hashable, Sendable {
  /// Nodes of the graph; each group of a grouped convolution and each value that is joined counts as one more, since
  /// each is a step of its own.
  public var nodes: Int
  /// Bytes of all values and packed weights in float32, whether or not the model is int8.
  public var memory: Int
  /// Multiply-adds of one picture, elements that pools look at included.
  public var multiplyAdds: Int
  /// Bytes of the file's header, which holds the graph as text.
  public var headerBytes: Int

  /// `nodes` and multiply-adds are counts, memory and header bytes.
  public init(nodes: Int, memory: Int, multiplyAdds: Int, headerBytes: Int) {
    self.nodes = nodes
    self.memory = memory
    self.multiplyAdds = multiplyAdds
    self.headerBytes = headerBytes
  }

  /// What applies where nobody says otherwise: 10,000 nodes, 1 GiB, 20 G multiply-adds and a header of 16 MiB. The
  /// reference network has 9 nodes, 47 MB and 0.12 G.
  public static let standard = ModelLimits(
    nodes: 10_000, memory: 1 << 30, multiplyAdds: 20_000_000_000, headerBytes: 16 << 20)

  /// For files that are trusted: only what the format itself can hold.
  public static let trusting = ModelLimits(
    nodes: 1_000_000, memory: .max, multiplyAdds: .max, headerBytes: 100_000_000)
}

extension ModelLimits {
  /// How a person lifts them, for messages.
  public static let lifted = "--trust lifts it, in the library GLINT_TRUST=1"
}

/// What running a graph takes.
public struct GraphCost: Hashable, Sendable {
  /// Nodes, groups and joined values, as `ModelLimits.nodes` counts them.
  public private(set) var nodes = 0
  /// Bytes of all values and packed weights in float32.
  public private(set) var memory = 0
  /// Multiply-adds of one picture, elements that pools look at included. `Int.max` stands for all beyond.
  public private(set) var multiplyAdds = 0

  /// - Throws: `GraphError` where the graph makes no sense.
  public init(_ graph: Graph) throws(GraphError) {
    let shapes = try graph.shapes()
    let parameters = graph.parameterShapes(shapes)
    addMemory(shapes[0].count, 4)
    for (index, node) in graph.nodes.enumerated() {
      let result = shapes[index + 1]
      let input = shapes[node.inputs[0]]
      nodes += 1
      addMemory(result.count, 4)
      switch node.operator {
      case .conv2D(let conv):
        // As in the plans: depthwise groups run as one.
        let groups = conv.isDepthwise(inputChannels: input[2]) ? 1 : conv.groups
        nodes += groups - 1
        let taps = parameters[index]!.weight.count / conv.outputChannels
        addPacked(channels: conv.outputChannels / groups, taps: taps, groups: groups)
        if conv.window.padding != .none { addMemory(conv.window.padding.around(input), 4) }
        add(result[0] * result[1], parameters[index]!.weight.count)
      case .dense(let dense):
        addPacked(channels: dense.outputs, taps: input.count, groups: 1)
        add(dense.outputs, input.count)
      case .maxPool2D(let window), .averagePool2D(let window): add(result.count, window.height * window.width)
      case .globalAveragePool: add(input.count, 1)
      case .concatenate:
        nodes += node.inputs.count
        add(result.count, 1)
      case .resize: add(result.count, 4)
      case .add, .multiply, .upsampleNearest, .function, .rearrange, .flatten, .reshape: add(result.count, 1)
      }
    }
  }

  /// Refuses a graph that asks for more than it may.
  ///
  /// - Throws: `GraphError` that says what it asks for, and what the limit is.
  public func check(_ limits: ModelLimits) throws(GraphError) {
    func refuse(_ number: Int, _ unit: String, _ limit: Int) -> GraphError {
      let asked = number == .max ? "over \(grouped(Int.max))" : grouped(number)
      return GraphError.ofGraph("it asks for \(asked) \(unit); the limit is \(grouped(limit)) (\(ModelLimits.lifted))")
    }
    guard nodes <= limits.nodes else { throw refuse(nodes, "nodes", limits.nodes) }
    guard memory <= limits.memory else { throw refuse(memory, "bytes of memory", limits.memory) }
    guard multiplyAdds <= limits.multiplyAdds else {
      throw refuse(multiplyAdds, "multiply-adds a picture", limits.multiplyAdds)
    }
  }

  /// Weights as the file has them and as kernels want them: channels in panels of up to 64.
  private mutating func addPacked(channels: Int, taps: Int, groups: Int) {
    addMemory(channels * taps * groups, 4)
    addMemory((channels + 63) / 64 * 64 * groups, 4 * (taps + 2))
  }

  private mutating func addMemory(_ count: Int, _ size: Int) { memory = Self.sum(memory, count, size) }

  private mutating func add(_ count: Int, _ each: Int) { multiplyAdds = Self.sum(multiplyAdds, count, each) }

  /// `total + count * each`, or the largest number.
  private static func sum(_ total: Int, _ count: Int, _ each: Int) -> Int {
    let (product, tooMany) = count.multipliedReportingOverflow(by: each)
    let (sum, beyond) = total.addingReportingOverflow(product)
    return tooMany || beyond ? .max : sum
  }
}
