import Files
import Models
import Numerics
import Training

/// The network of `--network`: one that has a name, or one that a file describes.
enum NetworkChoice {
  case happySad
  case compact
  case file(NetworkText)

  /// - Throws: `NetworkTextError` for a file that describes none, `Failure` for a name that is none and no file.
  init(_ argument: String) throws {
    switch argument {
    case "happy-sad": self = .happySad
    case "compact": self = .compact
    default:
      guard FileSystem.exists(argument) else {
        throw Failure("--network \(argument): neither a network's name (happy-sad, compact) nor a file")
      }
      self = .file(try NetworkText(path: argument))
    }
  }

  /// Rows and columns of the input where nothing else is asked for.
  var defaultSize: Int {
    switch self {
    case .happySad: 256
    case .compact: 64
    case .file(let text): text.side ?? 64
    }
  }

  /// What the network reads: the compact one needs no colour, and is then not misled by it.
  var defaultColour: Preprocessing.Colour {
    switch self {
    case .happySad: .rgb
    case .compact: .grey
    case .file(let text): text.colour ?? .rgb
    }
  }

  func architecture(input: Shape, logits: Int) throws -> Architecture {
    switch self {
    case .happySad: .happySad(input: input, logits: logits)
    case .compact: .compact(input: input, logits: logits)
    case .file(let text): try text.architecture(input: input, logits: logits)
    }
  }
}
