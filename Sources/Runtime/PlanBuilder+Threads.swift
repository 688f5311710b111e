import CInt8Kernels

// Small networks have many steps of a microsecond or two, after each of which threads meet and fetch what others wrote:
// fewer threads may be faster there.
extension PlanBuilder {
  /// What a step of several threads takes beside its share of the work, microseconds: for two 0.3 to 1.4, by what seven
  /// networks of 6 to 76 steps took on two cores of an EPYC (`glint bench --threads 1` and 2), up to 2.2 on those of a
  /// Xeon, which take 0.18 to hand each other a cache line; and more for more.
  private static func meeting(of threads: Int) -> Double { 1.2 + 0.15 * Double(threads - 2) }

  /// The time of one inference, microseconds: no more than the order of magnitude, by which thread counts are compared.
  func estimate(threads: Int) -> Double {
    guard threads > 1 else { return steps.reduce(0) { $0 + $1.microseconds } }
    // Threads meet once for all steps of a chain.
    let meetings = steps.count - chains.reduce(0) { $0 + $1.steps.count - 1 }
    return steps.reduce(Double(meetings) * Self.meeting(of: threads)) { time, step in
      time + step.microseconds / Double(min(threads, step.step.parts))
    }
  }

  /// The number of threads that is estimated to be fastest: all of the plan's, half of them and so on, or one.
  var fastestThreads: Int {
    var (best, count) = (threads, threads / 2)
    while count >= 1 {
      if estimate(threads: count) < estimate(threads: best) { best = count }
      count /= 2
    }
    return best
  }
}

extension ISA {
  /// Multiply-adds of a convolution in a microsecond, by the order of magnitude of what kernels reach.
  var multiplyAddsPerMicrosecond: Int {
    switch self {
    case .scalar: 2000
    case .neon: 10_000
    case .sse41, .neonDotprod: 30_000
    case .neonI8MM: 50_000
    case .avx2: 80_000
    case .avxVNNI: 120_000
    case .avx512VNNI: 200_000
    }
  }
}
