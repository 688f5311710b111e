import Models

extension Preprocessing {
  /// Mirrors pixels that this rule made, `[height, width, channels]`, from left to right.
  package func mirror(_ pixels: inout [UInt8]) {
    let channels = colour.channels, row = width * channels
    pixels.withUnsafeMutableBufferPointer { pixels in
      for start in stride(from: 0, to: height * row, by: row) {
        for column in 0..<width / 2 {
          let left = start + column * channels, right = start + (width - 1 - column) * channels
          for channel in 0..<channels { pixels.swapAt(left + channel, right + channel) }
        }
      }
    }
  }
}
