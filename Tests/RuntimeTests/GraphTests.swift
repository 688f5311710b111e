import CAllocations
import Glibc
import Models
import Numerics
import Reference
import Runtime
import TestSupport
import Testing

/// Whole graphs: branches, fusion, memory reuse, threads.
@Suite struct RandomGraphTests {
  /// A chain of random operators with side branches that are joined again.
  private func randomGraph(seed: UInt64) -> Graph {
    var random = CounterRandom(seed: seed, stream: 3)
    let input: Shape = [8 + random.below(12), 8 + random.below(12), 1 + random.below(4)]
    var nodes: [Graph.Node] = []
    func append(_ op: Operator, _ inputs: [Int]) { nodes.append(.init("n\(nodes.count)", op, inputs: inputs)) }
    func shapeOfLatest() -> Shape {
      try! Graph(
        input: input,
        nodes: nodes + [
          .init("flat", .flatten, inputs: [nodes.count]),
          .init("end", .dense(.init(outputs: 1)), inputs: [nodes.count + 1]),
        ],
        outputs: [.init(value: nodes.count + 2, function: .identity)]
      ).shapes()[nodes.count]
    }
    for _ in 0..<3 {
      let channels = 1 + random.below(40)
      let activation = Operator.Activation.allCases[random.below(3)]
      let same = Operator.conv2D(
        .init(outputChannels: channels, window: .init(3, 3, padding: .all(1)), activation: activation))
      append(same, [nodes.count])
      let trunk = nodes.count
      switch random.below(7) {
      case 0:
        append(.conv2D(.init(outputChannels: channels, window: .init(1, 1))), [trunk])
        append(.add(.relu), [trunk, nodes.count])
      case 1:
        append(.function(.init(.hardSwish)), [trunk])
        append(.concatenate, [trunk, nodes.count])
      case 2:
        append(.globalAveragePool, [trunk])
        append(.function(.init(.sigmoid)), [nodes.count])
        append(.multiply(.none), [trunk, nodes.count])
      case 3:
        append(.function(Operator.Function.samples[random.below(Operator.Function.samples.count)]), [trunk])
        append(.multiply(activation), [trunk, nodes.count])
      case 4:
        let shape = shapeOfLatest()
        append(
          .rearrange(
            .init(
              shape: [shape[1], shape[0], shape[2]],
              axes: [
                .init(size: shape[1], stride: shape[2]), .init(size: shape[0], stride: shape[1] * shape[2]),
                .init(size: shape[2], stride: 1),
              ])), [trunk])
        let places = Operator.Sampling(count: 3 + random.below(20), start: 0, step: random.below(2 << 32))
        append(.resize(.init(isLinear: random.chance(0.5), rows: places, columns: places)), [nodes.count])
      case 5:
        append(.maxPool2D(.init(2, 2, stride: 2)), [trunk])
      default:
        append(
          .conv2D(.init(outputChannels: channels, window: .init(3, 3, padding: .all(1)), groups: channels)), [trunk])
        append(.averagePool2D(.init(2, 2, stride: 1)), [nodes.count])
      }
    }
    let last = nodes.count
    append(.conv2D(.init(outputChannels: 2 + random.below(20), window: .init(1, 1))), [last])
    let map = nodes.count
    append(.globalAveragePool, [last])
    append(.dense(.init(outputs: 1 + random.below(9))), [nodes.count])
    return Graph(
      input: input, nodes: nodes,
      outputs: [.init(value: map, function: .identity), .init(value: nodes.count, function: .softmax)])
  }

  @Test(arguments: 1...20 as ClosedRange<UInt64>)
  func equalsReference(seed: UInt64) throws {
    try expectReferenceBytes(randomGraph(seed: seed), seed: seed, threads: [1, 3])
  }

  @Test func referenceNetworkEqualsReference() throws {
    try expectReferenceBytes(.happySad(input: [54, 63, 3]), seed: 5, threads: [1, 2, 3, 4])
    try expectReferenceBytes(.happySad(input: [40, 87, 3]), seed: 6, .loud)
  }

  @Test func repeatedAndThreadedRunsAgree() throws {
    let graph = Graph.happySad(input: [96, 96, 3])
    let model = try QuantizedModel.random(graph, seed: 8)
    let pixels = graph.randomPixels(seed: 8)
    let first = try Interpreter(model).invoke(pixels)
    for threads in 1...4 {
      let interpreter = try Interpreter(model, threads: threads)
      for _ in 0..<20 { #expect(interpreter.invoke(pixels) == first) }
    }
  }

  @Test func invokeAllocatesNothing() throws {
    let graph = Graph.happySad(input: [64, 64, 3])
    let interpreter = try Interpreter(try .random(graph, seed: 3))
    let pixels = graph.randomPixels(seed: 3)
    var logits = [Float](repeating: 0, count: interpreter.logitCount)
    pixels.withUnsafeBufferPointer { pixels in
      let before = ca_allocations()
      interpreter.invoke(pixels: pixels.baseAddress!, logits: &logits)
      #expect(ca_allocations() == before)
    }
    // The counter counts.
    let before = ca_allocations()
    let array = [Int](repeating: logits.count, count: 1000 + logits.count)
    #expect(ca_allocations() > before && array.count > 1000)
  }

  @Test func invokeMakesNoSystemCalls() throws {
    struct Work {
      let interpreter: Interpreter
      let pixels: [UInt8]
      var logits: [Float]
      var readsFile = false
    }
    let graph = Graph.happySad(input: [64, 64, 3])
    let interpreter = try Interpreter(try .random(graph, seed: 3))
    var work = Work(
      interpreter: interpreter, pixels: graph.randomPixels(seed: 3),
      logits: [Float](repeating: 0, count: interpreter.logitCount))
    let wanted = interpreter.invoke(work.pixels)
    func calls(_ work: inout Work) -> Int {
      withUnsafeMutablePointer(to: &work) { pointer in
        ca_system_calls(
          { context in
            let work = context!.assumingMemoryBound(to: Work.self)
            if work.pointee.readsFile { _ = open("/nowhere", O_RDONLY) }
            work.pointee.pixels.withUnsafeBufferPointer { pixels in
              work.pointee.interpreter.invoke(pixels: pixels.baseAddress!, logits: &work.pointee.logits)
            }
          }, pointer)
      }
    }
    let count = calls(&work)
    // Emulators offer no filter.
    guard count != Int(bitPattern: UInt.max) else { return }
    #expect(count == 0)
    #expect(work.logits == wanted)
    // The counter counts.
    work.readsFile = true
    #expect(calls(&work) == 1)
  }

  @Test func memoryIsReused() throws {
    let model = try QuantizedModel.random(.happySad(), seed: 3)
    let plain = try Interpreter(model)
    let keeping = try Interpreter(model, keepingAllValues: true)
    #expect(plain.plan.arenaBytes < keeping.plan.arenaBytes / 3)
    for (index, first) in plain.plan.buffers.enumerated() {
      for second in plain.plan.buffers[..<index] where first.first <= second.last && second.first <= first.last {
        #expect(first.offset + first.bytes <= second.offset || second.offset + second.bytes <= first.offset)
      }
    }
  }
}
