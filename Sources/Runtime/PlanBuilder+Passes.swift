import CInt8Kernels
import Models
import Numerics

// Steps of which each row needs the same row of the one before alone (1x1 convolutions, sums, products), or some rows
// that no other row needs (pools of windows side by side), or a part of one (enlargement), are computed with it in one
// pass: a depthwise convolution, the sum behind it and the 1x1 convolution behind that. A thread takes its rows through
// all of them, what lies between stays in its cache, and threads meet once and not after each. (One
// thread gains nothing: a few rows at a time, so that they stay in the nearest cache, took 2 % longer than layers do.)

/// How the range of a step's kernel lies over the rows of a picture.
struct RowSpan {
  /// Rows of the result.
  var height: Int
  /// The values that the step reads.
  var inputs: [Int]
  /// The value that it writes.
  var value: Int
  /// How many rows of the result need how many rows of its inputs, which no others need; nil where rows share some.
  var local: (results: Int, inputs: Int)?
}

extension PlanBuilder {
  /// Joins steps to passes, once all are there. Chains of other kinds stay.
  mutating func joinPasses() {
    guard !keepsAll, threads > 1 else { return }
    var taken = chains.map { $0.steps }[...]
    var passes: [Chain] = []
    var index = 0
    while index < steps.count {
      if let chain = taken.first, chain.contains(index) {
        index = chain.upperBound
        taken.removeFirst()
        continue
      }
      let (end, unit) = passEnd(from: index, before: taken.first?.lowerBound ?? steps.count)
      if end > index + 1 { passes.append(pass(index..<end, unit: unit)) }
      index = end
    }
    chains = (chains + passes).sorted { $0.steps.lowerBound < $1.steps.lowerBound }
  }

  /// The end of the steps from `first` on that make a pass, and the rows of the picture that they compute together.
  private func passEnd(from first: Int, before limit: Int) -> (end: Int, unit: Int) {
    guard let start = steps[first].span, let own = rowsTogether(first, of: start.height),
      isBalanced(start.height, by: own)
    else { return (first + 1, 1) }
    var (end, unit) = (first + 1, own)
    var heights = [start.value: start.height]
    while end < limit, let span = steps[end].span, let local = span.local {
      let read = span.inputs.compactMap { heights[$0] }
      // What a flattened value holds is in the memory of another, which the pass may be writing.
      let written = Set(heights.keys.map { places[$0] })
      let isElsewhere = span.inputs.allSatisfy { heights[$0] != nil || !written.contains(places[$0]) }
      guard !read.isEmpty, isElsewhere, read.allSatisfy({ $0 * local.results == span.height * local.inputs }),
        let rows = rowsTogether(end, of: start.height)
      else { break }
      let joined = unit * rows / greatestCommonDivisor(unit, rows)
      guard isBalanced(start.height, by: joined) else { break }
      (end, unit) = (end + 1, joined)
      heights[span.value] = span.height
    }
    return (end, unit)
  }

  private func greatestCommonDivisor(_ a: Int, _ b: Int) -> Int { b == 0 ? a : greatestCommonDivisor(b, a % b) }

  /// Of a picture of `height` rows, those from which a step computes whole units of its range; nil where its range does
  /// not follow rows.
  private func rowsTogether(_ index: Int, of height: Int) -> Int? {
    let step = steps[index].step
    guard step.rows % height == 0 || height % step.rows == 0 else { return nil }
    return height * step.alignment / greatestCommonDivisor(step.rows, height * step.alignment)
  }

  /// Whether threads get about as much of a picture's rows each, cut at multiples of `rows`.
  func isBalanced(_ height: Int, by rows: Int) -> Bool {
    let units = (height + rows - 1) / rows
    let most = (units + threads - 1) / threads
    return 4 * most * threads <= 5 * units
  }

  /// A pass of some steps, cut at multiples of `unit` rows of the picture.
  private mutating func pass(_ range: Range<Int>, unit: Int) -> Chain {
    let own = range.map { index in
      let step = steps[index].step
      return ck_pass_step(run: step.run, operation: step.operation, frame: step.frame, rows: step.rows)
    }
    let kept = memory.allocate(ck_pass_step.self, own.count)
    kept.initialize(from: own, count: own.count)
    let height = steps[range.lowerBound].span!.height
    // As many parts as the step has that has most.
    let parts = min((height + unit - 1) / unit, range.map { steps[$0].step.parts }.max()!)
    let pass = memory.keep(
      ck_pass(steps: kept, count: own.count, height: height, unit: unit, parts: parts, nanoseconds: nil))
    for index in range.dropFirst() { steps[index].reason += ", in one pass with the layer before" }
    keepBuffers(over: range)
    return Chain(steps: range, work: .pass(pass, pieces: range.map { steps[$0].pieces }.max()!))
  }

  /// Steps of a pass run in turn, so what one of them touches lives as long as all.
  private mutating func keepBuffers(over range: Range<Int>) {
    for (index, buffer) in buffers.enumerated() where buffer.first < range.upperBound && buffer.last >= range.lowerBound
    {
      buffers[index] = .init(
        name: buffer.name, bytes: buffer.bytes, first: min(buffer.first, range.lowerBound),
        last: max(buffer.last, range.upperBound - 1))
    }
  }
}
