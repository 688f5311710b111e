import Files
import FoundationEssentials
import ModelFiles

/// The models that Glint comes with, where `ModelPlaces` says.
enum ShippedModels {
  /// The int8 model that serves where none is named: the compact network.
  static let classifier = "compact.int8.safetensors"

  /// The face detector that serves where none is named.
  static let detector = "face-detector.int8.safetensors"

  /// The path of a shipped model.
  ///
  /// - Throws: `Failure` where it is nowhere.
  static func path(_ name: String) throws -> String {
    if let path = find(name) { return path }
    throw missing("no model was named", name, "name a model file")
  }

  /// The same, nil where it is nowhere.
  static func find(_ name: String) -> String? {
    let places = ModelPlaces(
      environment: ProcessInfo.processInfo.environment["GLINT_MODELS"],
      program: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath().path,
      present: FileManager.default.currentDirectoryPath)
    return places.paths(of: name).first(where: FileSystem.exists)
  }

  /// Says that a model which nobody named is nowhere, and what helps.
  static func missing(_ what: String, _ name: String, _ help: String) -> Failure {
    Failure(
      "\(what): \(name) is neither in the folder that GLINT_MODELS names, nor beside this program, nor in "
        + "\(ModelPlaces.installed); \(help)")
  }
}
