import Models
import Numerics

/// What a model takes and gives as numbers: in names, extents and units of the file that it was imported from, or, of
/// Glint's own models, as pictures with channels last, where 1 is the brightest pixel.
public struct NumberPorts {
  /// One array that goes in or comes out.
  public struct Port: Hashable, Sendable {
    /// The name in the file, or of Glint's own value.
    public let name: String
    /// The name of Glint's value.
    public let own: String
    /// The extents of one example, with a batch of 1 where the file has one.
    public let dimensions: [Int]
    /// Whether channels stand before rows and columns.
    public let isChannelsFirst: Bool

    init(_ name: String, own: String, _ dimensions: [Int], isChannelsFirst: Bool = false) {
      (self.name, self.own, self.dimensions, self.isChannelsFirst) = (name, own, dimensions, isChannelsFirst)
    }

    init(_ port: FileInterface.Port, own: String) {
      self.init(port.name, own: own, port.dimensions, isChannelsFirst: port.isChannelsFirst)
    }

    /// How many numbers one example has.
    public var count: Int { dimensions.reduce(1, *) }
    /// The extents with channels last and without a batch, where the file has them before rows and columns.
    public var turned: [Int]? {
      isChannelsFirst && dimensions.count == 4 ? [dimensions[2], dimensions[3], dimensions[1]] : nil
    }

    /// Name and extents for people: `'x' (1x3x64x64)`.
    public var words: String { "'\(name)' (\(Shape(dimensions)))" }
  }

  /// What goes in, in the order of the file.
  public let inputs: [Port]
  /// What comes out.
  public let outputs: [Port]
  /// What numbers have to be for people: `float32 as the file reads them, or uint8 pixels`.
  public let kinds: String

  /// Whether the first extent of each input is a batch, of which outputs may have as many.
  public var hasBatch: Bool { interface?.inputs.allSatisfy { $0.dimensions.first == 1 } ?? false }
  /// Whether bytes may come in place of numbers: pixels, or codes. Those of several inputs are numbers.
  public var takesBytes: Bool { inputs.count == 1 }

  private let interface: FileInterface?
  private let graph: Graph
  /// For each element of the model's input, its place among the numbers of the file's inputs, one input after the
  /// other; for each of an output, its place in the file's.
  private let inputPlaces: [Int]
  private let outputPlaces: [[Int]]

  /// - Throws: `GraphError` for a graph that makes no sense.
  public init(_ description: ModelDescription) throws(GraphError) {
    graph = description.graph
    interface = description.interface
    let shapes = try graph.shapes()
    let ends = graph.outputs.map { (name: description.graph.valueName($0.value), shape: shapes[$0.value]) }
    guard let interface else {
      inputs = [Port("input", own: "input", graph.input.dimensions)]
      outputs = ends.map { Port($0.name, own: $0.name, $0.shape.dimensions) }
      inputPlaces = Array(0..<graph.input.count)
      outputPlaces = ends.map { Array(0..<$0.shape.count) }
      kinds = "float32, 1 for the brightest pixel, or uint8 pixels"
      return
    }
    let isAlone = interface.furtherInputs.isEmpty
    inputs = interface.inputs.map { Port($0, own: isAlone ? "input" : $0.name) }
    outputs = zip(interface.outputs, ends).map { Port($0.port, own: $1.name) }
    var places: [Int] = []
    for port in interface.inputs {
      let start = places.count
      places += port.places.map { start + $0 }
    }
    inputPlaces = places
    outputPlaces = interface.outputs.map(\.port.places)
    guard isAlone else {
      kinds = "float32 as the file reads them"
      return
    }
    switch interface.codes?.isUnsigned {
    case nil: kinds = "float32 as the file reads them, or uint8 pixels"
    case true?: kinds = "uint8 codes, or float32 that they stand for"
    case false?: kinds = "int8 codes, float32 that they stand for, or uint8 pixels"
    }
  }

  // MARK: Into the model

  /// The channel of the file that the model's element `index` is read from.
  private func channel(_ index: Int) -> Int {
    let channel = index % graph.input[2]
    return interface?.readsBlueFirst ?? false ? 2 - channel : channel
  }

  /// The place among the file's numbers of the model's element `index`.
  private func place(_ index: Int) -> Int {
    guard let interface, interface.readsBlueFirst else { return inputPlaces[index] }
    return inputPlaces[index - index % 3 + channel(index)]
  }

  /// One example's real numbers, those of all inputs one after the other, as the model takes them:
  /// `[height, width, channels]`, 1 for the brightest pixel.
  public func pixels(of numbers: ArraySlice<Float>) -> [Float] {
    (0..<graph.input.count).map { index in
      // What fills up the last row of several inputs.
      guard index < inputPlaces.count else { return 0 }
      let number = numbers[numbers.startIndex + place(index)]
      guard let interface else { return number }
      let channel = channel(index)
      let (scale, shift) = (interface.scale[channel], interface.shift[channel])
      if scale == 1, shift == 0 { return number }
      return Float((Double(number) - Double(shift)) / Double(scale))
    }
  }

  /// One example's pixels in the file's order as the model takes them.
  public func pixels(of bytes: ArraySlice<UInt8>) -> [UInt8] {
    (0..<graph.input.count).map { bytes[bytes.startIndex + place($0)] }
  }

  /// What uint8 codes stand for; nil where the file takes none, and bytes are pixels.
  public func real(_ bytes: ArraySlice<UInt8>) -> [Float]? {
    guard let codes = interface?.codes, codes.isUnsigned else { return nil }
    return bytes.map { codes.scale * Float(Int($0) - codes.zeroPoint) }
  }

  /// What int8 codes stand for; nil where the file takes none.
  public func real(_ given: ArraySlice<Int8>) -> [Float]? {
    guard let codes = interface?.codes, !codes.isUnsigned else { return nil }
    return given.map { codes.scale * Float(Int($0) - codes.zeroPoint) }
  }

  // MARK: Out of the model

  /// One output's logits as the file gives them.
  ///
  /// - Parameter applyingFunctions: whether a sigmoid or softmax at the end is computed, or left out.
  public func numbers(_ output: Int, of logits: [Float], applyingFunctions: Bool) -> [Float] {
    var result = [Float](repeating: 0, count: logits.count)
    let values = applyingFunctions ? function(output).applied(to: logits) : logits
    for (place, value) in zip(outputPlaces[output], values) { result[place] = value }
    return result
  }

  private func function(_ output: Int) -> FileInterface.Function {
    interface?.outputs[output].function ?? graph.outputs[output].function.alone
  }
}

extension Graph.Function {
  fileprivate var alone: FileInterface.Function {
    switch self {
    case .identity: .identity
    case .sigmoid: .sigmoid
    case .softmax: .softmax
    }
  }
}

extension FileInterface.Function {
  /// The function over all logits of an output.
  fileprivate func applied(to logits: [Float]) -> [Float] {
    switch self {
    case .identity: return logits
    case .sigmoid: return logits.map { 1 / (1 + Elementary.exp(-$0)) }
    case .softmax, .logSoftmax:
      let largest = logits.max() ?? 0
      let powers = logits.map { Elementary.exp($0 - largest) }
      let sum = powers.reduce(0, +)
      guard self == .logSoftmax else { return powers.map { $0 / sum } }
      let logarithm = Float(Elementary.log(Double(sum)))
      return logits.map { $0 - largest - logarithm }
    }
  }
}
