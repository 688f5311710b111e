import Files
import ModelFiles
import Models
import Teaching

/// What stands beside an int8 model: its float weights, `NAME.safetensors`, and stored features of general pictures,
/// `NAME.features.safetensors`.
enum TeachingFiles {
  /// Reads what there is; what fits not is left aside, and a sentence says so.
  static func setup(
    _ model: QuantizedModel, path: String, float: String?, features: String?, threads: Int, trust: TrustOption
  ) throws -> TeachingSession.Setup {
    let end = ".int8.safetensors"
    let stem = path.hasSuffix(end) ? String(path.dropLast(end.count)) : nil
    func beside(_ ending: String) -> String? {
      stem.map { $0 + ending }.flatMap { FileSystem.exists($0) ? $0 : nil }
    }
    var weights: FloatModel?
    if let place = float ?? beside(".safetensors") {
      let found = try trust.loadFloat(place)
      if found.description.graph == model.description.graph {
        weights = found
      } else if float != nil {
        throw Failure("\(place): is another network than \(path)")
      }
    }
    var table: FeatureTable?
    if let place = features ?? beside(".features.safetensors") {
      let found = try FeatureTable(path: place)
      if found.body == model.bodySHA256 {
        table = found
      } else {
        printError("glint: \(place) holds features of another model than \(path), and is left aside")
      }
    }
    return TeachingSession.Setup(model, float: weights, table: table, threads: threads, tool: GlintVersion.tool)
  }
}
