import Exporting
import ModelFiles
import ONNXFiles

extension Import {
  /// Imports the model of a file that `glint export` made, whatever options say.
  ///
  /// - Returns: false where the file is another.
  func importOwn(_ network: ONNXModel) throws -> Bool {
    switch ExportedModel(network, limits: faces.trust.limits) {
    case .foreign: return false
    case .changed(let why):
      printError("\(file): was exported by glint and changed since, and is imported as any other network: \(why)")
      return false
    case .model(let model):
      let isInt8: Bool
      switch model {
      case .float(let model):
        try model.write(to: output)
        isInt8 = false
      case .int8(let model):
        try model.write(to: output)
        isInt8 = true
      }
      guard !quiet.quiet else { return true }
      emit("\(output): the \(isInt8 ? "int8" : "float") model that glint exported, with all that was sealed in it")
      return true
    }
  }
}
