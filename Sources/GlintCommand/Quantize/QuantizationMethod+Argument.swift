import ArgumentParser
import Quantization

extension QuantizationMethod {
  /// The method that `--method` names.
  ///
  /// - Throws: `ValidationError` where a part is not known, with the names of all.
  init(argument name: String) throws {
    guard let method = QuantizationMethod(name: name) else {
      throw ValidationError("Unknown method '\(name)'. Parts are: \(QuantizationMethod.words).")
    }
    self = method
  }
}
