import CFloatKernels
import Models
import Numerics

/// Where a convolution's inputs lie, computed once for one input shape: what the kernels need to know.
///
/// The kernels know no padding: `padded(_:into:)` copies an image into a buffer with a border of zeros where there is
/// one.
package final class ConvolutionPlan {
  package let input: Shape
  package let output: Shape
  package let convolution: Operator.Convolution
  /// Input with its border.
  package let paddedShape: Shape
  /// Taps of one output channel.
  package let taps: Int
  /// Whether each channel has its own taps and one result.
  package let isDepthwise: Bool
  private let offsets: UnsafeMutablePointer<Int>
  private let runs: Int
  private let runLength: Int

  package init(_ convolution: Operator.Convolution, input: Shape, output: Shape) {
    self.convolution = convolution
    self.input = input
    self.output = output
    let window = convolution.window
    let pad = window.padding
    paddedShape = [input[0] + pad.top + pad.bottom, input[1] + pad.left + pad.right, input[2]]
    let channels = input[2]
    isDepthwise = convolution.isDepthwise(inputChannels: channels)
    taps = window.height * window.width * channels / convolution.groups
    let rowFloats = paddedShape[1] * channels
    var list: [Int] = []
    if isDepthwise {
      runLength = window.width
      list = (0..<window.height).map { $0 * convolution.dilation * rowFloats }
    } else if convolution.groups == 1, convolution.dilation == 1 {
      runLength = window.width * channels
      list = (0..<window.height).map { $0 * rowFloats }
    } else {
      runLength = channels / convolution.groups
      for y in 0..<window.height {
        for x in 0..<window.width {
          list.append(y * convolution.dilation * rowFloats + x * convolution.dilation * channels)
        }
      }
    }
    runs = list.count
    offsets = .allocate(capacity: runs)
    offsets.initialize(from: list, count: runs)
  }

  deinit { offsets.deallocate() }

  /// Output channels of one group.
  package var groupChannels: Int { convolution.outputChannels / convolution.groups }

  /// Floats between neighbouring taps of a depthwise window.
  package var tapStep: Int { convolution.dilation * input[2] }

  /// Whether the window slides over the image as it is.
  package var isValid: Bool { convolution.window.padding == .none }

  /// Taps of one output channel when each run is filled up to whole panels.
  package var rowFloats: Int { runs * padded(runLength) }

  /// The kernels' view of the shapes. `pooled` says that outputs are written after pooling 2x2.
  package func window(pooled: Bool = false) -> cf_window {
    let rowFloats = paddedShape[1] * input[2]
    let width = output[1]
    let channels = output[2]
    return cf_window(
      row_step: convolution.window.stride * rowFloats,
      column_step: convolution.window.stride * input[2],
      runs: Int32(runs), run_length: Int32(runLength), run_offsets: offsets,
      width: Int32(width), channels: Int32(isDepthwise ? channels : groupChannels),
      output_row: (pooled ? width / 2 : width) * channels, output_column: channels)
  }

  /// Copies an image into a buffer of `paddedShape` whose border is zero already.
  package func copy(_ image: UnsafePointer<Float>, intoPadded buffer: UnsafeMutablePointer<Float>) {
    let pad = convolution.window.padding
    let from = input[1] * input[2]
    let to = paddedShape[1] * input[2]
    for row in 0..<input[0] {
      (buffer + (row + pad.top) * to + pad.left * input[2]).update(from: image + row * from, count: from)
    }
  }

  /// The weights `[outputChannels][taps]` in the kernels' layout, group after group.
  package func packed(_ weight: UnsafePointer<Float>) -> FloatBuffer {
    if isDepthwise {
      let channels = output[2]
      let buffer = FloatBuffer(taps * padded(channels))
      for channel in 0..<channels {
        for tap in 0..<taps { buffer.start[tap * padded(channels) + channel] = weight[channel * taps + tap] }
      }
      return buffer
    }
    let groupFloats = padded(groupChannels) * taps
    let buffer = FloatBuffer(convolution.groups * groupFloats)
    for group in 0..<convolution.groups {
      Panels.pack(
        weight + group * groupChannels * taps, rows: groupChannels, columns: taps,
        into: buffer.start + group * groupFloats)
    }
    return buffer
  }

  /// Runs output rows `rows` with weights from `packed`. `image` is padded; `bias` holds
  /// `[groups][padded(groupChannels)]`.
  package func run(
    _ kernels: FloatKernels, image: UnsafePointer<Float>, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>,
    result: UnsafeMutablePointer<Float>, rows: Range<Int>, clamp: cf_clamp
  ) {
    var window = window()
    let (begin, end) = (Int32(rows.lowerBound), Int32(rows.upperBound))
    if isDepthwise {
      kernels.table.pointee.depthwise(&window, tapStep, image, weights, bias, result, begin, end, clamp)
      return
    }
    for group in 0..<convolution.groups {
      kernels.table.pointee.conv(
        &window, image + group * input[2] / convolution.groups, weights + group * padded(groupChannels) * taps,
        bias + group * padded(groupChannels), result + group * groupChannels, begin, end, clamp)
    }
  }
}

/// The layout of packed weights: `[ceil(rows / 16)][columns][16]`, filled up with zeros, so that one vector holds the
/// same tap of neighbouring channels.
package enum Panels {
  package static func pack(
    _ matrix: UnsafePointer<Float>, rows: Int, columns: Int, into panels: UnsafeMutablePointer<Float>
  ) {
    let lanes = CF_PANEL
    for row in 0..<rows {
      let panel = panels + row / lanes * columns * lanes + row % lanes
      for column in 0..<columns { panel[column * lanes] = matrix[row * columns + column] }
    }
  }

  package static func unpack(
    _ panels: UnsafePointer<Float>, rows: Int, columns: Int, into matrix: UnsafeMutablePointer<Float>
  ) {
    let lanes = CF_PANEL
    for row in 0..<rows {
      let panel = panels + row / lanes * columns * lanes + row % lanes
      for column in 0..<columns { matrix[row * columns + column] = panel[column * lanes] }
    }
  }
}
