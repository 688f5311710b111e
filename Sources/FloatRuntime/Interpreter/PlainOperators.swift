import Models
import Numerics

/// Operators that cost little, as plain loops. Pictures are `[height, width, channels]`.
package enum PlainOperators {
  package typealias Values = UnsafePointer<Float>
  package typealias Result = UnsafeMutablePointer<Float>

  package static func averagePool(
    _ window: Operator.Window, _ x: Values, _ input: Shape, _ y: Result, _ output: Shape, _ rows: Range<Int>
  ) {
    let channels = input[2]
    for row in rows {
      let ys = window.rows(coveredBy: row, height: input[0])
      for column in 0..<output[1] {
        let xs = window.columns(coveredBy: column, width: input[1])
        mean(x, input, ys, xs, y + (row * output[1] + column) * channels)
      }
    }
  }

  package static func globalAveragePool(_ x: Values, _ input: Shape, _ y: Result) {
    mean(x, input, 0..<input[0], 0..<input[1], y)
  }

  /// Numbers that are added up one after the other. The error of a sum grows with its terms, so those of a longer one
  /// are added up in parts (Higham, Accuracy and Stability of Numerical Algorithms, section 4.2).
  private static let mostTerms = 256

  /// The mean of each channel over a window.
  private static func mean(
    _ x: Values, _ input: Shape, _ ys: Range<Int>, _ xs: Range<Int>, _ y: Result
  ) {
    let channels = input[2]
    let count = ys.count * xs.count
    for channel in 0..<channels { y[channel] = 0 }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: count > mostTerms ? channels : 0) { whole in
      for channel in whole.indices { whole[channel] = 0 }
      var terms = 0
      for r in ys {
        for c in xs {
          if terms == mostTerms {
            for channel in 0..<channels {
              whole[channel] += y[channel]
              y[channel] = 0
            }
            terms = 0
          }
          let from = x + (r * input[1] + c) * channels
          for channel in 0..<channels { y[channel] += from[channel] }
          terms += 1
        }
      }
      for channel in whole.indices { y[channel] += whole[channel] }
    }
    for channel in 0..<channels { y[channel] /= Float(count) }
  }

  package static func concatenate(_ inputs: [(shape: Shape, values: Values)], _ y: Result, _ output: Shape) {
    var offset = 0
    for (shape, x) in inputs {
      let channels = shape[2]
      for position in 0..<shape[0] * shape[1] {
        (y + position * output[2] + offset).update(from: x + position * channels, count: channels)
      }
      offset += channels
    }
  }

  package static func upsample(_ factor: Int, _ x: Values, _ input: Shape, _ y: Result) {
    let channels = input[2]
    let width = input[1] * factor
    for row in 0..<input[0] * factor {
      for column in 0..<width {
        let from = x + (row / factor * input[1] + column / factor) * channels
        (y + (row * width + column) * channels).update(from: from, count: channels)
      }
    }
  }
}
