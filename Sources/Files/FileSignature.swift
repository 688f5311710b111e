/// By which bytes kinds of files are known. From the formats' own documents and from `file`'s magic numbers.
enum FileSignature {
  /// Bytes at a place, by which a kind is known.
  private struct Row {
    let offset: Int
    let bytes: [UInt8]
    let kind: FileKind

    init(_ offset: Int, _ bytes: [UInt8], _ kind: FileKind) {
      self.offset = offset
      self.bytes = bytes
      self.kind = kind
    }

    init(_ offset: Int, _ text: String, _ format: ForeignFormat) {
      self.init(offset, ascii(text), FileKind(format))
    }

    init(_ offset: Int, _ text: String, _ group: FileKind.Group, _ name: String) {
      self.init(offset, ascii(text), FileKind(group, name))
    }
  }

  /// Of binary files; the first row that fits counts.
  private static let binary: [Row] = [
    .init(4, "TFL3", .tflite), .init(4, "ET12", .execuTorch),
    .init(0, [0x89, 0x48, 0x44, 0x46, 0x0D, 0x0A, 0x1A, 0x0A], FileKind(.hdf5)), .init(0, "GGUF", .gguf),
    .init(0, "ptrt", .tensorRT), .init(0, "ftrt", .tensorRT), .init(0, "RKNN", .rknn),
    .init(1, "NUMPY", .other, "a NumPy array"), .init(1, "ELF", .other, "a program"),
    .init(0, [0x1F, 0x8B], FileKind(.archive, "a gzip archive")), .init(1, "7zXZ", .archive, "an xz archive"),
    .init(0, [0x37, 0x7A, 0xBC, 0xAF], FileKind(.archive, "a 7-Zip archive")),
    .init(0, "Rar!", .archive, "a RAR archive"), .init(257, "ustar", .archive, "a tar archive"),
  ]

  /// Of text, in which the letters of the rows above mean nothing.
  private static let texts: [Row] = [
    .init(0, "7767517", .ncnn),
    .init(0, "version https://git-lfs", .other, "a Git LFS pointer, not the file itself ('git lfs pull' fetches it)"),
  ]

  /// The kind of a file that begins with `bytes`, which may say more of itself at its end.
  static func kind(of bytes: [UInt8], inFile path: String) -> FileKind {
    let kind = kind(of: bytes)
    // Among an archive's first bytes stand few of its names, or those of an archive within it.
    let isZip = has(zipMagic, at: 0, in: bytes)
    guard isZip || kind == unknown, let file = try? MappedFile(path: path) else { return kind }
    return withExtendedLifetime(file) {
      isZip
        ? (try? ZipDirectory(file.bytes)).map { zip($0.members.map { $0.name }) } ?? kind
        : ForeignSignature.end(of: file.bytes).map { FileKind($0) } ?? kind
    }
  }

  static func kind(of bytes: [UInt8]) -> FileKind {
    guard !bytes.isEmpty else { return FileKind(.other, "an empty file") }
    if let found = (FileFormat.isText(bytes) ? texts : binary).first(where: { has($0.bytes, at: $0.offset, in: bytes) })
    {
      return found.kind
    }
    if let format = FileFormat(bytes), let group = format.group { return FileKind(group, format.name) }
    if has(zipMagic, at: 0, in: bytes) { return zip(localNames(bytes)) }
    if bytes.count >= 10, bytes[8] == UInt8(ascii: "{"), has([0, 0, 0, 0], at: 4, in: bytes) {
      return safetensors(bytes)
    }
    return ForeignSignature.protobuf(bytes).map { FileKind($0) } ?? text(bytes) ?? unknown
  }

  private static let unknown = FileKind(.other, "a file of no known kind")
  private static let zipMagic = Array("PK\u{3}\u{4}".utf8)

  /// What a safetensors file says of itself at its beginning.
  private static func safetensors(_ bytes: [UInt8]) -> FileKind {
    if contains(ascii(#""format":"glint""#), bytes) { return FileKind(.model, "a Glint model") }
    if contains(ascii(#""kind":"glint-"#), bytes), contains(ascii(#"checkpoint"#), bytes) {
      return FileKind(.companion, "a checkpoint of training, with which --resume goes on")
    }
    return FileKind(.safetensors)
  }

  /// What the names of its members say.
  private static func zip(_ names: [String]) -> FileKind {
    if let format = ForeignSignature.zip(names) { return FileKind(format) }
    return names.contains { $0.hasSuffix(".npy") }
      ? FileKind(.other, "NumPy arrays (.npz)") : FileKind(.archive, "a zip archive")
  }

  /// The names that stand before members among the first bytes of an archive.
  private static func localNames(_ bytes: [UInt8]) -> [String] {
    bytes.indices.filter { bytes[$0] == zipMagic[0] && has(zipMagic, at: $0, in: bytes) && bytes.count >= $0 + 30 }
      .map { start in
        let count = Int(bytes[start + 26]) | Int(bytes[start + 27]) << 8
        return String(decoding: bytes[(start + 30)...].prefix(count), as: UTF8.self)
      }
  }

  private static func text(_ bytes: [UInt8]) -> FileKind? {
    guard FileFormat.isPrintable(bytes) else { return nil }
    let start = bytes.drop { $0 <= 0x20 }
    if start.first == UInt8(ascii: "{") {
      // The record's members, one of which its text begins with.
      let beginnings = [#"{"answers":{"pictures":"#, #"{"choice":{"method":"#, #"{"equalized":[{"#, #"{"images":["#]
      if beginnings.contains(where: { start.starts(with: $0.utf8) }) {
        return FileKind(.companion, "a calibration record of 'glint quantize'")
      }
      return ForeignSignature.text(bytes).map { FileKind($0) } ?? FileKind(.text, "JSON")
    }
    if let format = ForeignSignature.text(bytes) { return FileKind(format) }
    if start.first == UInt8(ascii: "<") { return FileKind(.text, "a page of HTML or XML") }
    return FileFormat.isText(bytes) ? FileKind(.text, "text") : nil
  }

  static func has(_ pattern: [UInt8], at offset: Int, in bytes: [UInt8]) -> Bool {
    bytes.count >= offset + pattern.count && bytes[offset..<(offset + pattern.count)].elementsEqual(pattern)
  }

  static func contains(_ pattern: [UInt8], _ bytes: [UInt8]) -> Bool {
    bytes.indices.contains { bytes[$0] == pattern[0] && has(pattern, at: $0, in: bytes) }
  }

  private static func ascii(_ text: String) -> [UInt8] { Array(text.utf8) }
}
