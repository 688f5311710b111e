import Foundation

/// The models that Glint comes with, in `Calibration/Models`.
enum ShippedModels {
  /// The int8 model that serves where none is named: the compact network.
  static let usual = "compact.int8.safetensors"

  /// The path of a shipped model: `Calibration/Models` of the folder that this program was built in, or else of the
  /// folder it is called in.
  static func path(_ name: String) throws -> String {
    let program = Bundle.main.executableURL?.resolvingSymlinksInPath() ?? URL(fileURLWithPath: "glint")
    for start in [program.deletingLastPathComponent(), URL(fileURLWithPath: FileManager.default.currentDirectoryPath)] {
      var folder = start.standardizedFileURL
      while true {
        let candidate = folder.appendingPathComponent("Calibration/Models/\(name)").path
        if FileManager.default.fileExists(atPath: candidate) { return candidate }
        if folder.path == "/" { break }
        folder.deleteLastPathComponent()
      }
    }
    throw Failure("no model was named, and Calibration/Models/\(name) is not near this program: name a model file")
  }
}
