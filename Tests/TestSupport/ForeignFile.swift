/// A file or folder of another program, as far as it takes to know it.
public struct ForeignFile: Sendable, CustomStringConvertible {
  /// As such files are called.
  public let name: String
  /// What it is, with an article.
  public let kind: String
  /// Part of what is advised.
  public let advice: String
  /// Paths and bytes: one empty path for a file, those within for a folder.
  private let contents: [(path: String, bytes: [UInt8])]

  /// The name.
  public var description: String { name }

  private init(_ name: String, _ kind: String, _ advice: String, _ bytes: [UInt8]) {
    (self.name, self.kind, self.advice, contents) = (name, kind, advice, [("", bytes)])
  }

  private init(folder: String, _ kind: String, _ advice: String, _ contents: [(path: String, bytes: [UInt8])]) {
    (name, self.kind, self.advice, self.contents) = (folder, kind, advice, contents)
  }

  /// Writes it into a folder; its path there.
  public func written(to folder: TemporaryFolder) throws -> String {
    for (path, bytes) in contents { try folder.write(bytes, as: path.isEmpty ? name : "\(name)/\(path)") }
    return folder.path(name)
  }

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }

  private static func zip(_ names: String...) -> [UInt8] {
    ZipWriter(names.map { ZipWriter.Member($0, [1, 2, 3]) }).bytes
  }

  private static let torch = "torch.onnx.export(model, "
  private static let converted = "export the network from which it was converted"
  // A version of 1, then the notes of a graph with the operators that it uses.
  private static let savedModel: [UInt8] =
    [0x08, 0x01, 0x12, 0xB9, 0x01, 0x0A, 0xB5, 0x01, 0x12, 0x85, 0x01, 0x0A, 0x5E] + ascii("AssignVariableOp")
  // A version of 4, then a description with its first input.
  private static let coreML: [UInt8] = [0x08, 0x04, 0x12, 0x20, 0x0A, 0x10, 0x0A, 0x05] + ascii("image")

  /// One of each kind that is known.
  public static let all: [ForeignFile] = [
    // A version of 8, then who wrote it; a version of 7, then the graph.
    .init("a.onnx", "an ONNX model", "glint import FILE", [0x08, 0x08, 0x12, 0x07] + ascii("pytorch")),
    .init("b.onnx", "an ONNX model", "glint import FILE", [0x08, 0x07, 0x3A, 0xB5, 0x01, 0x0A, 0x2F, 0x0A]),
    .init("a.tflite", "a TensorFlow Lite model", "glint import FILE", [0x1C, 0, 0, 0] + ascii("TFL3") + [0, 0]),
    .init(
      "a.h5", "an HDF5 file, as Keras writes models (.h5)", "tools/import-keras FILE",
      [0x89] + ascii("HDF\r\n\u{1A}\n") + [0, 0]),
    .init(
      "a.keras", "a Keras model (.keras)", "tools/import-keras FILE",
      zip("metadata.json", "config.json", "model.weights.h5")),
    .init(
      "keras.json", "a Keras network without its weights (.json)", "tools/import-keras",
      ascii(#"{"class_name": "Sequential", "config": {"layers": []}}"#)),
    .init("a.pt", "a PyTorch file", torch, zip("net/data.pkl", "net/data/0", "net/version")),
    .init(
      "old.pth", "a PyTorch file", torch,
      [0x80, 0x02, 0x8A, 0x0A, 0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8, 0x50, 0x19, 0x2E]),
    .init("script.pt", "a TorchScript model", torch, zip("net/data/0", "net/data.pkl", "net/constants.pkl")),
    .init(
      "a.pt2", "a program of torch.export (.pt2)", "torch.export.load",
      zip("net/data/weights/weight_0", "net/models/model.json", "net/archive_format")),
    .init(
      "old.pt2", "a program of torch.export (.pt2)", "torch.export.load",
      zip("serialized_exported_program.json", "serialized_state_dict.pt")),
    .init(
      "a.pkl", "a Python pickle, as PyTorch and scikit-learn write models", "skl2onnx",
      [0x80, 0x04, 0x95, 0x10, 0, 0, 0, 0, 0, 0, 0, 0x7D]),
    .init(
      "a.safetensors", "a safetensors file of weights without a network, as PyTorch writes them", torch,
      [9, 0, 0, 0, 0, 0, 0, 0] + ascii(#"{"w":{}} "#)),
    .init("a.pte", "an ExecuTorch program", converted, [0x1C, 0, 0, 0] + ascii("ET12") + [0, 0]),
    .init(folder: "saved", "a TensorFlow SavedModel", "--saved-model", [("saved_model.pb", savedModel)]),
    .init("saved_model.pb", "a TensorFlow SavedModel", "--saved-model", savedModel),
    .init(
      "frozen.pb", "a TensorFlow graph (.pb)", "--graphdef",
      [0x0A, 0x32, 0x0A, 0x05] + ascii("input") + [0x12, 0x0B] + ascii("Placeholder")),
    .init(
      "checkpoint", "a TensorFlow checkpoint", "tools/import-keras", ascii("model_checkpoint_path: \"ckpt-1\"\n")),
    .init(
      folder: "web", "a TensorFlow.js model", "--tfjs",
      [("model.json", ascii(#"{"format": "layers-model", "modelTopology": {}}"#)), ("group1-shard1of1.bin", [1, 2])]),
    .init("a.mlmodel", "a Core ML model", converted, coreML),
    .init(
      folder: "a.mlpackage", "a Core ML package (.mlpackage)", converted,
      [("Manifest.json", ascii("{}")), ("Data/com.apple.CoreML/model.mlmodel", coreML)]),
    .init(
      "mlpackage.zip", "a Core ML package (.mlpackage)", converted,
      zip("a.mlpackage/Manifest.json", "a.mlpackage/Data/com.apple.CoreML/model.mlmodel")),
    .init(
      folder: "a.mlmodelc", "a compiled Core ML model (.mlmodelc)", converted, [("coremldata.bin", [0, 0, 0, 1])]),
    .init("a.prototxt", "a Caffe network (.prototxt)", "caffe2onnx", ascii("name: \"LeNet\"\nlayer {\n}\n")),
    .init("old.prototxt", "a Caffe network (.prototxt)", "caffe2onnx", ascii("name: \"LeNet\"\nlayers{\n}\n")),
    .init("a.caffemodel", "a Caffe model", "caffe2onnx", [0x0A, 0x05] + ascii("LeNet") + [0xA2, 0x06, 0x10]),
    .init("a.pdmodel", "a PaddlePaddle model", "paddle2onnx", [0x0A, 0xC6, 0x52, 0x08, 0x00, 0x10, 0xFF, 0xFF]),
    .init(
      folder: "paddle", "a PaddlePaddle model", "paddle2onnx",
      [("inference.json", ascii(#"{"base_code":{"magic":"pir","version":1}}"#)), ("inference.pdiparams", [1, 2])]),
    .init("a.param", "an ncnn network (.param)", converted, ascii("7767517\n75 83\n")),
    .init(
      "a.xml", "an OpenVINO model", converted, ascii("<?xml version=\"1.0\"?>\n<net name=\"m\" version=\"11\">")),
    .init("a.engine", "a TensorRT engine", "the ONNX file that it was built from", ascii("ptrt") + [1, 0, 0, 0]),
    .init("a.rknn", "an RKNN model", converted, ascii("RKNN") + [1, 0, 0, 0]),
    .init("a.gguf", "a GGUF model", "language model", ascii("GGUF") + [3, 0, 0, 0]),
    .init("a.cfg", "a Darknet network (.cfg)", "ONNX", ascii("[net]\nbatch=1\n\n[convolutional]\nfilters=16\n")),
    .init(
      "a-symbol.json", "an MXNet network (.json)", "ONNX",
      ascii(#"{"nodes": [{"op": "null", "name": "data"}], "arg_nodes": [0]}"#)),
  ]
}
