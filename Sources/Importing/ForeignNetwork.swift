import Models
import ONNXFiles
import TFLiteFiles

/// A network of another program, as its file holds it.
public enum ForeignNetwork: Sendable {
  /// From an ONNX file.
  case onnx(ONNXModel)
  /// From a TensorFlow Lite file.
  case tflite(TFLiteModel)

  /// Whether the file is in one of the formats that are read, by its content.
  public static func isOne(path: String) -> Bool { TFLiteModel.isOne(path: path) || ONNXModel.isOne(path: path) }

  /// Reads the file at `path`, whose format is told by its content.
  ///
  /// - Throws: `FormatError` naming file, place and reason.
  public init(path: String) throws {
    self = TFLiteModel.isOne(path: path) ? .tflite(try TFLiteModel(path: path)) : .onnx(try ONNXModel(path: path))
  }

  /// Format, version and writer in one line.
  public var words: String {
    switch self {
    case .onnx(let model): "ONNX, opset \(model.opset), IR version \(model.irVersion), written by \(model.producerLine)"
    case .tflite(let model): "TensorFlow Lite, version 3, \(model.origin)"
    }
  }
}

extension TFLiteModel {
  /// What the file says of its making, in one line.
  public var origin: String {
    let said = description.prefix(80).split(whereSeparator: \.isNewline).joined(separator: " ")
    let runtime = runtimeVersion.isEmpty ? "" : "for runtimes from \(runtimeVersion) on"
    return [said.isEmpty ? "" : "'\(said)'", runtime].filter { !$0.isEmpty }.joined(separator: ", ")
  }
}

extension ImportedModel {
  /// Lowers a network at a fixed input.
  ///
  /// - Throws: `ImportError`: an option that does not fit the file, or every node that has no counterpart.
  public init(_ network: ForeignNetwork, options: ImportOptions = ImportOptions()) throws(ImportError) {
    switch network {
    case .onnx(let model): try self.init(model, options: options)
    case .tflite(let model): try self.init(model, options: options)
    }
  }

  /// Lowers a network of TensorFlow Lite's at a fixed input.
  ///
  /// - Throws: `ImportError`: an option that does not fit the file, or every operator that has no counterpart.
  public init(_ file: TFLiteModel, options: ImportOptions = ImportOptions()) throws(ImportError) {
    do throws(Refusal) {
      try file.checkMakers()
    } catch { throw .network(path: file.path, "\(error.reason); \(error.advice)") }
    let translation = TFLiteTranslation(file)
    var options = options
    var source = ImportSource(words: "TensorFlow Lite, \(file.origin)", nodes: file.operators.count)
    source.channelsLast = true
    source.place = translation.place
    source.codes = translation.inputCodes
    if file.subgraphs > 1 { source.notes.append("the first of \(file.subgraphs) networks in the file") }
    if let labels = file.metadata.labels, labels.text == nil {
      source.notes.append("'\(labels.name)' lies compressed in the file; unzip it, and give it with --labels")
    }
    // Of several inputs, none is told to be the picture that the metadata speak of.
    let isAlone = file.inputs.count == 1
    let (mean, deviation) = isAlone ? (file.metadata.mean, file.metadata.deviation) : ([], [])
    if options.range == nil, options.mean.isEmpty, options.deviation.isEmpty, !mean.isEmpty,
      mean.count == deviation.count
    {
      (options.range, options.mean, options.deviation) = (.bytes, mean, deviation)
      source.notes.append("what stands in place of a pixel is as the file's metadata say")
    }
    if options.range == nil, options.mean.isEmpty, options.deviation.isEmpty, let codes = source.codes,
      let range = ImportOptions.Range(codes)
    {
      options.range = range
      source.notes.append("pixels are read as \(range.rawValue), which the codes of the input stand for")
    }
    try self.init(translation.model, options: options, source: source)
  }
}

/// What an importer says of where nodes come from.
struct ImportSource {
  /// Format, version and writer, for the card.
  var words: String
  /// How many nodes the file has.
  var nodes: Int
  /// Whether a picture that could be read either way has its channels last.
  var channelsLast = false
  /// The codes that the file takes in place of real numbers.
  var codes: FileInterface.Codes?
  /// What a refused node is in the file; nil where nodes are the file's own.
  var place: ((UnsupportedNode) -> UnsupportedNode)?
  var notes: [String] = []
}

extension TFLiteTranslation {
  /// The operator in whose place a node stands.
  func place(_ node: UnsupportedNode) -> UnsupportedNode {
    let index = origins[node.index]
    let step = file.operators[index]
    let refusal = refusals[node.index]
    return UnsupportedNode(
      index: index, name: title(index), operatorType: step.name, version: "version \(step.version)",
      reason: refusal?.reason ?? node.reason, advice: refusal?.advice ?? node.advice)
  }
}
