import CFloatKernels
import Models
import Numerics
import Threads

/// The float forward pass of any graph, one image at a time: what the calibrator observes and int8 is held against.
///
/// Pixels enter as pixel / 255. The result does not depend on the number of threads or the instruction set.
public final class FloatInterpreter {
  /// What is run.
  public let model: FloatModel
  private let graph: Graph
  private let shapes: [Shape]
  private let kernels: FloatKernels
  private let pool: ThreadPool
  /// The elements of each value, as the last run left them.
  let values: [FloatBuffer]
  private var prepared: [PreparedNode?] = []

  /// A convolution or dense node with packed weights.
  private struct PreparedNode {
    var plan: ConvolutionPlan?
    var weights: FloatBuffer
    var bias: FloatBuffer
    var border: FloatBuffer?
  }

  /// Packs the weights and allocates every value.
  ///
  /// - Throws: `FloatRuntimeError.network` or `.weights` naming the node that does not fit.
  public init(
    _ model: FloatModel, threads: Int = 1, kernels: FloatKernels = .fastest
  ) throws(FloatRuntimeError) {
    self.model = model
    self.kernels = kernels
    graph = model.description.graph
    let parameterShapes: [(weight: Shape, bias: Shape)?]
    do {
      shapes = try graph.shapes()
      parameterShapes = try graph.parameterShapes()
    } catch { throw .network(error) }
    pool = ThreadPool(threads: threads)
    values = shapes.map { FloatBuffer($0.count) }
    guard model.parameters.count == graph.nodes.count else {
      throw .weights(node: "all", "\(model.parameters.count) entries for \(graph.nodes.count) nodes")
    }
    for (index, node) in graph.nodes.enumerated() {
      guard let wanted = parameterShapes[index] else {
        prepared.append(nil)
        continue
      }
      guard let given = model.parameters[index] else { throw .weights(node: node.name, "there are none") }
      guard given.weight.shape == wanted.weight, given.bias.shape == wanted.bias else {
        throw .weights(
          node: node.name, "\(given.weight.shape) and \(given.bias.shape) for \(wanted.weight) and \(wanted.bias)")
      }
      prepared.append(prepare(index, given))
    }
  }

  private func prepare(_ index: Int, _ given: FloatModel.Parameters) -> PreparedNode {
    let node = graph.nodes[index]
    guard case .conv2D(let convolution) = node.operator else {
      let (outputs, inputs) = (given.weight.shape[0], given.weight.shape[1])
      let weights = FloatBuffer(padded(outputs) * inputs)
      Panels.pack(given.weight.elements, rows: outputs, columns: inputs, into: weights.start)
      let bias = FloatBuffer(padded(outputs))
      for (at, value) in given.bias.elements.enumerated() { bias.start[at] = value }
      return PreparedNode(plan: nil, weights: weights, bias: bias, border: nil)
    }
    let plan = ConvolutionPlan(convolution, input: shapes[node.inputs[0]], output: shapes[index + 1])
    let groups = plan.isDepthwise ? 1 : convolution.groups
    let channels = convolution.outputChannels / groups
    let bias = FloatBuffer(groups * padded(channels))
    for (at, value) in given.bias.elements.enumerated() {
      bias.start[at / channels * padded(channels) + at % channels] = value
    }
    return PreparedNode(
      plan: plan, weights: plan.packed(given.weight.elements), bias: bias,
      border: plan.isValid ? nil : FloatBuffer(plan.paddedShape.count))
  }

  /// The logits of every output, joined.
  ///
  /// - Parameter pixels: `[height, width, channels]` of the graph's input.
  public func run(pixels: [UInt8]) -> [Float] { run(pixels: pixels) { _, _ in } }

  /// The logits of every output, joined, and on the way every value.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]` of the graph's input.
  ///   - observing: called in order with each value's number (0 is the input) and its elements, row-major.
  public func run(
    pixels: [UInt8], observing: (_ value: Int, UnsafeBufferPointer<Float>) -> Void
  ) -> [Float] {
    runChanging(pixels: pixels) { observing($0, UnsafeBufferPointer($1)) }
  }

  /// As `run(pixels:observing:)`, but each value may be changed before it is read on.
  public func runChanging(
    pixels: [UInt8], _ changing: (_ value: Int, UnsafeMutableBufferPointer<Float>) -> Void
  ) -> [Float] {
    precondition(pixels.count == shapes[0].count, "\(pixels.count) bytes for an input of \(shapes[0])")
    kernels.table.pointee.unit_from_bytes(pixels, values[0].start, pixels.count)
    changing(0, values[0].values)
    return run(after: 0, changing)
  }

  func compute(_ index: Int) {
    let node = graph.nodes[index]
    let inputs = node.inputs.map { (shape: shapes[$0], values: UnsafePointer(values[$0].start)) }
    let (shape, result) = (shapes[index + 1], values[index + 1].start)
    let clamp = cf_clamp(node.operator.activation)
    if let prepared = prepared[index] {
      run(prepared, inputs[0].values, inputs[0].shape, result, shape, clamp)
      return
    }
    switch node.operator {
    case .maxPool2D(let window):
      pool.run(shape[0], inBlocksOf: 4) { rows in
        var extents = cf_pool(window, input: inputs[0].shape, output: shape)
        kernels.table.pointee.max_pool(
          &extents, inputs[0].values, result, nil, Int32(rows.lowerBound), Int32(rows.upperBound))
      }
    case .averagePool2D(let window):
      pool.run(shape[0], inBlocksOf: 4) { rows in
        PlainOperators.averagePool(window, inputs[0].values, inputs[0].shape, result, shape, rows)
      }
    case .globalAveragePool:
      PlainOperators.globalAveragePool(inputs[0].values, inputs[0].shape, result)
    case .add:
      PlainOperators.join(inputs, result) { clamp.applied(to: $0 + $1) }
    case .multiply:
      PlainOperators.join(inputs, result) { clamp.applied(to: $0 * $1) }
    case .concatenate:
      PlainOperators.concatenate(inputs, result, shape)
    case .upsampleNearest(let factor):
      PlainOperators.upsample(factor, inputs[0].values, inputs[0].shape, result)
    case .resize(let resize):
      pool.run(shape[0], inBlocksOf: 4) { rows in
        PlainOperators.resize(resize, inputs[0].values, inputs[0].shape, result, rows)
      }
    case .function(let function):
      pool.run((shape.count + 4095) / 4096, inBlocksOf: 1) { blocks in
        for at in blocks.lowerBound * 4096..<min(blocks.upperBound * 4096, shape.count) {
          result[at] = function(inputs[0].values[at])
        }
      }
    case .rearrange(let arrangement):
      PlainOperators.rearrange(arrangement, inputs[0].values, result)
    case .flatten, .reshape:
      result.update(from: inputs[0].values, count: shape.count)
    case .conv2D, .dense:
      preconditionFailure("'\(node.name)' has weights and ran above")
    }
  }

  private func run(
    _ node: PreparedNode, _ input: UnsafePointer<Float>, _ inputShape: Shape, _ result: UnsafeMutablePointer<Float>,
    _ shape: Shape, _ clamp: cf_clamp
  ) {
    guard let plan = node.plan else {
      let panels = padded(shape.count) / CF_PANEL
      pool.run(panels, inBlocksOf: 2) { panels in
        kernels.table.pointee.dense(
          input, node.weights.start, node.bias.start, result, 1, Int32(inputShape.count), Int32(shape.count),
          Int32(panels.lowerBound), Int32(panels.upperBound), clamp)
      }
      return
    }
    var image = input
    if let border = node.border {
      plan.copy(input, intoPadded: border.start)
      image = UnsafePointer(border.start)
    }
    pool.run(shape[0], inBlocksOf: 8) { rows in
      plan.run(
        kernels, image: image, weights: node.weights.start, bias: node.bias.start, result: result, rows: rows,
        clamp: clamp)
    }
  }
}

extension cf_clamp {
  /// The clamp of a fused activation.
  package init(_ activation: Operator.Activation) {
    switch activation {
    case .none: self = .none
    case .relu: self = .relu
    case .relu6: self = .relu6
    }
  }

  /// The clamped value; NaN passes.
  package func applied(to value: Float) -> Float { value < low ? low : value > high ? high : value }
}
