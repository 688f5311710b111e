import Files
import ModelFiles
import NumPyFiles
import ONNXFiles
import Quantization
import Reports
import Results

/// What a command writes. A file of the same kind that Glint made is replaced without a question, told by what is in
/// it.
enum OutputKind {
  case floatModel, int8Model, model, checkpoint, preparedPictures, values, trainingSteps, calibrationRecord, report
  /// What `glint features` stores.
  case features
  /// An ONNX network that Glint exported.
  case network
  /// A NumPy array, or several in an archive, which says nothing of who made it.
  case numbers
  /// What `glint compare --gate` tells in Markdown and in JUnit's XML.
  case summary, results
  /// Rows of `glint live`, which stay and get more.
  case table
  /// A sheet of pictures, and a copy with boxes.
  case sheet, copy

  /// What it is, for a sentence.
  var words: String {
    switch self {
    case .floatModel: "float model"
    case .int8Model: "int8 model"
    case .model: "model"
    case .checkpoint: "checkpoint"
    case .preparedPictures: "file of prepared pictures"
    case .values: "file of values"
    case .trainingSteps: "file of training steps"
    case .calibrationRecord: "calibration record"
    case .report: "report"
    case .features: "table of features"
    case .network: "ONNX network that Glint exported"
    case .numbers: "NumPy array"
    case .summary: "summary of 'glint compare'"
    case .results: "results of 'glint compare'"
    case .table: "CSV file of 'glint live'"
    case .sheet, .copy: "picture that Glint drew"
    }
  }

  /// Whether the file at `path` is of this kind and Glint's own, or empty.
  func isOurs(_ path: String) -> Bool {
    guard let file = try? MappedFile(path: path) else { return FileSystem.size(path) == 0 }
    switch self {
    case .calibrationRecord: return CalibrationRecord.isRecord(path)
    case .network: return (try? ONNXModel(path: path))?.producer == "glint"
    case .numbers: return (try? NumPyArray(path: path)) != nil || (try? NumPyArchive(path: path)) != nil
    case .report: return ReportPage.isPage(file.bytes)
    case .summary: return file.bytes.starts(with: GateOutcome.mark.utf8)
    case .results: return String(decoding: file.copy().prefix(500), as: UTF8.self).contains(GateOutcome.suite)
    case .sheet, .copy: return DrawnPicture.isMarked(file.bytes)
    case .table:
      return [ResultRows.frameHeader, ResultRows.eventHeader].contains { file.bytes.starts(with: ($0 + "\n").utf8) }
    case .floatModel, .int8Model, .model, .preparedPictures, .checkpoint, .values, .trainingSteps, .features:
      return (try? SafetensorsFile(path: path)).map(isOurs) ?? false
    }
  }

  /// Whether tensors are of this kind and Glint's own, by what the file says of itself.
  private func isOurs(_ tensors: SafetensorsFile) -> Bool {
    let isModel = tensors.metadata("format") == "glint", kind = tensors.metadata("kind")
    let isPrepared = tensors.metadata("training") != nil
    switch self {
    case .floatModel: return isModel && kind == "float" && !isPrepared
    case .int8Model: return isModel && kind == "int8"
    case .model: return isModel && !isPrepared
    case .preparedPictures: return isModel && isPrepared
    case .checkpoint: return kind?.hasPrefix("glint-") == true && tensors.metadata("state") != nil
    case .values: return kind == ValueDump.kind
    case .trainingSteps: return kind == TrainingBench.kind
    case .features: return tensors.metadata("glint") == "features"
    case .calibrationRecord, .network, .numbers, .report, .summary, .results, .table, .sheet, .copy:
      return false
    }
  }
}

extension LoadedModel {
  /// What its file is.
  var outputKind: OutputKind {
    switch self {
    case .float: .floatModel
    case .int8: .int8Model
    }
  }
}
