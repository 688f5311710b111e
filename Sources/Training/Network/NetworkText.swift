import Foundation
import Graphs
import Tensors

/// A network described in a text file, a layer a line (see NETWORKS.md beside this file).
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
      case depthwise(Operator.Window)
      case logits
    }
  }

  private var layers: [Layer] = []

  /// Reads a file.
  ///
  /// - Throws: `NetworkTextError` naming the line.
  public init(path: String) throws(NetworkTextError) {
    guard let data = FileManager.default.contents(atPath: path) else {
      throw NetworkTextError(path: path, line: nil, reason: "cannot be read")
    }
    guard data.count <= 1 << 20, let text = String(data: data, encoding: .utf8) else {
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
    guard case .logits = last.kind else { throw failure(last.line, "the last layer is 'logits'") }
  }

  private func failure(_ line: Int, _ reason: String) -> NetworkTextError {
    NetworkTextError(path: path, line: line, reason: reason)
  }

  private mutating func read(
    _ words: [String], name: String?, line: Int, _ counts: inout [String: Int]
  ) throws(NetworkTextError) {
    var arguments = NetworkWords(words.dropFirst(), layer: words[0], path: path, line: line)
    if let last = layers.last, case .logits = last.kind { throw failure(line, "nothing comes after 'logits'") }
    if words[0] == "input" {
      guard layers.isEmpty, side == nil, name == nil else { throw failure(line, "'input' comes first, and once") }
      side = try arguments.number("rows", 22...1024)
      if let word = arguments.word() {
        guard let colour = Preprocessing.Colour(rawValue: word) else { throw failure(line, "'\(word)' is neither rgb nor grey") }
        self.colour = colour
      }
      return try arguments.end()
    }
    counts[words[0], default: 0] += 1
    let kind: Layer.Kind
    var reads = try arguments.names(after: "from")
    switch words[0] {
    case "conv":
      let channels = try arguments.number("channels", 1...65_536)
      kind = .fixed(.conv2D(.init(outputChannels: channels, window: try arguments.window(padded: true))))
    case "depthwise": kind = .depthwise(try arguments.window(padded: true))
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
    case "logits": kind = .logits
    default:
      throw failure(
        line, "'\(words[0])' is no layer; layers are conv, depthwise, norm, relu, relu6, maxpool, mean, flatten, dense, "
          + "dropout, add, upsample and logits")
    }
    try arguments.end()
    let own = name ?? (words[0] == "logits" ? "logits" : words[0] + String(counts[words[0]]!))
    guard own != "input", !layers.contains(where: { $0.name == own }) else {
      throw failure(line, "the name '\(own)' is taken")
    }
    for value in reads where value != "input" && !layers.contains(where: { $0.name == value }) {
      throw failure(line, "no layer above is named '\(value)'")
    }
    if words[0] != "add", reads.count > 1 { throw failure(line, "'\(words[0])' reads one layer") }
    layers.append(Layer(line: line, name: own, kind: kind, reads: reads))
  }

  /// The network for an input and a number of logits, seen to be one that can be trained and exported.
  ///
  /// - Throws: `NetworkTextError` naming the line that makes no sense for this input.
  public func architecture(input: Shape, logits: Int) throws(NetworkTextError) -> Architecture {
    var network = Architecture(input: input)
    var numbers = ["input": 0]
    for layer in layers {
      let kind: Architecture.Kind
      let reads = layer.reads.map { numbers[$0]! }
      switch layer.kind {
      case .fixed(let fixed): kind = fixed
      case .logits: kind = .dense(outputs: logits)
      case .depthwise(let window):
        // As many channels as come in, which the layers so far tell.
        var sofar = network
        sofar.append("to a vector", .flatten)
        sofar.append("end", .dense(outputs: 1))
        let channels = try shapes(of: sofar)[reads.first ?? network.last]
        guard channels.rank == 3 else { throw failure(layer.line, "'depthwise' reads a picture, not \(channels)") }
        kind = .conv2D(.init(outputChannels: channels[2], window: window, groups: channels[2]))
      }
      numbers[layer.name] = network.append(layer.name, kind, reading: reads.isEmpty ? nil : reads)
    }
    _ = try shapes(of: network)
    try check(network)
    return network
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

/// The words after a layer's own.
private struct NetworkWords {
  private var words: ArraySlice<String>
  private let layer: String
  private let path: String
  private let line: Int

  init(_ words: ArraySlice<String>, layer: String, path: String, line: Int) {
    self.words = words
    self.layer = layer
    self.path = path
    self.line = line
  }

  private func failure(_ reason: String) -> NetworkTextError { NetworkTextError(path: path, line: line, reason: reason) }

  mutating func word() -> String? { words.popFirst() }

  mutating func number(_ what: String, _ range: ClosedRange<Int>) throws(NetworkTextError) -> Int {
    guard let word = words.popFirst() else { throw failure("'\(layer)' wants a number of \(what)") }
    guard let number = Int(word), range.contains(number) else {
      throw failure("'\(word)' is no number of \(what) from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  mutating func share() throws(NetworkTextError) -> Float {
    guard let word = words.popFirst(), let share = Float(word), share >= 0, share < 1 else {
      throw failure("'\(layer)' wants a share from 0 to below 1")
    }
    return share
  }

  /// The names after a word; that and all after it are taken away.
  mutating func names(after word: String) throws(NetworkTextError) -> [String] {
    guard let place = words.firstIndex(of: word) else { return [] }
    let names = Array(words[(place + 1)...])
    guard !names.isEmpty else { throw failure("'\(word)' is followed by a layer's name") }
    words = words[..<place]
    return names
  }

  /// `3x3 stride 2 valid`, each of it optional. Convolutions are 3x3 and keep the size, pooling is 2x2 with its own size
  /// as stride.
  mutating func window(padded: Bool) throws(NetworkTextError) -> Operator.Window {
    var (height, width) = padded ? (3, 3) : (2, 2)
    if let word = words.first, word.first?.isNumber == true {
      words.removeFirst()
      let sides = word.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
      guard (1...2).contains(sides.count), sides.allSatisfy((1...64).contains) else {
        throw failure("'\(word)' is no window such as 3x3")
      }
      (height, width) = (sides[0], sides.last!)
    }
    var stride = padded ? 1 : height
    if words.first == "stride" {
      words.removeFirst()
      stride = try number("stride", 1...64)
    }
    var keepsSize = padded
    if let word = words.first, word == "valid" || word == "same", padded {
      words.removeFirst()
      keepsSize = word == "same"
    }
    if keepsSize, height % 2 == 0 || width % 2 == 0 { throw failure("a window with an even side is 'valid', or has no middle") }
    let padding: Operator.Padding =
      keepsSize
      ? .init(top: height / 2, left: width / 2, bottom: height / 2, right: width / 2) : .none
    return .init(height, width, stride: stride, padding: padding)
  }

  func end() throws(NetworkTextError) {
    if let word = words.first { throw failure("'\(word)' is not understood after '\(layer)'") }
  }
}
