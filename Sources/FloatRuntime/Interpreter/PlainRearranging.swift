import Models
import Numerics

extension PlainOperators {
  /// Each element of the first value and the second's; one number a channel belongs to each pixel.
  package static func join(
    _ inputs: [(shape: Shape, values: Values)], _ y: Result, _ joined: (Float, Float) -> Float
  ) {
    let period = inputs[1].shape.count
    for start in stride(from: 0, to: inputs[0].shape.count, by: period) {
      for at in 0..<period { y[start + at] = joined(inputs[0].values[start + at], inputs[1].values[at]) }
    }
  }

  package static func rearrange(_ arrangement: Operator.Arrangement, _ x: Values, _ y: Result) {
    let inner = arrangement.axes[arrangement.axes.count - 1]
    let outer = Array(arrangement.axes.dropLast())
    var place = [Int](repeating: 0, count: outer.count)
    var from = x + arrangement.offset
    for start in stride(from: 0, to: arrangement.shape.count, by: inner.size) {
      for at in 0..<inner.size { y[start + at] = from[at * inner.stride] }
      for axis in outer.indices.reversed() {
        from += outer[axis].stride
        place[axis] += 1
        guard place[axis] == outer[axis].size else { break }
        from -= outer[axis].size * outer[axis].stride
        place[axis] = 0
      }
    }
  }

  package static func resize(_ resize: Operator.Resize, _ x: Values, _ input: Shape, _ y: Result, _ rows: Range<Int>) {
    let (height, width, channels) = (input[0], input[1], input[2])
    let columns = resize.columns.count
    let places = (0..<columns).map { resize.columns.place($0, of: width) }
    for row in rows {
      let (top, share) = resize.rows.place(row, of: height)
      let upper = x + top * width * channels
      let lower = x + min(top + 1, height - 1) * width * channels
      let below = Float(share) * 0x1p-32
      for (column, place) in places.enumerated() {
        let to = y + (row * columns + column) * channels
        let left = place.pixel * channels
        guard resize.isLinear else {
          to.update(from: upper + left, count: channels)
          continue
        }
        let right = min(place.pixel + 1, width - 1) * channels
        let beside = Float(place.share) * 0x1p-32
        for channel in 0..<channels {
          let above = upper[left + channel] * (1 - beside) + upper[right + channel] * beside
          let under = lower[left + channel] * (1 - beside) + lower[right + channel] * beside
          to[channel] = above * (1 - below) + under * below
        }
      }
    }
  }
}
