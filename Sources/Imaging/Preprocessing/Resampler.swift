import CImaging

/// The resampling rule `triangle`, version 1: a separable triangle filter in 14-bit fixed point, with integers only, so
/// that every machine computes the same bytes.
///
/// One axis with `n` samples in the region and `m` outputs. Sample j stands at 2 m j on a grid on which output i stands
/// at p(i) = (2 i + 1) n - m (both at the middle of their pixels), and the triangle reaches R = 2 max(n, m) to each
/// side:
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
  /// From one output's weights to the next one's: `taps` filled up with zeros to a multiple of 4.
  let stride: Int
  /// The first sample of the picture that each output reads.
  let starts: [Int32]
  /// `[outputs, stride]`.
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
    let stride = (most + 3) / 4 * 4
    var weights = [Int16](repeating: 0, count: m * stride)
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
        weights[i * stride + sample - start] += Int16(next - rounded)
        rounded = next
      }
    }
    outputs = m
    taps = most
    self.stride = stride
    self.starts = starts
    self.weights = weights
  }

  private init(outputs: Int, taps: Int, stride: Int, starts: [Int32], weights: [Int16]) {
    self.outputs = outputs
    self.taps = taps
    self.stride = stride
    self.starts = starts
    self.weights = weights
  }

  /// The same weights for a source whose first `count` samples are cut off.
  func droppingFirst(_ count: Int) -> ResamplingAxis {
    ResamplingAxis(
      outputs: outputs, taps: taps, stride: stride, starts: starts.map { $0 - Int32(count) }, weights: weights)
  }

  private static func floorDivide(_ a: Int, by b: Int) -> Int {
    a >= 0 ? a / b : -((b - 1 - a) / b)
  }

  func withC(_ body: (UnsafePointer<ci_axis>) -> Void) {
    starts.withUnsafeBufferPointer { starts in
      weights.withUnsafeBufferPointer { weights in
        var axis = ci_axis(
          starts: starts.baseAddress, weights: weights.baseAddress, taps: taps, stride: stride, outputs: outputs)
        body(&axis)
      }
    }
  }
}

/// Both axes of one resampling, for any number of pictures of one size.
struct ResamplingPlan {
  /// What a plan is made for.
  struct Shape: Equatable {
    /// Columns and rows of the picture.
    var width, height: Int
    var region: PixelRegion
    /// Columns and rows of the result.
    var outputWidth, outputHeight: Int
  }

  let shape: Shape
  private let down: ResamplingAxis
  private let across: ResamplingAxis
  /// The columns that the second pass reads, and so the first computes.
  private let firstColumn: Int
  private let columns: Int

  init(_ shape: Shape) {
    self.shape = shape
    let region = shape.region
    down = ResamplingAxis(limit: shape.height, first: region.y, region: region.height, outputs: shape.outputHeight)
    let all = ResamplingAxis(limit: shape.width, first: region.x, region: region.width, outputs: shape.outputWidth)
    firstColumn = Int(all.starts.min() ?? 0)
    columns = Int(all.starts.max() ?? 0) + all.taps - firstColumn
    across = all.droppingFirst(firstColumn)
  }

  /// Rows that are taken through both passes together, so that what lies between stays in the first cache.
  private static let band = 8

  /// Bytes that `run` needs between its passes.
  func scratchCount(channels: Int) -> Int { Self.band * columns * channels + Int(CI_SLACK) }

  /// Resamples `[height, width, channels]` to `[outputHeight, outputWidth, channels]`.
  func run(
    _ pixels: UnsafePointer<UInt8>, channels: Int, scratch: UnsafeMutablePointer<UInt8>,
    into output: UnsafeMutablePointer<UInt8>
  ) {
    let way = ci_resampler_fastest().pointee
    let from = pixels + firstColumn * channels, row = columns * channels
    (scratch + Self.band * row).update(repeating: 0, count: Int(CI_SLACK))
    down.withC { down in
      across.withC { across in
        for first in Swift.stride(from: 0, to: shape.outputHeight, by: Self.band) {
          let rows = min(Self.band, shape.outputHeight - first)
          var part = down.pointee
          part.starts += first
          part.weights += first * part.stride
          part.outputs = rows
          way.columns(&part, from, shape.width * channels, row, scratch)
          for y in 0..<rows {
            way.row(across, scratch + y * row, channels, output + (first + y) * shape.outputWidth * channels)
          }
        }
      }
    }
  }
}

extension Preprocessor {
  /// The loops over pixels that serve within the limit of the process, such as `avx2`.
  public static var variant: String { String(cString: ci_resampler_fastest().pointee.name) }
}

extension Image {
  /// A region of this picture resampled to `width` x `height` by the rule `triangle`.
  ///
  /// - Parameter region: may reach beyond the picture, whose edge pixels then go on. The filter reads nothing outside
  ///   it.
  public func resampled(_ region: PixelRegion? = nil, width: Int, height: Int) -> Image {
    let region = region ?? PixelRegion(x: 0, y: 0, width: self.width, height: self.height)
    let plan = ResamplingPlan(
      .init(width: self.width, height: self.height, region: region, outputWidth: width, outputHeight: height))
    let bytes = [UInt8](unsafeUninitializedCapacity: height * width * channels) { output, count in
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: plan.scratchCount(channels: channels)) { scratch in
        pixels.withUnsafeBufferPointer {
          plan.run($0.baseAddress!, channels: channels, scratch: scratch.baseAddress!, into: output.baseAddress!)
        }
      }
      count = height * width * channels
    }
    return Image(width: width, height: height, channels: channels, pixels: bytes)
  }
}
