import Files
import Foundation
import ModelFiles
import Quantization
import Reports

/// What a command writes. A file of the same kind that Glint made is replaced without a question, told by what is in
/// it.
enum OutputKind {
  case floatModel, int8Model, checkpoint, preparedPictures, values, trainingSteps, calibrationRecord, report
  /// A NumPy array, which says nothing of who made it.
  case numbers
  /// A sheet of pictures, and a copy with boxes.
  case sheet, copy

  /// What it is, for a sentence.
  var words: String {
    switch self {
    case .floatModel: "float model"
    case .int8Model: "int8 model"
    case .checkpoint: "checkpoint"
    case .preparedPictures: "file of prepared pictures"
    case .values: "file of values"
    case .trainingSteps: "file of training steps"
    case .calibrationRecord: "calibration record"
    case .report: "report"
    case .numbers: "NumPy array"
    case .sheet, .copy: "picture that Glint drew"
    }
  }

  /// Whether the file at `path` is of this kind and Glint's own, or empty.
  func isOurs(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return isEmpty(path) }
    switch self {
    case .floatModel: return metadata(path, "format") == "glint" && kind(path) == "float" && !isPrepared(path)
    case .int8Model: return metadata(path, "format") == "glint" && kind(path) == "int8"
    case .preparedPictures: return metadata(path, "format") == "glint" && isPrepared(path)
    case .checkpoint: return kind(path)?.hasPrefix("glint-") == true && metadata(path, "state") != nil
    case .values: return kind(path) == ValueDump.kind
    case .trainingSteps: return kind(path) == TrainingBench.kind
    case .calibrationRecord: return CalibrationRecord.isRecord(path)
    case .numbers: return (try? NumPyArray(path: path)) != nil
    case .report: return ReportPage.isPage(file.bytes)
    case .sheet, .copy: return DrawnPicture.isMarked(file.bytes)
    }
  }

  private func isEmpty(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int == 0
  }

  private func metadata(_ path: String, _ name: String) -> String? {
    (try? SafetensorsFile(path: path))?.metadata(name)
  }

  private func kind(_ path: String) -> String? { metadata(path, "kind") }

  private func isPrepared(_ path: String) -> Bool { metadata(path, "training") != nil }
}
