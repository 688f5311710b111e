import FloatRuntime
import FoundationEssentials
import Threads

/// Rounding each weight up or down so that the layer's output, not the weight, comes out nearest (Nagel et al. 2020,
/// "Up or Down? Adaptive Rounding for Post-Training Quantization").
///
/// For one output channel with float weights w and codes q of scale s, the choice of every code between `floor(w / s)`
/// and `ceil(w / s)` minimizes over the samples n
///
///     (1 - rho) mean_n (s q . x'_n - w . x_n)^2 + rho sum_k mean(x'_k^2) (s q_k - w_k)^2
///
/// x being what the float layer reads and x' what the int8 layer reads, so that errors of earlier layers are made good
/// as well. The second term alone gives the nearest codes; it holds those weights back that few samples say anything
/// about, as where a dense layer has more inputs than there are images. The paper relaxes the choice and descends by
/// gradients; here one code after the other flips while that lowers the sum, which needs no step size and no seed.
struct LearnedRounding {
  /// The shares tried for rho: what predicts held-out images best is taken.
  static let shares: [Float] = [0, 0.01, 0.1, 0.3, 0.6]
  /// The most passes over all weights of a channel.
  private static let sweeps = 6
  /// Panels whose slopes are computed at once.
  private static let stride = 2

  private let samples: LayerSamples
  private let weight: [Float]
  private let scales: [Float]
  /// By group: outputs are taps, inputs samples of what the int8 layer reads.
  private let slopes: [PackedMatrix]
  /// Mean of the squares of what each tap reads, over all samples, `[groups][taps]`.
  private let power: [Float]

  /// - Parameters:
  ///   - samples: centred where the bias takes the mean error.
  ///   - weight: float, `[outputs][taps]`.
  ///   - scales: `[outputs]`.
  init(_ samples: LayerSamples, weight: [Float], scales: [Float]) {
    self.samples = samples
    self.weight = weight
    self.scales = scales
    let (count, taps) = (samples.count, samples.taps)
    slopes = samples.coded.withUnsafeBufferPointer { coded in
      (0..<samples.groups).map { group in
        PackedMatrix(
          coded.baseAddress! + group * taps * count, outputs: taps, inputs: count, outputStep: count, inputStep: 1)
      }
    }
    power = (0..<samples.groups * taps).map { row in
      var sum = 0.0
      for at in row * count..<(row + 1) * count { sum += Double(samples.coded[at]) * Double(samples.coded[at]) }
      return Float(sum / Double(count))
    }
  }

  /// Which weights go up, one bit each; nil where nothing beats the nearest codes on held-out images.
  func roundedUp(pool: ThreadPool) -> Data? {
    guard samples.fitted > 0, samples.fitted < samples.count, let share = bestShare(pool: pool) else { return nil }
    let (outputs, taps) = (scales.count, samples.taps)
    var up = [Bool](repeating: false, count: weight.count)
    up.withUnsafeMutableBufferPointer { up in
      let up = Shared(up)
      pool.run(outputs) { output in
        var channel = Channel(self, output, fitting: samples.count)
        channel.descend(share: share, sweeps: Self.sweeps)
        for tap in 0..<taps { up.buffer[output * taps + tap] = channel.isUp[tap] }
      }
    }
    var bits = [UInt8](repeating: 0, count: (weight.count + 7) / 8)
    for (at, isUp) in up.enumerated() where isUp { bits[at / 8] |= 1 << UInt8(at % 8) }
    return Data(bits)
  }

  /// The share whose choice has the least error on held-out images, over at most 16 channels; nil where that is no less
  /// than the nearest codes'.
  private func bestShare(pool: ThreadPool) -> Float? {
    let tried = min(16, scales.count)
    let width = Self.shares.count + 1
    var errors = [Double](repeating: 0, count: tried * width)
    errors.withUnsafeMutableBufferPointer { errors in
      let errors = Shared(errors)
      pool.run(tried * width) { job in
        var channel = Channel(self, job / width * scales.count / tried, fitting: samples.fitted)
        if job % width > 0 { channel.descend(share: Self.shares[job % width - 1], sweeps: Self.sweeps) }
        errors.buffer[job] = channel.heldOutError
      }
    }
    var sums = [Double](repeating: 0, count: width)
    for (job, error) in errors.enumerated() { sums[job % width] += error }
    let best = (1..<width).min { (sums[$0], $0) < (sums[$1], $1) }!
    return sums[best] < sums[0] ? Self.shares[best - 1] : nil
  }

  /// Places that threads write, each its own.
  private struct Shared<Element>: @unchecked Sendable {
    let buffer: UnsafeMutableBufferPointer<Element>

    init(_ buffer: UnsafeMutableBufferPointer<Element>) { self.buffer = buffer }
  }

  /// One output channel under way.
  private struct Channel {
    private let problem: LearnedRounding
    private let output: Int
    private let group: Int
    private let fitting: Int
    /// The output's error by sample: of those that decide, of all.
    private var deciding: [Float]
    private var residual: [Float]
    private(set) var isUp: [Bool]

    /// Starts from the nearest codes; the first `fitting` samples will decide.
    init(_ problem: LearnedRounding, _ output: Int, fitting: Int) {
      self.problem = problem
      self.output = output
      self.fitting = fitting
      let (taps, count) = (problem.samples.taps, problem.samples.count)
      group = output / (problem.scales.count / problem.samples.groups)
      let (first, scale) = (group * taps, problem.scales[output])
      var up = [Bool](repeating: false, count: taps)
      var error = [Float](repeating: 0, count: count)
      error.withUnsafeMutableBufferPointer { error in
        for tap in 0..<taps {
          let weight = problem.weight[output * taps + tap]
          let down = (weight / scale).rounded(.down)
          up[tap] = (weight / scale).rounded(.toNearestOrEven) > down
          let real = scale * max(-127, min(127, up[tap] ? down + 1 : down))
          let row = (first + tap) * count
          problem.samples.coded.withUnsafeBufferPointer { coded in
            problem.samples.exact.withUnsafeBufferPointer { exact in
              let (coded, exact) = (coded.baseAddress! + row, exact.baseAddress! + row)
              for sample in 0..<count { error[sample] += real * coded[sample] - weight * exact[sample] }
            }
          }
        }
      }
      isUp = up
      residual = error
      deciding = error[..<fitting] + [Float](repeating: 0, count: count - fitting)
    }

    /// The mean square of the output's error over the samples that did not decide.
    var heldOutError: Double {
      residual[fitting...].reduce(0.0) { $0 + Double($1) * Double($1) } / Double(max(1, residual.count - fitting))
    }

    /// Flips one code after the other while that lowers the sum.
    mutating func descend(share: Float, sweeps: Int) {
      let slopes = problem.slopes[group]
      let width = LearnedRounding.stride * 16
      var slope = [Float](repeating: 0, count: slopes.panelCount * 16 + width)
      for _ in 0..<sweeps {
        var flips = 0
        for panel in Swift.stride(from: 0, to: slopes.panelCount, by: LearnedRounding.stride) {
          let panels = panel..<min(panel + LearnedRounding.stride, slopes.panelCount)
          slopes.multiply(deciding, rows: 1, panels: panels, into: &slope)
          for tap in panel * 16..<min(panel * 16 + width, problem.samples.taps)
          where flip(tap, slope: slope[tap] / Float(fitting), share: share) {
            flips += 1
            slopes.multiply(deciding, rows: 1, panels: panels, into: &slope)
          }
        }
        if flips == 0 { return }
      }
    }

    /// Flips one code if that lowers the sum.
    private mutating func flip(_ tap: Int, slope: Float, share: Float) -> Bool {
      let at = output * problem.samples.taps + tap
      let (weight, scale) = (problem.weight[at], problem.scales[output])
      let down = (weight / scale).rounded(.down)
      let codes = (max(-127, min(127, down)), max(-127, min(127, down + 1)))
      let now = scale * (isUp[tap] ? codes.1 : codes.0)
      let step = scale * (isUp[tap] ? codes.0 : codes.1) - now
      guard step != 0 else { return false }
      let row = group * problem.samples.taps + tap
      let power = problem.power[row]
      let error = now - weight
      let seen = 2 * step * slope + step * step * power
      let held = power * ((error + step) * (error + step) - error * error)
      guard (1 - share) * seen + share * held < 0 else { return false }
      isUp[tap].toggle()
      let count = problem.samples.count
      problem.samples.coded.withUnsafeBufferPointer { coded in
        let column = coded.baseAddress! + row * count
        residual.withUnsafeMutableBufferPointer { residual in
          for sample in 0..<count { residual[sample] += step * column[sample] }
        }
        deciding.withUnsafeMutableBufferPointer { deciding in
          for sample in 0..<fitting { deciding[sample] += step * column[sample] }
        }
      }
      return true
    }
  }
}
