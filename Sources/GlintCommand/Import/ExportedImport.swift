import Exporting
import Inference
import ModelFiles
import ONNXFiles

extension Import {
  /// Imports the model of a file that `glint export` made, whatever options say.
  ///
  /// - Returns: false where the file is another.
  func importOwn(_ network: ONNXModel) throws -> Bool {
    func passOver(_ why: String) -> Bool {
      printError("\(file): was exported by glint and changed since, and is imported as any other network: \(why)")
      return false
    }
    switch ExportedModel(network, limits: faces.trust.limits) {
    case .foreign: return false
    case .changed(let why): return passOver(why)
    case .model(let model):
      // Whoever trained on, or averaged networks, kept the notes and changed the weights.
      do { _ = try ModelRunner(model, threads: 1) } catch is SelfTestError {
        return passOver("its weights answer otherwise than the sample that is sealed in it")
      }
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
