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
        let to = y + (row * output[1] + column) * channels
        for channel in 0..<channels { to[channel] = 0 }
        for r in ys {
          for c in xs {
            let from = x + (r * input[1] + c) * channels
            for channel in 0..<channels { to[channel] += from[channel] }
          }
        }
        let count = Float(ys.count * xs.count)
        for channel in 0..<channels { to[channel] /= count }
      }
    }
  }

  package static func globalAveragePool(_ x: Values, _ input: Shape, _ y: Result) {
    let channels = input[2]
    let positions = input[0] * input[1]
    for channel in 0..<channels { y[channel] = 0 }
    for position in 0..<positions {
      for channel in 0..<channels { y[channel] += x[position * channels + channel] }
    }
    for channel in 0..<channels { y[channel] /= Float(positions) }
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
