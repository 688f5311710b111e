import Datasets
import FloatRuntime
import Inference
import ModelFiles
import Models
import Numerics
import Runtime

/// Logits of pictures while a network goes from float to int8 layer by layer.
///
/// Up to a layer the values are those of the integer engine, behind it the float network goes on from them. Within a
/// layer the weights become int8 before the results do, and what is clipped is clipped before it is rounded. The first
/// logits are thus the float model's, the last the int8 model's, and each layer and each source of error lies between
/// two of them.
///
/// Where the first network is int8 as well, it is computed in float with the weights that its codes stand for, each
/// result moved to its codes. Its weights give way to the other's, and then its codes.
final class LayerByLayer {
  /// The logits after one source of error of one layer.
  struct Stage {
    let node: Int
    let source: ErrorSource
    /// By picture.
    var logits: [[Float]] = []
  }

  /// The float network's, by picture.
  private(set) var reference: [[Float]] = []
  /// In the order in which they come.
  private(set) var stages: [Stage]
  /// By node, those of the int8 network with the node's result as float has it of its weights and its int8 inputs; nil
  /// where the node changes nothing or has an entry in `withoutActivations` alone.
  private(set) var without: [Int: [[Float]]] = [:]
  /// By node, those of the int8 network with the node's result not rounded to int8: its weights are int8.
  private(set) var withoutActivations: [Int: [[Float]]] = [:]
  /// Those of the int8 network as the two above compute it: in float, every result moved to its codes.
  private(set) var simulated: [[Float]] = []
  /// By node, for those with weights.
  private(set) var channels: [Int: ChannelErrors] = [:]

  /// By node, the least and the largest result of the other's weights, before it is moved to codes.
  private(set) var ranges: [ClosedRange<Float>?]

  let graph: Graph
  let int8: QuantizedModel
  let float: FloatInterpreter
  /// By value, of the first network; nil where that is float.
  let firstCodes: [QuantizationParameters]?
  /// Weights as their codes say; those beyond their codes at the ends of these, where there are any.
  private let whole: FloatInterpreter
  private let clipped: FloatInterpreter?
  private let isClipped: [Bool]
  let reader: ValueReader

  /// - Parameters:
  ///   - float: the float network, equalized where int8 is; of an int8 one the weights that its codes stand for.
  ///   - firstCodes: those of its results, where it is int8.
  ///   - int8: the network that it becomes.
  init(
    _ float: FloatModel, firstCodes: [QuantizationParameters]?, _ int8: QuantizedModel, threads: Int,
    kernels: KernelTable
  ) throws {
    graph = float.description.graph
    self.int8 = int8
    self.firstCodes = firstCodes
    ranges = graph.nodes.map { _ in nil }
    self.float = try FloatInterpreter(float, threads: threads)
    whole = try FloatInterpreter(float.withWeights(of: int8), threads: threads)
    let cut = firstCodes == nil ? float.clippingWeights(to: int8) : float
    isClipped = zip(float.parameters, cut.parameters).map { $0 != $1 }
    clipped = isClipped.contains(true) ? try FloatInterpreter(cut, threads: threads) : nil
    reader = try ValueReader(.int8(int8), threads: threads, kernels: kernels)
    stages = []
    for (node, own) in graph.nodes.enumerated() {
      if own.operator.hasParameters {
        if isClipped[node] { stages.append(Stage(node: node, source: .weightClipping)) }
        stages.append(Stage(node: node, source: .weightRounding))
        channels[node] = ChannelErrors(int8.parameters[node]!.scales.count)
      }
      guard !graph.isOutput(node + 1) else { continue }
      if firstCodes == nil { stages.append(Stage(node: node, source: .activationClipping)) }
      stages.append(Stage(node: node, source: .activationRounding))
    }
  }

  /// Adds a picture.
  ///
  /// - Parameter pixels: `[height, width, channels]` of the graph's input.
  func add(_ pixels: [UInt8]) throws {
    let exact = try reader.values(pixels)
    var logits = runFirst(pixels)
    reference.append(logits)
    simulated.append(whole.runChanging(pixels: pixels) { toCodes(int8.quantization, $0, $1) })
    clipped?.replace(0, by: float.elements(of: 0))
    var stage = 0
    for (node, own) in graph.nodes.enumerated() {
      let value = node + 1
      let plain = Array(float.elements(of: value))
      channels[node]?.add(signal: plain)
      var result = plain
      /// Lets the float network go on from a result, and notes where that leads.
      func note(_ next: [Float], _ source: ErrorSource) {
        if next != result {
          float.replace(value, by: next)
          logits = goOn(after: value)
        }
        channels[node]?.add(from: result, to: next, source)
        result = next
        stages[stage].logits.append(logits)
        stage += 1
      }
      if own.operator.hasParameters {
        if isClipped[node], let clipped {
          clipped.computeOnly(value)
          note(Array(clipped.elements(of: value)), .weightClipping)
        }
        whole.computeOnly(value)
        // An output has no codes: its accumulators are the logits.
        if case .reals(let reals) = exact[value] {
          note(reals, .weightRounding)
        } else {
          let elements = Array(whole.elements(of: value))
          widen(node, by: elements)
          note(inFirstCodes(elements, value), .weightRounding)
        }
      } else {
        widen(node, by: result)
      }
      let withWeights = result
      if case .codes(let codes) = exact[value] {
        let parameters = int8.quantization[value]
        if firstCodes == nil {
          let (low, high) = (parameters.ends.lowerBound, parameters.ends.upperBound)
          // Half a code further still rounds to the end.
          let (first, last) = (low - parameters.scale / 2, high + parameters.scale / 2)
          note(result.map { $0 < first ? low : $0 > last ? high : $0 }, .activationClipping)
        }
        note(codes.map(parameters.dequantize), .activationRounding)
      }
      leaveOut(node, plain, withWeights, result)
      whole.replace(value, by: result)
      clipped?.replace(value, by: result)
    }
  }

  /// - Parameters:
  ///   - plain: the node's result of float weights.
  ///   - withWeights: of int8 weights.
  ///   - result: as the int8 network has it.
  private func leaveOut(_ node: Int, _ plain: [Float], _ withWeights: [Float], _ result: [Float]) {
    guard !graph.nodes[node].operator.keepsQuantization else { return }
    let value = node + 1
    // What only moves the result has its codes, and is left out with it.
    var moved: Set = [value]
    for (index, next) in graph.nodes.enumerated()
    where next.operator.keepsQuantization && moved.isSuperset(of: next.inputs) {
      moved.insert(index + 1)
    }
    func logits(_ elements: [Float]) -> [Float] {
      guard elements != result else { return simulated[simulated.count - 1] }
      whole.replace(value, by: elements)
      return whole.run(after: value) { if !moved.contains($0) { toCodes(int8.quantization, $0, $1) } }
    }
    without[node, default: []].append(logits(plain))
    if !graph.isOutput(value) { withoutActivations[node, default: []].append(logits(withWeights)) }
  }

  /// Moves a value to its codes.
  private func toCodes(
    _ codes: [QuantizationParameters], _ value: Int, _ elements: UnsafeMutableBufferPointer<Float>
  ) {
    guard value > 0, !graph.isOutput(value) else { return }
    codes[value].moveToCodes(elements)
  }

  /// Runs the first network.
  func runFirst(_ pixels: [UInt8]) -> [Float] {
    guard let firstCodes else { return float.run(pixels: pixels) }
    return float.runChanging(pixels: pixels) { toCodes(firstCodes, $0, $1) }
  }

  /// Lets the first network go on from a value.
  func goOn(after value: Int) -> [Float] {
    guard let firstCodes else { return float.run(after: value) }
    return float.run(after: value) { toCodes(firstCodes, $0, $1) }
  }

  /// Elements of a value as the first network stores them.
  func inFirstCodes(_ elements: [Float], _ value: Int) -> [Float] {
    guard let firstCodes else { return elements }
    var elements = elements
    elements.withUnsafeMutableBufferPointer { toCodes(firstCodes, value, $0) }
    return elements
  }

  private func widen(_ node: Int, by elements: [Float]) {
    guard let least = elements.min(), let largest = elements.max(), least <= largest else { return }
    let known = ranges[node] ?? least...largest
    ranges[node] = min(known.lowerBound, least)...max(known.upperBound, largest)
  }
}
