import Datasets
import ModelFiles
import Models
import Numerics
import Runtime

extension Attribution {
  /// Of how many of the largest steps channels and 16 bits are tried.
  private static let tried = 5
  /// The most multiply-adds for the channels of one layer.
  private static let mostForChannels = 20_000_000_000
  /// The most pictures, multiply-adds and logits kept.
  private static let (mostImages, mostMultiplyAdds, mostLogits) = (128, 60_000_000_000, 20_000_000)

  /// How many of so many pictures it is measured on: as many as take some seconds, and at least eight.
  static func images(of count: Int, _ graph: Graph) throws -> Int {
    let multiplyAdds = try graph.multiplyAdds()
    // A node lets the network run on from it about five times.
    var (behind, cost) = (0, 1)
    for own in multiplyAdds.reversed() {
      cost += 5 * behind
      behind += own
    }
    let logits = try graph.nodes.count * 6 * graph.outputs.reduce(0) { try $0 + graph.shapes()[$1.value].count }
    return min(count, max(8, min(mostImages, mostMultiplyAdds / cost, mostLogits / max(1, logits))))
  }

  /// Measures.
  ///
  /// - Parameters:
  ///   - float: the float network, equalized where int8 is; of an int8 one the weights that its codes stand for.
  ///   - first: that int8 one.
  ///   - images: labelled; some of them, spread evenly over all, are used.
  /// - Throws: `RuntimeError` or `FloatRuntimeError` for a network that cannot be run.
  init(
    _ float: FloatModel, first: QuantizedModel? = nil, _ int8: QuantizedModel,
    images: [LabelledImage], threads: Int, kernels: KernelTable, progress: (_ done: Int, _ total: Int) -> Void
  ) throws {
    let description = float.description
    let chosen = Array(images.indices).spread(try Self.images(of: images.count, description.graph))
    let run = try LayerByLayer(float, firstCodes: first?.quantization, int8, threads: threads, kernels: kernels)
    // Channels and 16 bits of a layer take about as long as a few pictures.
    let total = chosen.count + 4 * Self.tried
    for (done, index) in chosen.enumerated() {
      try run.add(images[index].pixels)
      progress(done + 1, total)
    }
    let truth = chosen.map { images[$0].label }
    func error(_ logits: [[Float]]) -> AnswerError {
      AnswerError(logits, reference: run.reference, truth: truth, by: description)
    }
    let (simulated, said) = (error(run.simulated), run.simulated.map(description.likeliest))
    func leftOut(_ logits: [[Float]]?) -> LeftOut? {
      logits.map {
        LeftOut(
          int8: simulated, without: error($0),
          loss: PairedLoss(truth: truth, float: $0.map(description.likeliest), int8: said))
      }
    }
    var last = error(run.reference)
    self.float = last
    var parts = [[Part]](repeating: [], count: description.graph.nodes.count)
    for stage in run.stages {
      let next = error(stage.logits)
      parts[stage.node].append(Part(source: stage.source, before: last, after: next))
      last = next
    }
    isFromFloat = first == nil
    steps = parts.indices.filter { !parts[$0].isEmpty }.map { node in
      Step(
        node: node, name: description.graph.nodes[node].name, parts: parts[node], without: leftOut(run.without[node]),
        withoutActivations: leftOut(run.withoutActivations[node]), channels: run.channels[node], channelEffects: nil,
        sixteenBits: nil)
    }
    self.int8 = last
    let final = run.stages.last?.logits ?? run.reference
    lossAtOwnTemperature =
      int8.description.temperature == description.temperature
      ? nil : AnswerError(final, reference: run.reference, truth: truth, by: int8.description).loss
    spread = run.reference.joined().map { Double($0) }.standardDeviation
    if let first {
      let engine = try Interpreter(first, kernels: kernels, threads: threads)
      let off = error(chosen.map { engine.invoke(images[$0].pixels) }).squaredError.squareRoot()
      firstLogitError = off / (spread > 0 ? spread : 1)
    } else {
      firstLogitError = 0
    }
    self.images = chosen
    let largest = steps.sorted { abs($0.squaredError) > abs($1.squaredError) }.prefix(3).map(\.node)
    evidence = Evidence(run, largest, description.graph)
    try tryLargest(run, float, chosen.map { images[$0] }, threads: threads, kernels: kernels) {
      progress(chosen.count + 4 * $0, total)
    }
  }

  /// Finds out of the largest steps which channels make them, and what 16 bits would win and cost.
  private mutating func tryLargest(
    _ run: LayerByLayer, _ float: FloatModel, _ images: [LabelledImage], threads: Int, kernels: KernelTable,
    progress: (_ done: Int) -> Void
  ) throws {
    let multiplyAdds = try float.description.graph.multiplyAdds()
    let largest = bySize.prefix(Self.tried).map(\.node)
    let trials = try SixteenBitTrials(
      run.int8, images: images, reference: run.reference, by: float.description, threads: threads, kernels: kernels)
    for (done, node) in largest.enumerated() {
      let place = steps.firstIndex { $0.node == node }!
      if let channels = run.channels[node]?.signal.count {
        let cost = (channels + 2) * max(1, multiplyAdds[(node + 1)...].reduce(0, +))
        let count = min(images.count, Self.mostForChannels / cost)
        // A few pictures say less than nothing.
        if count >= min(4, images.count) {
          steps[place].channelEffects = try run.channelEffects(of: node, on: images.spread(count).map(\.pixels))
        }
      }
      progress(done + 1)
      // Nearer to another int8 model is no gain.
      guard isFromFloat else { continue }
      let ends = run.int8.quantization[node + 1].ends
      let seen = run.ranges[node] ?? ends
      steps[place].sixteenBits = trials.results(
        node, covering: min(ends.lowerBound, seen.lowerBound)...max(ends.upperBound, seen.upperBound))
    }
    progress(Self.tried)
  }
}

extension Attribution.Evidence {
  /// - Parameter nodes: whose steps are kept.
  fileprivate init(_ run: LayerByLayer, _ nodes: [Int], _ graph: Graph) {
    float = run.reference
    steps = nodes.map { node in
      let first = run.stages.firstIndex { $0.node == node }!
      return (
        graph.nodes[node].name, first == 0 ? run.reference : run.stages[first - 1].logits,
        run.stages.filter { $0.node == node }.map { ($0.source, $0.logits) }
      )
    }
  }
}
