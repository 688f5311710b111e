import Files
import Models
import Numerics
import Training

/// The network that is trained: one that has a name, one that a file describes, or a model's that is trained on.
enum NetworkChoice {
  case trained(StartingWeights)
  case happySad
  case compact
  case file(NetworkText)

  /// The one of `--network`.
  ///
  /// - Throws: `NetworkTextError` for a file that describes none, `Failure` for a name that is none and no file.
  init(_ argument: String) throws {
    switch argument {
    case "happy-sad": self = .happySad
    case "compact": self = .compact
    default:
      guard FileSystem.exists(argument) else {
        throw Failure("--network \(argument): neither a network's name (happy-sad, compact) nor a file")
      }
      try FileArguments.checkNetwork(argument)
      self = .file(try NetworkText(path: argument))
    }
  }

  /// Weights to go on from.
  var start: StartingWeights? { if case .trained(let start) = self { start } else { nil } }

  /// What the network reads: what a model that is trained on has read, but for the crop.
  ///
  /// - Parameters:
  ///   - margin: of faces that pictures are cropped to, in percent of the box; nil where they are not.
  func preprocessing(size: Int?, colour: Preprocessing.Colour?, margin: Int?) -> Preprocessing {
    let side = size ?? defaultSize
    var rule =
      start?.model.description.preprocessing
      ?? Preprocessing(width: side, height: side, colour: colour ?? defaultColour, fit: .centreSquare)
    if let margin { rule.fit = .face(marginPercent: margin) }
    return rule
  }

  /// The margin of faces where nothing else is asked for, in percent of the box.
  var defaultMargin: Int {
    if case .face(let margin)? = start?.model.description.preprocessing.fit { margin } else { 10 }
  }

  /// Rows and columns of the input where nothing else is asked for.
  private var defaultSize: Int {
    switch self {
    case .trained(let start): start.model.description.preprocessing.width
    case .happySad: 256
    case .compact: 64
    case .file(let text): text.side ?? 64
    }
  }

  /// What the network reads: the compact one needs no colour, and is then not misled by it.
  private var defaultColour: Preprocessing.Colour {
    switch self {
    case .trained(let start): start.model.description.preprocessing.colour
    case .happySad: .rgb
    case .compact: .grey
    case .file(let text): text.colour ?? .rgb
    }
  }

  func architecture(input: Shape, logits: Int) throws -> Architecture {
    switch self {
    case .trained(let start): try start.architecture(logits: logits)
    case .happySad: .happySad(input: input, logits: logits)
    case .compact: .compact(input: input, logits: logits)
    case .file(let text): try text.architecture(input: input, logits: logits)
    }
  }
}
