import CFloatKernels
import FloatRuntime
import Numerics
import Threads

/// Weights that are learned, their gradient, and what the optimizer remembers about them.
public final class Parameter {
  /// How the buffers are laid out for the kernels.
  package enum Layout {
    /// As in files.
    case plain
    /// `groups` matrices of `rows` x `columns` in panels.
    case panels(groups: Int, rows: Int, columns: Int)
    /// `groups` vectors of `rows`, each filled up to whole panels.
    case vectors(groups: Int, rows: Int)
    /// `[taps][channels filled up to whole panels]`, from `[channels][taps]` in files.
    case taps(channels: Int, taps: Int)
  }

  /// The node's name and what it is, as in `conv1.weight`.
  public let name: String
  /// Shape in files.
  public let shape: Shape
  /// Whether weight decay applies: weights, not biases or normalization.
  public let decays: Bool
  /// Whether the optimizer changes it; running statistics change themselves, and frozen layers stay.
  public internal(set) var isTrained: Bool
  /// What it begins as, where it is not random.
  package let initialValue: Float
  package let layout: Layout
  package let values: FloatBuffer
  package let gradient: FloatBuffer
  package let first: FloatBuffer
  package let second: FloatBuffer

  package init(
    _ name: String, shape: Shape, layout: Layout, decays: Bool, initialValue: Float = 0, isTrained: Bool = true
  ) {
    self.name = name
    self.isTrained = isTrained
    self.initialValue = initialValue
    self.shape = shape
    self.layout = layout
    self.decays = decays
    let count =
      switch layout {
      case .plain: shape.count
      case .panels(let groups, let rows, let columns): groups * padded(rows) * columns
      case .vectors(let groups, let rows): groups * padded(rows)
      case .taps(let channels, let taps): padded(channels) * taps
      }
    values = FloatBuffer(count)
    gradient = FloatBuffer(count)
    first = FloatBuffer(count)
    second = FloatBuffer(count)
  }

  /// The weights, laid out as in files.
  public var tensor: Tensor<Float> { tensor(values) }

  /// The gradient of the loss by the weights, laid out as in files.
  public var gradientTensor: Tensor<Float> { tensor(gradient) }

  /// Sets the weights.
  ///
  /// - Precondition: `tensor.shape == shape`.
  public func load(_ tensor: Tensor<Float>) { load(tensor, into: values) }

  package func tensor(_ buffer: FloatBuffer) -> Tensor<Float> {
    Tensor(shape, places().map { buffer.start[$0] })
  }

  package func load(_ tensor: Tensor<Float>, into buffer: FloatBuffer) {
    precondition(tensor.shape == shape, "\(name) has shape \(shape), not \(tensor.shape)")
    for (place, value) in zip(places(), tensor.elements) { buffer.start[place] = value }
  }

  /// Sets what fills the last panel up to zero: kernels leave sums of foreign numbers there.
  package func clearPadding(_ buffer: FloatBuffer) {
    let lanes = CF_PANEL
    switch layout {
    case .plain: break
    case .panels(let groups, let rows, let columns):
      guard rows % lanes != 0 else { return }
      for group in 0..<groups {
        let panel = buffer.start + (group * padded(rows) + rows / lanes * lanes) * columns
        for column in 0..<columns {
          for lane in rows % lanes..<lanes { panel[column * lanes + lane] = 0 }
        }
      }
    case .vectors(let groups, let rows):
      for group in 0..<groups {
        for at in rows..<padded(rows) { buffer.start[group * padded(rows) + at] = 0 }
      }
    case .taps(let channels, let taps):
      for tap in 0..<taps {
        for at in channels..<padded(channels) { buffer.start[tap * padded(channels) + at] = 0 }
      }
    }
  }

  /// Where each element of the file's order lies in the buffers.
  private func places() -> [Int] {
    let lanes = CF_PANEL
    switch layout {
    case .plain: return Array(0..<shape.count)
    case .vectors(let groups, let rows):
      return (0..<groups * rows).map { $0 / rows * padded(rows) + $0 % rows }
    case .taps(let channels, let taps):
      return (0..<channels * taps).map { $0 % taps * padded(channels) + $0 / taps }
    case .panels(let groups, let rows, let columns):
      var places: [Int] = []
      places.reserveCapacity(groups * rows * columns)
      for group in 0..<groups {
        for row in 0..<rows {
          let start = group * padded(rows) * columns + row / lanes * columns * lanes + row % lanes
          for column in 0..<columns { places.append(start + column * lanes) }
        }
      }
      return places
    }
  }
}

/// Gradients by weights, one copy a slot, and their sum in the order of the slots.
package final class SlotSums {
  private let buffers: [FloatBuffer]

  package init(_ count: Int) { buffers = (0..<Slots.most).map { _ in FloatBuffer(count) } }

  package func start(_ slot: Int) -> UnsafeMutablePointer<Float> { buffers[slot].start }

  /// Sets a slot's sums to zero, where `image` is its first.
  func clear(_ pass: Pass, slot: Int, image: Int) {
    if Slots.images(slot, of: pass.images).lowerBound == image { buffers[slot].clear() }
  }

  /// Writes the sum of all slots.
  func reduce(_ pass: Pass, into total: UnsafeMutablePointer<Float>) {
    pass.pool.run(buffers[0].count, inBlocksOf: 4096) { block in
      let (first, count) = (block.lowerBound, block.count)
      (total + first).update(from: buffers[0].start + first, count: count)
      for slot in 1..<max(1, Slots.used(by: pass.images)) {
        pass.kernels.table.pointee.add(total + first, buffers[slot].start + first, count)
      }
    }
  }
}
