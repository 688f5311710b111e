/// By which bytes kinds of files are known. From the formats' own documents and from `file`'s magic numbers.
enum FileSignature {
  /// Bytes at a place, by which a kind is known.
  private struct Row {
    let offset: Int
    let bytes: [UInt8]
    let kind: FileKind

    init(_ offset: Int, _ bytes: [UInt8], _ group: FileKind.Group, _ name: String) {
      self.offset = offset
      self.bytes = bytes
      kind = FileKind(group, name)
    }

    init(_ offset: Int, _ text: String, _ group: FileKind.Group, _ name: String) {
      self.init(offset, ascii(text), group, name)
    }
  }

  /// The first row that fits counts.
  private static let table: [Row] = [
    .init(4, "TFL3", .foreignModel, "a TensorFlow Lite model"),
    .init(4, "ET12", .foreignModel, "an ExecuTorch program"),
    .init(
      0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], .foreignModel, "an HDF5 file, as Keras writes models (.h5)"),
    .init(0, "GGUF", .foreignModel, "a GGUF model"),
    .init(0, "ptrt", .foreignModel, "a TensorRT engine"),
    .init(0, "ftrt", .foreignModel, "a TensorRT engine"),
    .init(0, "RKNN", .foreignModel, "an RKNN model"),
    .init(0, "7767517", .foreignModel, "an ncnn network (.param)"),
    .init(1, "NUMPY", .other, "a NumPy array"),
    .init(1, "ELF", .other, "a program"),
    .init(0, [0x1F, 0x8B], .archive, "a gzip archive"),
    .init(1, "7zXZ", .archive, "an xz archive"),
    .init(0, [0x37, 0x7A, 0xBC, 0xAF], .archive, "a 7-Zip archive"),
    .init(0, "Rar!", .archive, "a RAR archive"),
    .init(257, "ustar", .archive, "a tar archive"),
    .init(0, "version https://git-lfs", .other, "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)"),
  ]

  static func kind(of bytes: [UInt8]) -> FileKind {
    guard !bytes.isEmpty else { return FileKind(.other, "an empty file") }
    if let found = table.first(where: { has($0.bytes, at: $0.offset, in: bytes) }) {
      return found.kind
    }
    if let format = FileFormat(bytes), let group = format.group { return FileKind(group, format.name) }
    if has(ascii("PK\u{3}\u{4}"), at: 0, in: bytes) { return zip(bytes) }
    if bytes.count >= 10, bytes[8] == UInt8(ascii: "{"), has([0, 0, 0, 0], at: 4, in: bytes) {
      return safetensors(bytes)
    }
    return protobuf(bytes) ?? text(bytes) ?? FileKind(.other, "a file of no known kind")
  }

  /// What a safetensors file says of itself at its beginning.
  private static func safetensors(_ bytes: [UInt8]) -> FileKind {
    if contains(ascii(#""format":"glint""#), bytes) { return FileKind(.model, "a Glint model") }
    if contains(ascii(#""kind":"glint-"#), bytes), contains(ascii(#"checkpoint"#), bytes) {
      return FileKind(.companion, "a checkpoint of training, with which --resume goes on")
    }
    return FileKind(.other, "a safetensors file that holds no Glint model")
  }

  /// What the names of its first members say.
  private static func zip(_ bytes: [UInt8]) -> FileKind {
    let known: [(String, FileKind.Group, String)] = [
      ("model.weights.h5", .foreignModel, "a Keras model (.keras)"),
      ("config.json", .foreignModel, "a Keras model (.keras)"),
      ("constants.pkl", .foreignModel, "a TorchScript model"),
      ("/code/", .foreignModel, "a TorchScript model"),
      ("data.pkl", .foreignModel, "a PyTorch file"), (".npy", .other, "NumPy arrays (.npz)"),
    ]
    if let found = known.first(where: { contains(ascii($0.0), bytes) }) { return FileKind(found.1, found.2) }
    return FileKind(.archive, "a zip archive")
  }

  /// Models as protocol buffers have no magic number: they are known by their first fields.
  private static func protobuf(_ bytes: [UInt8]) -> FileKind? {
    if bytes[0] == 0x80, bytes.count > 2, (2...5).contains(bytes[1]) {
      return FileKind(.foreignModel, "a Python pickle, as PyTorch writes models")
    }
    guard bytes.count >= 8 else { return nil }
    // Field 1, a number: the version of ONNX (then a text or a field of its own) or of Core ML (then a message).
    if bytes[0] == 0x08, (1...20).contains(bytes[1]) {
      if bytes[2] == 0x12, bytes[4] == 0x0A || bytes[5] == 0x0A { return FileKind(.foreignModel, "a Core ML model") }
      if [0x12, 0x1A, 0x22, 0x2A, 0x32, 0x3A, 0x42].contains(bytes[2]) {
        return FileKind(.foreignModel, "an ONNX model")
      }
    }
    // Field 1, a message or text, by what stands in it and after it.
    guard bytes[0] == 0x0A else { return nil }
    let length = Int(bytes[1])
    if length < 0x80, has([0xA2, 0x06], at: 2 + length, in: bytes) { return FileKind(.foreignModel, "a Caffe model") }
    let start = 2 + (bytes[1...3].firstIndex { $0 < 0x80 } ?? 1) - 1
    if has([0x08, 0x00, 0x10], at: start, in: bytes) { return FileKind(.foreignModel, "a PaddlePaddle model") }
    if has([0x0A], at: start, in: bytes), contains([0x12], Array(bytes.prefix(256))) {
      return FileKind(.foreignModel, "a TensorFlow graph (.pb)")
    }
    return nil
  }

  private static func text(_ bytes: [UInt8]) -> FileKind? {
    // White space, printable characters, and what UTF-8 makes of others.
    guard bytes.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || (0x09...0x0D).contains($0) || $0 == 0x1B }) else { return nil }
    let start = bytes.drop { $0 <= 0x20 }
    if start.first == UInt8(ascii: "{") {
      // The record's members, one of which its text begins with.
      let beginnings = [#"{"answers":{"pictures":"#, #"{"choice":{"method":"#, #"{"equalized":[{"#, #"{"images":["#]
      if beginnings.contains(where: { start.starts(with: $0.utf8) }) {
        return FileKind(.companion, "a calibration record of 'glint quantize'")
      }
      return FileKind(.text, "JSON")
    }
    if contains(ascii("layer {"), bytes) || contains(ascii("layers {"), bytes) {
      return FileKind(.foreignModel, "a Caffe network (.prototxt)")
    }
    if start.first == UInt8(ascii: "<") {
      return contains(ascii("<net "), bytes)
        ? FileKind(.foreignModel, "an OpenVINO model") : FileKind(.text, "a page of HTML or XML")
    }
    guard String(validating: bytes.dropLast(bytes.count == FileKind.bytesLookedAt ? 4 : 0), as: UTF8.self) != nil else {
      return nil
    }
    return FileKind(.text, "text")
  }

  private static func has(_ pattern: [UInt8], at offset: Int, in bytes: [UInt8]) -> Bool {
    bytes.count >= offset + pattern.count && bytes[offset..<(offset + pattern.count)].elementsEqual(pattern)
  }

  private static func contains(_ pattern: [UInt8], _ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == pattern[0] && has(pattern, at: $0, in: bytes) }
  }

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
}
