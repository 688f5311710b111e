import CImaging

/// The resampling rule `triangle`, version 1: a separable triangle filter in 14-bit fixed point, with integers only, so
/// that every machine computes the same bytes.
///
/// One axis with `n` samples in the region and `m` outputs. Sample j stands at 2 m j on a grid on which output i stands
/// at p(i) = (2 i + 1) n - m (both at the middle of their pixels), and the triangle reaches R = 2 max(n, m) to each side:
///
/// 1. u(i, j) = max(0, R - |2 m j - p(i)|) for the samples j = 0 ... n - 1 of the region; samples outside do not count.
/// 2. With C(i, j) = u(i, 0) + ... + u(i, j - 1) and U = C(i, n), the running totals are rounded to 14 bits,
///    T(j) = (C(i, j) 2^14 + U / 2) / U, divisions rounding down, and the weight of sample j is T(j + 1) - T(j). So the
///    weights are at least 0 and sum to 2^14 exactly: a flat picture stays flat.
/// 3. A sample of the region that lies beyond the picture is the picture's nearest edge sample.
/// 4. First down the columns, to m rows: v = (sum of weight * sample + 2^13) >> 14, a byte. Then along the rows, of
///    these bytes, by the same formula.
struct ResamplingAxis {
  let outputs: Int
  /// Weights per output; outputs that need fewer have zeros.
  let taps: Int
  /// The first sample of the picture that each output reads.
  let starts: [Int32]
  /// `[outputs, taps]`.
  let weights: [Int16]

  /// - Parameters:
  ///   - limit: samples that the picture has.
  ///   - first: the picture's sample at which the region begins; negative where it begins outside.
  ///   - n: samples of the region.
  ///   - m: outputs.
  init(limit: Int, first: Int, region n: Int, outputs m: Int) {
    let reach = 2 * max(n, m)
    // An output reads the samples with |2 m j - p| < reach: at most reach / m of them, and one for where they begin.
    let most = min(reach / m + 1, limit)
    var starts = [Int32](repeating: 0, count: m)
    var weights = [Int16](repeating: 0, count: m * most)
    for i in 0..<m {
      let place = (2 * i + 1) * n - m
      let low = max(0, Self.floorDivide(place - reach, by: 2 * m) + 1)
      let high = min(n - 1, Self.floorDivide(place + reach - 1, by: 2 * m))
      var total = 0
      for j in low...high { total += reach - abs(2 * m * j - place) }

      let start = min(max(0, first + low), limit - most)
      starts[i] = Int32(start)
      var running = 0, rounded = 0
      for j in low...high {
        running += reach - abs(2 * m * j - place)
        let next = ((running << 14) + total / 2) / total
        let sample = min(max(first + j, 0), limit - 1)
        weights[i * most + sample - start] += Int16(next - rounded)
        rounded = next
      }
    }
    outputs = m
    taps = most
    self.starts = starts
    self.weights = weights
  }

  private static func floorDivide(_ a: Int, by b: Int) -> Int {
    a >= 0 ? a / b : -((b - 1 - a) / b)
  }

  func withC<R>(_ body: (ci_axis) -> R) -> R {
    starts.withUnsafeBufferPointer { starts in
      weights.withUnsafeBufferPointer { weights in
        body(ci_axis(starts: starts.baseAddress, weights: weights.baseAddress, taps: taps, outputs: outputs))
      }
    }
  }
}

extension Image {
  /// A region of this picture resampled to `width` x `height` by the rule `triangle`.
  ///
  /// - Parameter region: may reach beyond the picture, whose edge pixels then go on. The filter reads nothing outside
  ///   it.
  public func resampled(_ region: PixelRegion? = nil, width: Int, height: Int) -> Image {
    let region = region ?? PixelRegion(x: 0, y: 0, width: self.width, height: self.height)
    let across = ResamplingAxis(limit: self.width, first: region.x, region: region.width, outputs: width)
    let down = ResamplingAxis(limit: self.height, first: region.y, region: region.height, outputs: height)
    // Only the columns that the second pass reads.
    let start = Int(across.starts.min() ?? 0)
    let columns = Int(across.starts.max() ?? 0) + across.taps - start
    let between = [UInt8](unsafeUninitializedCapacity: height * columns * channels) { room, count in
      pixels.withUnsafeBufferPointer { from in
        down.withC { axis in
          withUnsafePointer(to: axis) {
            ci_resample_columns(
              $0, from.baseAddress! + start * channels, self.width * channels, columns * channels, room.baseAddress!)
          }
        }
      }
      count = height * columns * channels
    }
    let out = [UInt8](unsafeUninitializedCapacity: height * width * channels) { room, count in
      between.withUnsafeBufferPointer { from in
        across.shifted(by: -start).withC { axis in
          withUnsafePointer(to: axis) {
            ci_resample_rows($0, from.baseAddress!, columns * channels, height, channels, room.baseAddress!)
          }
        }
      }
      count = height * width * channels
    }
    return Image(width: width, height: height, channels: channels, pixels: out)
  }
}

extension ResamplingAxis {
  private init(outputs: Int, taps: Int, starts: [Int32], weights: [Int16]) {
    self.outputs = outputs
    self.taps = taps
    self.starts = starts
    self.weights = weights
  }

  /// The same weights for a source of which the first `-distance` samples are cut off.
  func shifted(by distance: Int) -> ResamplingAxis {
    ResamplingAxis(outputs: outputs, taps: taps, starts: starts.map { $0 + Int32(distance) }, weights: weights)
  }
}
