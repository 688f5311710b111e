import Files
import FoundationEssentials

/// The models that Glint comes with, in `Calibration/Models`.
enum ShippedModels {
  /// The int8 model that serves where none is named: the compact network.
  static let classifier = "compact.int8.safetensors"

  /// The face detector that serves where none is named.
  static let detector = "face-detector.int8.safetensors"

  /// The path of a shipped model: `Calibration/Models` of the folder that this program was built in, or else of the
  /// folder it is called in.
  ///
  /// - Throws: `Failure` where it is not there.
  static func path(_ name: String) throws -> String {
    if let path = find(name) { return path }
    throw Failure("no model was named, and Calibration/Models/\(name) is not near this program: name a model file")
  }

  /// The same, nil where it is not there.
  static func find(_ name: String) -> String? {
    let program = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    for start in [program.deletingLastPathComponent(), URL(fileURLWithPath: FileManager.default.currentDirectoryPath)] {
      var folder = start.standardizedFileURL
      while true {
        let candidate = folder.appendingPathComponent("Calibration/Models/\(name)").path
        if FileSystem.exists(candidate) { return candidate }
        if folder.path == "/" { break }
        folder.deleteLastPathComponent()
      }
    }
    return nil
  }
}
