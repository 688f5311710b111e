import CInt8Kernels
import Models
import Numerics

// A value that convolutions read with padding is written into the middle of a frame by what computes it, and whoever
// computes its rows fills the border beside them: no step copies it, and a thread finds in its own cache what it wrote.

/// How a value lies in memory: rows side by side, or in a frame.
struct RowLayout: Hashable {
  /// Around the rows; nothing where they lie side by side.
  var padding = Operator.Padding.none
  /// Bytes from a row to the next.
  var row: Int
  /// Bytes from the buffer's start to the first row.
  var start = 0
  /// Rows below that may be read, whatever they hold.
  var further = 0
  /// Bytes of the buffer.
  var bytes: Int

  /// Rows side by side.
  init(_ shape: Shape) {
    row = shape.count / (shape.dimensions.first ?? 1)
    bytes = shape.count
  }

  /// - Parameter further: rows below the frame that may be read, whatever they hold.
  init(_ shape: Shape, in padding: Operator.Padding, further: Int) {
    self.padding = padding
    self.further = further
    row = (padding.left + shape[1] + padding.right) * shape[2]
    start = padding.top * row + padding.left * shape[2]
    bytes = (padding.top + shape[0] + padding.bottom + further) * row
  }

  var isFramed: Bool { padding != .none }
}

extension PlanBuilder {
  /// The least width at which a 1x1 convolution works by the picture's rows: shorter ones are joined to longer, which a
  /// frame would forbid.
  private static let leastPointwiseWidth = 16

  /// Where a value's rows lie.
  func layout(of value: Int) -> RowLayout { (layouts.isEmpty ? nil : layouts[value]) ?? RowLayout(check.shapes[value]) }

  /// The frames of all values that are written into one.
  func planFrames() throws(RuntimeError) -> [RowLayout?] {
    guard !keepsAll else { return [] }
    var requirements = check.shapes.indices.map { value in
      Requirement(isPossible: value > 0 && check.shapes[value].dimensions.count == 3 && !graph.isOutput(value))
    }
    for (index, node) in graph.nodes.enumerated() {
      for value in node.inputs where requirements[value].isPossible {
        try requirements[value].join(requirement(of: index, for: value))
      }
    }
    var layouts = [RowLayout?](repeating: nil, count: requirements.count)
    for (value, requirement) in requirements.enumerated()
    where requirement.isPossible && writesRows(value) && (requirement.padding != .none || requirement.further > 0) {
      layouts[value] = RowLayout(check.shapes[value], in: requirement.padding, further: requirement.further)
    }
    return layouts
  }

  /// What readers of a value ask of a frame.
  private struct Requirement {
    /// Whether all can read one.
    var isPossible: Bool
    var padding = Operator.Padding.none
    /// Rows below it that may be read.
    var further = 0

    mutating func join(_ other: Requirement) {
      isPossible = isPossible && other.isPossible
      (padding.top, padding.bottom) = (max(padding.top, other.padding.top), max(padding.bottom, other.padding.bottom))
      (padding.left, padding.right) = (max(padding.left, other.padding.left), max(padding.right, other.padding.right))
      further = max(further, other.further)
    }
  }

  /// Whether what computes a value can write its rows apart.
  private func writesRows(_ value: Int) -> Bool {
    var index = value - 1
    if case .maxPool2D = graph.nodes[index].operator, index > 0,
      case .conv2D(let conv) = graph.nodes[index - 1].operator,
      fusesPooling(after: index - 1, conv)
    {
      index -= 1
    }
    // Words have frames of their own, since few layers have them.
    guard !readsOrMakesWords(index) else { return false }
    switch graph.nodes[index].operator {
    case .conv2D(let conv): return !isPointwise(conv) || check.shapes[value][1] >= Self.leastPointwiseWidth
    case .maxPool2D, .averagePool2D, .add, .multiply, .concatenate, .upsampleNearest, .function: return true
    default: return false
    }
  }

  private func requirement(of index: Int, for value: Int) throws(RuntimeError) -> Requirement {
    guard !readsOrMakesWords(index) else { return Requirement(isPossible: false) }
    switch graph.nodes[index].operator {
    case .conv2D(let conv):
      let kernel = try convolutionKernel(index, conv, pooled: fusesPooling(after: index, conv))
      let keepsRows = !isPointwise(conv) || check.shapes[value][1] >= Self.leastPointwiseWidth
      return Requirement(
        isPossible: keepsRows && kernel.activationBytes == 1, padding: conv.window.padding,
        further: Self.furtherRows(kernel))
    case .add, .multiply: return Requirement(isPossible: check.shapes[value] == check.shapes[index + 1])
    case .maxPool2D, .averagePool2D, .globalAveragePool, .concatenate, .upsampleNearest, .function:
      return Requirement(isPossible: true)
    default: return Requirement(isPossible: false)
    }
  }

  /// Rows below a frame that a kernel may read, whatever they hold: Winograd's tiles reach some rows further, and as
  /// many pixels, which begin the row below.
  static func furtherRows(_ kernel: Kernel) -> Int {
    switch kernel.operation {
    case .winograd: 2
    case .winograd4: 4
    case .winograd4MaxPool: 3
    default: 0
    }
  }

  func isPointwise(_ conv: Operator.Convolution) -> Bool { conv.window == .init(1, 1) }

  /// The border that a step fills around a value's rows, or nil where it has none.
  func border(around value: Int) -> UnsafePointer<ck_frame>? {
    let (layout, shape) = (layout(of: value), check.shapes[value])
    guard layout.isFramed else { return nil }
    let frame = ck_frame(
      row: layout.row, inside: shape[1] * shape[2], height: shape[0], top: layout.padding.top,
      bottom: layout.padding.bottom, left: layout.padding.left * shape[2], right: layout.padding.right * shape[2],
      border: StoredCode.stored(model.quantization[value].zeroPoint))
    return UnsafePointer(memory.keep(frame))
  }
}
