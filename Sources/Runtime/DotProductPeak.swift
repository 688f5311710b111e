import CCPU
import CInt8Kernels
import CThreads

/// The most multiply-adds a second that this machine's dot-product instructions give, measured on registers alone.
public enum DotProductPeak {
  /// Measures the peak of an instruction set on some threads at once, the best of several short rounds.
  ///
  /// - Returns: multiply-adds a second of all threads together; 0 where the instruction set has no measurement.
  public static func measure(_ isa: ISA, threads: Int) -> Double {
    guard let pool = ct_pool_create(Int32(clamping: threads)) else { return 0 }
    defer { ct_pool_destroy(pool) }
    var best = 0.0
    for _ in 0..<8 {
      var round = Round(isa: ccpu_set(isa.rawValue), multiplyAdds: 0)
      let start = ct_now()
      ct_pool_run(
        pool,
        { context, index in
          let round = context!.assumingMemoryBound(to: Round.self)
          let done = ck_peak(round.pointee.isa, 200_000)
          if index == 0 { round.pointee.multiplyAdds = done }
        }, &round, threads)
      let seconds = Double(ct_now() - start) * 1e-9
      best = max(best, Double(round.multiplyAdds) * Double(threads) / seconds)
    }
    return best
  }

  private struct Round {
    let isa: ccpu_set
    var multiplyAdds: UInt64
  }
}
