import CInt8Kernels
import CThreads

// What threads did of a picture: how long each layer took, and which share of it each had.
extension Interpreter {
  /// Computes one picture and notes how long each layer took.
  ///
  /// - Parameters:
  ///   - pixels: as in `invoke`.
  ///   - nanoseconds: room for one number a layer.
  public func invoke(pixels: UnsafePointer<UInt8>, timing nanoseconds: inout [UInt64]) {
    start(pixels)
    var before = ct_now()
    for (index, job) in jobs.enumerated() {
      if let chain = job.chain {
        time(chain, of: index, &nanoseconds)
        before = ct_now()
      } else {
        ct_team_run(team, index, 1)
        let after = ct_now()
        nanoseconds[job.layers.lowerBound] = after - before
        before = after
      }
    }
  }

  /// Chains run side by side, each thread's rows in turn: a layer takes as long as for the thread where it takes
  /// longest.
  private func time(_ chain: Chain.Work, of index: Int, _ nanoseconds: inout [UInt64]) {
    let (layers, parts) = (jobs[index].layers, jobs[index].work.parts)
    // By part, and by layer of the chain.
    var times = [UInt64](repeating: 0, count: layers.count * parts)
    times.withUnsafeMutableBufferPointer { times in
      switch chain {
      case .bands(let bands, let count):
        for band in 0..<count { bands[band].nanoseconds = times.baseAddress! + layers.count * band }
        ct_team_run(team, index, 1)
        for band in 0..<count { bands[band].nanoseconds = nil }
      case .pass(let pass, _):
        pass.pointee.nanoseconds = times.baseAddress!
        ct_team_run(team, index, 1)
        pass.pointee.nanoseconds = nil
      }
    }
    for (place, layer) in layers.enumerated() {
      nanoseconds[layer] = (0..<Int32(threads)).reduce(0) { longest, thread in
        let own = ct_team_first_part(team, parts, thread)..<ct_team_first_part(team, parts, thread + 1)
        return max(longest, own.reduce(0) { $0 + times[layers.count * $1 + place] })
      }
    }
  }

  /// The share of each layer that each thread took in the last picture: equal ones, or as fast as their cores are.
  /// Threads that the system did not give are not among them.
  public var threadShares: [Double] {
    let starts = (0...Int32(threads)).map { ct_team_first_part(team, 1 << 16, $0) }
    return zip(starts, starts.dropFirst()).map { Double($1 - $0) / 65_536 }.filter { $0 > 0 }
  }

  /// Has threads take other shares of each layer until measured ones move them, to test that no result depends on them.
  ///
  /// - Parameter starts: where each thread's share begins, in 1/65,536 of a layer: 0 first, ascending, 65,536 last.
  package func share(_ starts: [UInt32]) {
    precondition(starts.count == threads + 1)
    ct_team_share(team, starts)
  }
}
