import Files
import FloatRuntime
import Models
import Numerics

/// A network described in a text file, a layer a line (see the page Networks of the documentation).
public struct NetworkText: Sendable {
  /// What errors call the text.
  public let path: String
  /// Rows and columns of the input that the text asks for.
  public private(set) var side: Int?
  /// What the network reads, where the text says so.
  public private(set) var colour: Preprocessing.Colour?

  private struct Layer {
    let line: Int
    let name: String
    let kind: Kind
    /// Names of the values that it reads; the latest where there are none.
    let reads: [String]

    enum Kind {
      case fixed(Architecture.Kind)
      /// Without channels one of each channel by itself. With a name, padded below and on the right so that the result
      /// has the size of the layer of that name.
      case convolution(channels: Int?, Operator.Window, like: String?)
      case end(End)
    }
  }

  /// What a network's last layer gives.
  public enum End: String, Sendable {
    /// One logit for two classes, otherwise one a class.
    case logits
    /// The four numbers a cell that `Detection` describes.
    case boxes
  }

  /// What the last layer gives.
  public private(set) var end = End.logits

  /// Each layer is held against all before it.
  private static let mostLayers = 500

  private var layers: [Layer] = []

  /// Reads a file.
  ///
  /// - Throws: `NetworkTextError` naming the line.
  public init(path: String) throws(NetworkTextError) {
    if let reason = FileKind.refusal(of: path, wanting: "a text that describes a network", among: [.text]) {
      throw NetworkTextError(path: path, line: nil, reason: reason)
    }
    let file: MappedFile
    do throws(FileError) { file = try MappedFile(path: path) } catch {
      throw NetworkTextError(path: path, line: nil, reason: error.reason)
    }
    guard file.bytes.count <= 1 << 20, let text = String(validating: file.copy(), as: UTF8.self) else {
      throw NetworkTextError(path: path, line: nil, reason: "is no text of a network")
    }
    try self.init(text, path: path)
  }

  /// Reads a text.
  public init(_ text: String, path: String) throws(NetworkTextError) {
    self.path = path
    var counts: [String: Int] = [:]
    for (index, line) in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).enumerated() {
      let written = line.prefix { $0 != "#" }
      var words = written.split(whereSeparator: \.isWhitespace).map(String.init)
      guard !words.isEmpty else { continue }
      var name: String?
      if words[0].hasSuffix(":") {
        name = String(words.removeFirst().dropLast())
        guard !words.isEmpty, name != "" else { throw failure(index + 1, "a name and a colon come before a layer") }
      }
      try read(words, name: name, line: index + 1, &counts)
    }
    guard let last = layers.last else { throw NetworkTextError(path: path, line: nil, reason: "has no layers") }
    guard case .end(let end) = last.kind else {
      throw failure(last.line, "the last layer is 'logits', or for a face detector 'boxes'")
    }
    self.end = end
  }

  private func failure(_ line: Int, _ reason: String) -> NetworkTextError {
    NetworkTextError(path: path, line: line, reason: reason)
  }

  private mutating func read(
    _ words: [String], name: String?, line: Int, _ counts: inout [String: Int]
  ) throws(NetworkTextError) {
    var arguments = NetworkWords(words.dropFirst(), layer: words[0], path: path, line: line)
    if let last = layers.last, case .end(let end) = last.kind {
      throw failure(line, "nothing comes after '\(end.rawValue)'")
    }
    guard layers.count < Self.mostLayers else { throw failure(line, "at most \(Self.mostLayers) layers are read") }
    if words[0] == "input" {
      guard layers.isEmpty, side == nil, name == nil else { throw failure(line, "'input' comes first, and once") }
      side = try arguments.number("rows", 22...1024)
      if let word = arguments.word() {
        guard let colour = Preprocessing.Colour(rawValue: word) else {
          throw failure(line, "'\(word)' is neither rgb nor grey")
        }
        self.colour = colour
      }
      return try arguments.end()
    }
    counts[words[0], default: 0] += 1
    let kind: Layer.Kind
    var reads = try arguments.names(after: "from")
    switch words[0] {
    case "conv", "depthwise":
      let size = try arguments.names(after: "like")
      guard size.count <= 1 else { throw failure(line, "'like' is followed by one layer's name") }
      let channels = words[0] == "conv" ? try arguments.number("channels", 1...65_536) : nil
      kind = .convolution(channels: channels, try arguments.window(padded: true), like: size.first)
    case "norm": kind = .fixed(.batchNormalization)
    case "relu": kind = .fixed(.activation(.relu))
    case "relu6": kind = .fixed(.activation(.relu6))
    case "maxpool": kind = .fixed(.maxPool2D(try arguments.window(padded: false)))
    case "mean": kind = .fixed(.globalAveragePool)
    case "flatten": kind = .fixed(.flatten)
    case "dense": kind = .fixed(.dense(outputs: try arguments.number("outputs", 1...65_536)))
    case "dropout": kind = .fixed(.dropout(try arguments.share()))
    case "add":
      guard let other = arguments.word() else { throw failure(line, "'add' names the layer whose result is added") }
      guard reads.count <= 1 else { throw failure(line, "'add' reads one layer and adds another") }
      reads = (reads.isEmpty ? [layers.last?.name ?? "input"] : reads) + [other]
      kind = .fixed(.add)
    case "upsample": kind = .fixed(.upsampleNearest(factor: try arguments.number("times", 2...16)))
    case "logits", "boxes": kind = .end(End(rawValue: words[0])!)
    default:
      throw failure(
        line,
        "'\(words[0])' is no layer; layers are conv, depthwise, norm, relu, relu6, maxpool, mean, flatten, dense, "
          + "dropout, add, upsample, logits and boxes")
    }
    try arguments.end()
    let own: String
    if case .end = kind { own = name ?? words[0] } else { own = name ?? words[0] + String(counts[words[0]]!) }
    guard own != "input", !layers.contains(where: { $0.name == own }) else {
      throw failure(line, "the name '\(own)' is taken")
    }
    var named = reads
    if case .convolution(_, _, let like?) = kind { named.append(like) }
    for value in named where value != "input" && !layers.contains(where: { $0.name == value }) {
      throw failure(line, "no layer above is named '\(value)'")
    }
    if words[0] != "add", reads.count > 1 { throw failure(line, "'\(words[0])' reads one layer") }
    layers.append(Layer(line: line, name: own, kind: kind, reads: reads))
  }

  /// The classifier for an input and a number of logits, seen to be one that can be trained and exported.
  ///
  /// - Throws: `NetworkTextError` naming the line that makes no sense for this input.
  public func architecture(input: Shape, logits: Int) throws(NetworkTextError) -> Architecture {
    guard end == .logits else {
      throw failure(
        layers.last!.line, "a network that ends with 'boxes' finds faces; here one that ends with 'logits' is asked for"
      )
    }
    return try network(input, end: .dense(outputs: logits))
  }

  /// The face detector for an input, likewise.
  ///
  /// - Throws: `NetworkTextError` naming the line that makes no sense for this input.
  public func detector(input: Shape) throws(NetworkTextError) -> Architecture {
    guard end == .boxes else {
      throw failure(layers.last!.line, "a face detector ends with 'boxes', not with 'logits'")
    }
    return try network(input, end: .conv2D(.init(outputChannels: Detection.channels, window: .init(1, 1))))
  }

  private func network(_ input: Shape, end: Architecture.Kind) throws(NetworkTextError) -> Architecture {
    var network = Architecture(input: input)
    var numbers = ["input": 0]
    for layer in layers {
      let kind: Architecture.Kind
      let reads = layer.reads.map { numbers[$0]! }
      switch layer.kind {
      case .fixed(let fixed): kind = fixed
      case .end: kind = end
      case .convolution(let channels, let window, nil) where channels != nil:
        kind = .conv2D(.init(outputChannels: channels!, window: window))
      case .convolution(let channels, var window, let like):
        let source = try picture(reads.first ?? network.last, of: network, layer, "a convolution reads")
        if let like {
          let wanted = try picture(numbers[like]!, of: network, layer, "'like' names")
          // What the last window lacks; less than a step too much changes nothing.
          let below = (wanted[0] - 1) * window.stride + window.height - window.padding.top - source[0]
          let right = (wanted[1] - 1) * window.stride + window.width - window.padding.left - source[1]
          guard (1 - window.stride..<window.height).contains(below), (1 - window.stride..<window.width).contains(right)
          else {
            throw failure(layer.line, "\(source) cannot become as large as '\(like)', \(wanted)")
          }
          (window.padding.bottom, window.padding.right) = (max(0, below), max(0, right))
        }
        kind = .conv2D(
          .init(outputChannels: channels ?? source[2], window: window, groups: channels == nil ? source[2] : 1))
      }
      numbers[layer.name] = network.append(layer.name, kind, reading: reads.isEmpty ? nil : reads)
    }
    _ = try shapes(of: network)
    try check(network)
    return network
  }

  /// The shape of a value that has to be a picture.
  private func picture(
    _ value: Int, of network: Architecture, _ layer: Layer, _ what: String
  ) throws(NetworkTextError) -> Shape {
    var sofar = network
    sofar.append("to a vector", .flatten)
    sofar.append("end", .dense(outputs: 1))
    let shape = try shapes(of: sofar)[value]
    guard shape.rank == 3 else { throw failure(layer.line, "\(what) a picture, not \(shape)") }
    return shape
  }

  /// The line of a layer, for errors that name it.
  public func line(of name: String) -> Int? { layers.first { $0.name == name }?.line }

  private func shapes(of network: Architecture) throws(NetworkTextError) -> [Shape] {
    do throws(TrainingError) { return try network.shapes() } catch {
      guard case .network(let reason) = error else { throw NetworkTextError(path: path, line: nil, reason: "\(error)") }
      throw NetworkTextError(path: path, line: line(of: reason.node), reason: reason.reason)
    }
  }

  /// What inference asks for: activations join the layer before, normalization folds into a convolution.
  private func check(_ network: Architecture) throws(NetworkTextError) {
    for (index, node) in network.nodes.enumerated() {
      let value = node.inputs[0]
      let maker = value > 0 ? network.nodes[value - 1].kind : nil
      let isOnlyReader = network.readers(of: value) == [index]
      switch (node.kind, maker) {
      case (.activation, .conv2D?), (.activation, .dense?), (.activation, .add?), (.activation, .batchNormalization?):
        guard isOnlyReader else { throw failure(line(of: node.name)!, "what it reads is read by another layer, too") }
      case (.activation, _):
        throw failure(line(of: node.name)!, "an activation follows a conv, depthwise, norm, dense or add layer")
      case (.batchNormalization, .conv2D?):
        guard isOnlyReader else { throw failure(line(of: node.name)!, "what it reads is read by another layer, too") }
      case (.batchNormalization, _): throw failure(line(of: node.name)!, "'norm' follows a conv or depthwise layer")
      default: break
      }
    }
  }
}

/// A text that describes no network: the file, the line, and why.
public struct NetworkTextError: Error, Equatable, CustomStringConvertible, Sendable {
  /// The file.
  public let path: String
  /// Counted from 1; nil where it is the whole file.
  public let line: Int?
  /// Why.
  public let reason: String

  /// Place and cause.
  public var description: String { path + (line.map { ", line \($0)" } ?? "") + ": " + reason }
}
