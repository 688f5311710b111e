import CAllocations
import CInt8Kernels
import Models
import Numerics
import Reference
import Runtime
import TestSupport
import Testing
import Threads

/// Which kernels the comparisons of this run have called.
let ranKernels = Locked<Set<String>>([])

/// The instruction sets that this machine can be limited to.
let supportedISAs = ISA.supported

/// Runs a random model of a graph, and the same with half of its values and all of them in 16 bits, as below.
func expectReferenceBytes(
  _ graph: Graph, seed: UInt64, _ extremes: QuantizedModel.Extremes = .typical, threads: [Int] = [1],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let model = try QuantizedModel.random(graph, seed: seed, extremes)
  try expectReferenceBytes(model, seed: seed, extremes, threads: threads, sourceLocation: sourceLocation)
  for quarters in [2, 4] {
    let words = model.withSixteenBits(seed: seed, quarters: quarters)
    try expectReferenceBytes(words, seed: seed, extremes, threads: threads, sourceLocation: sourceLocation)
  }
}

/// What processors with an instruction set choose from: where that depends on their units, all that there are.
func kernelTables(_ isa: ISA) -> [KernelTable] {
  let table = KernelTable(limit: isa)
  guard isa == .avx512VNNI else { return [table] }
  return [false, true].map { adds in
    var table = table
    table.addsBesideProducts = adds
    return table
  }
}

/// Runs a model on every instruction set and thread count, plain and keeping all values, its buffers ending at
/// unmapped pages, and compares all bytes with the reference.
func expectReferenceBytes(
  _ model: QuantizedModel, seed: UInt64, _ extremes: QuantizedModel.Extremes, threads: [Int],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let graph = model.description.graph
  let pixels = graph.randomPixels(seed: seed, extremes)
  let wanted = ReferenceInterpreter(model).run(pixels)
  let guarded = try #require(ca_guarded(pixels.count, 0)).assumingMemoryBound(to: UInt8.self)
  guarded.update(from: pixels, count: pixels.count)
  defer { ca_unmap_guarded(guarded, pixels.count) }
  for table in supportedISAs.flatMap(kernelTables) {
    for count in threads {
      for keeps in [false, true] {
        var buffers: [(start: UnsafeMutableRawPointer, bytes: Int)] = []
        defer { for buffer in buffers { ca_unmap_guarded(buffer.start, buffer.bytes) } }
        let label = Comment(
          rawValue: "\(table.isa.name), \(count) threads, keeping \(keeps), seed \(seed), \(extremes), "
            + "\(model.sixteenBitValues.count) values of 16 bits")
        let interpreter = try Interpreter(
          model, kernels: table, threads: count, keepingAllValues: keeps,
          placing: { buffer in
            // What lies in the slack must not matter.
            let start = ca_guarded(buffer.bytes, 0xa5)!
            buffers.append((start, buffer.bytes))
            return start.assumingMemoryBound(to: UInt8.self)
          })
        ranKernels.withLock { $0.formUnion(interpreter.layers.map(\.kernel)) }
        var logits = [Float](repeating: 0, count: interpreter.logitCount)
        interpreter.invoke(pixels: guarded, logits: &logits)
        #expect(logits == wanted.logits, label, sourceLocation: sourceLocation)
        if count > 1 {
          interpreter.share(unequalShares(of: count, seed: seed))
          interpreter.invoke(pixels: guarded, logits: &logits)
          #expect(logits == wanted.logits, "unequal shares, \(label)", sourceLocation: sourceLocation)
        }
        for output in graph.outputs.indices {
          #expect(
            interpreter.accumulators(output: output) == wanted.accumulators[output].elements, label,
            sourceLocation: sourceLocation)
        }
        guard keeps else { continue }
        for value in wanted.values.indices {
          let same = interpreter.value(value) == wanted.values[value].elements
          #expect(same, "\(graph.valueName(value)): \(label)", sourceLocation: sourceLocation)
        }
      }
    }
  }
}

/// Where the shares of so many threads begin: any, among them none.
func unequalShares(of threads: Int, seed: UInt64) -> [UInt32] {
  var random = CounterRandom(seed: seed, stream: 3)
  return [0] + (1..<threads).map { _ in UInt32(random.below(65_537)) }.sorted() + [65_536]
}

/// A graph of one operator between the pixels and a dense layer that makes its result visible as logits.
func graph(_ input: Shape, _ nodes: Graph.Node...) -> Graph {
  let count = nodes.count
  return Graph(
    input: input,
    nodes: nodes + [
      .init("flat", .flatten, inputs: [count]),
      .init("logits", .dense(.init(outputs: 3)), inputs: [count + 1]),
    ],
    outputs: [.init(value: count + 2, function: .softmax)])
}

extension Graph {
  /// A random picture for this graph: whole range, or only 0 and 255.
  func randomPixels(seed: UInt64, _ extremes: QuantizedModel.Extremes = .typical) -> [UInt8] {
    var random = CounterRandom(seed: seed, stream: 2)
    return (0..<input.count).map { _ in
      extremes == .loud ? (random.below(2) == 0 ? 0 : 255) : UInt8(truncatingIfNeeded: random.next())
    }
  }
}
