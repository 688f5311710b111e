import CImaging
import Numerics
import TestSupport
import Testing

/// Every variant of the passes against the scalar one, over random weights, sizes and bytes, with sentinels around what
/// is written.
@Suite struct ResamplerVariantTests {
  private struct Axis {
    var starts: [Int32]
    var weights: [Int16]
    var taps: Int
    var stride: Int

    init(_ random: inout CounterRandom, source: Int, outputs: Int) {
      taps = 1 + random.below(min(source, 19))
      stride = (taps + 3) / 4 * 4
      starts = []
      weights = [Int16](repeating: 0, count: stride * outputs)
      for i in 0..<outputs {
        starts.append(Int32(random.below(source - taps + 1)))
        var left = 1 << 14
        for k in 0..<taps {
          let part = k == taps - 1 ? left : random.below(left + 1)
          weights[i * stride + k] = Int16(part)
          left -= part
        }
      }
    }

    func with(_ body: (UnsafePointer<ci_axis>) -> Void) {
      starts.withUnsafeBufferPointer { starts in
        weights.withUnsafeBufferPointer { weights in
          var axis = ci_axis(
            starts: starts.baseAddress, weights: weights.baseAddress, taps: taps, stride: stride, outputs: starts.count)
          body(&axis)
        }
      }
    }
  }

  @Test func theMachinesOwnVariantIsThere() {
    let names = (0..<ci_resamplers()).map { String(cString: ci_resampler_at($0).pointee.name) }
    print("resamplers: \(names)")
    #expect(names.first == "scalar" && Set(names).count == names.count)
    #if arch(arm64)
      #expect(names.contains("neon"))
    #endif
  }

  @Test func columns() {
    var random = CounterRandom(seed: 31)
    for round in 0..<300 {
      let rows = 1 + random.below(40), width = 1 + random.below(80), outputs = 1 + random.below(20)
      let stride = width + random.below(9)
      let from = (0..<rows * stride).map { _ in UInt8(random.below(4) == 0 ? 255 : random.below(256)) }
      let axis = Axis(&random, source: rows, outputs: outputs)
      let results = run(count: outputs * width) { way, to in
        axis.with { way.columns($0, from, stride, width, to) }
      }
      #expect(results.allSatisfy { $0 == results[0] }, "round \(round): \(rows) x \(width), \(axis.taps) taps")
    }
  }

  @Test(arguments: [1, 3]) func rows(_ channels: Int) {
    var random = CounterRandom(seed: 32, stream: UInt64(channels))
    for round in 0..<300 {
      let width = 1 + random.below(80), outputs = 1 + random.below(40)
      let from = (0..<width * channels + Int(CI_SLACK)).map { _ in
        UInt8(random.below(4) == 0 ? 255 : random.below(256))
      }
      let axis = Axis(&random, source: width, outputs: outputs)
      let results = run(count: outputs * channels) { way, to in
        axis.with { way.row($0, from, channels, to) }
      }
      #expect(results.allSatisfy { $0 == results[0] }, "round \(round): \(width) to \(outputs), \(axis.taps) taps")
    }
  }

  /// The bytes of each variant.
  private func run(count: Int, _ body: (ci_resampler, UnsafeMutablePointer<UInt8>) -> Void) -> [[UInt8]] {
    (0..<ci_resamplers()).map { index in between(count: count) { body(ci_resampler_at(index).pointee, $0) } }
  }
}

/// Every variant of the conversion from raw formats against the scalar one.
@Suite struct ConverterVariantTests {
  @Test func everyWidthAndExtremes() {
    var random = CounterRandom(seed: 33)
    for width in Swift.stride(from: 2, through: 100, by: 2) {
      for _ in 0..<8 {
        let bytes = (0..<2 * width).map { _ in UInt8([0, 255, random.below(256), random.below(256)][random.below(4)]) }
        let yuyv = (0..<ci_converters()).map { index in
          between(count: 3 * width) { ci_converter_at(index).pointee.yuyv(bytes, width, $0) }
        }
        let nv12 = (0..<ci_converters()).map { index in
          between(count: 3 * width) { to in
            bytes.withUnsafeBufferPointer {
              ci_converter_at(index).pointee.nv12($0.baseAddress, $0.baseAddress! + width, width, to)
            }
          }
        }
        #expect(yuyv.allSatisfy { $0 == yuyv[0] } && nv12.allSatisfy { $0 == nv12[0] }, "width \(width)")
      }
    }
  }
}

/// What a function writes, after a check that it wrote nothing beside it.
private func between(count: Int, _ body: (UnsafeMutablePointer<UInt8>) -> Void) -> [UInt8] {
  var bytes = [UInt8](repeating: 0xA5, count: count + 64)
  bytes.withUnsafeMutableBufferPointer { body($0.baseAddress! + 32) }
  #expect((bytes.prefix(32) + bytes.suffix(32)).allSatisfy { $0 == 0xA5 }, "written beyond the end")
  return Array(bytes[32..<32 + count])
}
