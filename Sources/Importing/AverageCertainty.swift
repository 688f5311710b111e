import Models
import Numerics

/// Whether a mean of codes is the same code however it is rounded on the way.
///
/// ONNX Runtime adds what codes are worth in float32, in an order of its own, and rounds the quotient. Where the exact
/// mean lies between two codes, the order decides, and no function of the exact sum gives the same. All sums are looked
/// at: where none comes that near to a tie, every way gives the same.
enum AverageCertainty {
  /// Windows of more codes are not looked at: no network has them.
  private static let mostTaps = 1024

  static func isSure(
    _ window: Operator.Window, from: QuantizationParameters, to: QuantizationParameters
  ) -> Bool {
    let taps = window.height * window.width
    guard taps <= mostTaps else { return false }
    // At the border fewer codes count.
    let counts =
      window.padding == .none
      ? [taps]
      : Set(
        (1...window.height).flatMap { rows in (1...window.width).map { rows * $0 } }
      ).sorted()
    return counts.allSatisfy { isSure($0, from, to) }
  }

  private static func isSure(_ count: Int, _ from: QuantizationParameters, _ to: QuantizationParameters) -> Bool {
    let low = count * (-128 - Int(from.zeroPoint)), high = count * (127 - Int(from.zeroPoint))
    let ratio = Double(from.scale) / Double(to.scale) / Double(count)
    let most = 255 * Double(from.scale) / Double(to.scale)
    for sum in low...high {
      let steps = Double(sum) * ratio
      // Each of the numbers, of the sums, of both factors and of the way there is rounded by 2^-24 of itself, and a
      // code with its zero point once more. Numbers of one sign are no larger than their sum.
      let size = low * high == 0 ? abs(steps) : most
      let doubt = 0x1p-24 * (Double(count + 6) * size + 256)
      // Beyond the largest code on either side all are one.
      guard abs(steps) < 257 else { continue }
      if abs(steps - steps.rounded(.down) - 0.5) <= doubt { return false }
    }
    return true
  }
}
