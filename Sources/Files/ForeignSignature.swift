/// By what other programs' networks are known that have no magic number: names of members, fields, words and places.
enum ForeignSignature {
  /// A folder that is a model, by the files in it.
  static func folder(_ path: String) -> ForeignFormat? {
    func has(_ name: String) -> Bool { FileSystem.exists(path + "/" + name) }
    if has("saved_model.pb") || has("saved_model.pbtxt") { return .savedModel }
    if has("Manifest.json"), has("Data/com.apple.CoreML") { return .coreMLPackage }
    if has("coremldata.bin") { return .compiledCoreML }
    if has("inference.pdmodel") || has("__model__") { return .paddle }
    if has("inference.json"), (try? FileKind(path: path + "/inference.json")) == FileKind(.paddle) { return .paddle }
    if has("model.json"), (try? FileKind(path: path + "/model.json")) == FileKind(.tensorFlowJS) {
      return .tensorFlowJS
    }
    return nil
  }

  /// A zip archive, by the names of its members.
  static func zip(_ names: [String]) -> ForeignFormat? {
    func has(_ ending: String) -> Bool { names.contains { $0 == ending || $0.hasSuffix("/" + ending) } }
    func hasFolder(_ folder: Substring) -> Bool {
      names.contains { $0.split(separator: "/").dropLast().contains(folder) }
    }
    if has("config.json"), has("model.weights.h5") || has("metadata.json") { return .keras }
    // PyTorch before 2.8, and since.
    if has("serialized_exported_program.json") || has("archive_format") && has("models/model.json") {
      return .torchExport
    }
    if has("constants.pkl") || hasFolder("__torch__") { return .torchScript }
    if has("data.pkl") { return .torchArchive }
    if hasFolder("com.apple.CoreML") { return .coreMLPackage }
    return nil
  }

  /// Models as protocol buffers are known by their first fields, and pickles by their first code.
  static func protobuf(_ bytes: [UInt8]) -> ForeignFormat? {
    if bytes[0] == 0x80, bytes.count > 2, (2...5).contains(bytes[1]) {
      // PyTorch's own first number, before it wrote zip archives.
      return FileSignature.has([0x6C, 0xFC, 0x9C, 0x46, 0xF9, 0x20, 0x6A, 0xA8], at: 4, in: bytes)
        ? .torchArchive : .pickle
    }
    guard bytes.count >= 8 else { return nil }
    // Field 1, a number: the version of ONNX (then a text or a field of its own), of Core ML (then a message) or of
    // SavedModel (then a longer one).
    if bytes[0] == 0x08, (1...20).contains(bytes[1]) {
      if bytes[2] == 0x12, let message = start(after: 3, in: bytes), bytes[message] == 0x0A {
        // The first member of Core ML's is a description that begins with its name; of SavedModel's, notes that begin
        // with the operators or the versions.
        guard bytes[1] == 1, let member = start(after: message + 1, in: bytes), bytes[member] != 0x0A else {
          return .coreML
        }
        return .savedModel
      }
      return [0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42].contains(bytes[2]) ? .onnx : nil
    }
    // Field 1, a message or text, by what stands in it and after it.
    guard bytes[0] == 0x0A, let start = start(after: 1, in: bytes) else { return nil }
    let length = Int(bytes[1])
    // A name, then layers: field 100 of those that Caffe writes today, field 2 of those of its first years.
    if length < 0x80, FileSignature.has([0xA2, 0x06], at: 2 + length, in: bytes) { return .caffeWeights }
    if FileSignature.has([0x08, 0x00, 0x10], at: start, in: bytes) { return .paddle }
    if bytes[start] == 0x0A, bytes.prefix(256).contains(0x12) { return .graphDef }
    return nil
  }

  /// Where a field's bytes begin whose length, a varint, stands at `place`; nil where the bytes end before.
  private static func start(after place: Int, in bytes: [UInt8]) -> Int? {
    guard place < bytes.count, let last = bytes[place...].prefix(5).firstIndex(where: { $0 < 0x80 }),
      last + 1 < bytes.count
    else { return nil }
    return last + 1
  }

  /// Texts, by words that only they have.
  static func text(_ bytes: [UInt8]) -> ForeignFormat? {
    func has(_ text: String) -> Bool { FileSignature.contains(Array(text.utf8), bytes) }
    switch bytes.first(where: { $0 > 0x20 }) {
    case UInt8(ascii: "{"):
      if has("\"modelTopology\"") || has("\"weightsManifest\"") { return .tensorFlowJS }
      if has("\"magic\":\"pir\"") || has("\"magic\": \"pir\"") { return .paddle }
      if has("\"keras_version\"") || has("\"class_name\"") && has("\"layers\"") { return .kerasJSON }
      if has("\"arg_nodes\"") || has("\"nodes\"") && has("\"op\": \"null\"") { return .mxnet }
    case UInt8(ascii: "<"):
      if has("<net ") { return .openVINO }
    default:
      if ["layer {", "layer{", "layers {", "layers{"].contains(where: has) { return .caffeNetwork }
      if has("[convolutional]") { return .darknet }
      if has("model_checkpoint_path:") { return .tensorFlowCheckpoint }
    }
    return nil
  }

  /// What the last bytes of a file say whose first ones say nothing: those of a checkpoint's index, a table as LevelDB
  /// has it.
  static func end(of bytes: UnsafeRawBufferPointer) -> ForeignFormat? {
    bytes.suffix(8).elementsEqual([0x57, 0xFB, 0x80, 0x8B, 0x24, 0x75, 0x47, 0xDB]) ? .tensorFlowCheckpoint : nil
  }
}
