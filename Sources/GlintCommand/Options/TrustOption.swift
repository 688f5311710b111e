import ArgumentParser
import Files
import ModelFiles
import Models

/// `--trust`, and model files as commands are given them: what a file is decides, not its name.
struct TrustOption: ParsableArguments {
  @Flag(
    name: .long,
    help: "Also run models that ask for over 10,000 nodes, 1 GiB or 20 G multiply-adds a picture: of files you trust.")
  var trust = false

  /// What a model may ask of this machine.
  var limits: ModelLimits { trust ? .trusting : .standard }

  /// Reads a model, float or int8.
  ///
  /// - Throws: `ValidationError` for a file of another kind, `FormatError` for a model that cannot be read.
  func load(_ path: String) throws -> LoadedModel { try Self.load(path, limits: limits) }

  /// The same within limits that come from elsewhere.
  static func load(_ path: String, limits: ModelLimits) throws -> LoadedModel {
    try checkKind(path)
    return try ModelFile.load(path, limits: limits)
  }

  /// Reads a model that labels pictures.
  func loadClassifier(_ path: String) throws -> LoadedModel {
    try Self.checkKind(path)
    return try ModelFile.loadClassifier(path, limits: limits)
  }

  /// Reads a float model.
  func loadFloat(_ path: String) throws -> FloatModel { try Self.loadFloat(path, limits: limits) }

  /// The same within limits that come from elsewhere.
  static func loadFloat(_ path: String, limits: ModelLimits = .standard) throws -> FloatModel {
    try checkKind(path)
    return try FloatModel.load(path, limits: limits)
  }

  /// Reads an int8 model.
  func loadQuantized(_ path: String) throws -> QuantizedModel {
    try Self.checkKind(path)
    return try QuantizedModel.load(path, limits: limits)
  }

  /// A file that is known to be something else was named by mistake: wrong use. What cannot be read or known is left to
  /// who reads it.
  static func checkKind(_ path: String) throws {
    guard let kind = try? FileKind(path: path), let reason = kind.refusalAsModel else { return }
    switch kind.group {
    case .picture, .video, .foreignModel, .companion, .archive, .folder: throw ValidationError("\(path) \(reason).")
    case .model, .text, .other: return
    }
  }
}

/// Pictures as commands are given them.
enum PictureArguments {
  /// Refuses models among pictures, and what else is no picture for certain: wrong use.
  static func check(_ paths: [String]) throws {
    for path in paths {
      guard let kind = try? FileKind(path: path) else { continue }
      switch kind.group {
      case .model:
        throw ValidationError("\(path) is \(kind.name), and a picture is wanted here: name the model before pictures.")
      case .companion, .foreignModel, .video, .archive:
        throw ValidationError("\(path) \(kind.refusal(wanting: "a picture")).")
      case .picture, .folder, .text, .other: continue
      }
    }
  }
}
