import Quantization
import TestSupport
import Testing

@Suite struct SearchProgressTests {
  private func steps(budget: Double, learning: Bool = true) throws -> [SearchProgress] {
    let nasty = try NastyNetwork()
    let evaluator = try MethodEvaluator(nasty.model, images: nasty.validation, isLabelled: true, threads: 2)
    var search = MethodSearch(
      nasty.model, try nasty.record(), calibration: nasty.calibration, evaluator: evaluator, budget: budget, threads: 2)
    var steps: [SearchProgress] = []
    _ = try search.run(learning: learning) { steps.append($0) }
    return steps
  }

  /// What is said to be done never falls, and methods that learn have the share of the work that they take: counted by
  /// methods, most of it would seem done before the first of them.
  @Test func learningHasItsShareOfTheWork() throws {
    // Nothing keeps such a budget with room, so that all is tried.
    let steps = try steps(budget: -100)
    let shares = steps.map(\.share)
    #expect(shares == shares.sorted() && shares[0] == 0)
    #expect(shares.last! > 0.97 && shares.last! <= 1)
    let biases = try #require(steps.first { $0.method.hasSuffix("bias") })
    #expect(biases.share < 0.5, "\(biases)")
    let fine = steps.filter { $0.method.hasSuffix("fine-tune") }
    #expect(fine.count > 100)
    #expect(fine.last!.share - fine[0].share > 0.3)
  }

  /// What is not expected any more does not keep the end away.
  @Test func whatIsNotNeededIsNotWaitedFor() throws {
    let quick = try steps(budget: 60, learning: false)
    #expect(quick.last!.share > 0.8, "\(quick.last!)")
    #expect(quick.map(\.share) == quick.map(\.share).sorted())
    let enough = try steps(budget: 60)
    #expect(enough.last!.share > 0.8, "\(enough.last!)")
  }
}
