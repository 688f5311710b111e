/// What a file says about its input and output in the metadata that TensorFlow Lite's tools add: texts as labels in a
/// zip archive behind the network, and how pixels become numbers.
public struct TFLiteMetadata: Hashable, Sendable {
  /// Texts beside the network.
  public private(set) var files: [TFLiteModel.AssociatedFile] = []
  /// The names of the files that hold labels of an output, in the order of outputs.
  public private(set) var labelFiles: [String] = []
  /// What is subtracted from a pixel from 0 to 255, one or one a channel; empty where the file does not say.
  public private(set) var mean: [Float] = []
  /// What it is divided by after that, likewise.
  public private(set) var deviation: [Float] = []

  /// Nothing.
  public init() {}

  /// Reads ModelMetadata, a FlatBuffer of its own within the network's.
  init(_ flat: FlatBuffer, in range: Range<Int>) throws(FlatBufferError) {
    guard range.count >= 8, flat.bytes[range.lowerBound + 4..<range.lowerBound + 8].elementsEqual("M001".utf8) else {
      return
    }
    let most = 256
    let root = try flat.root(at: range.lowerBound)
    guard let graph = try root.tables(3, most: most).first else { return }
    if let input = try graph.tables(2, most: most).first {
      for unit in try input.tables(4, most: most) where try unit.integer(0, as: UInt8.self) == 1 {
        guard let normalization = try unit.table(1) else { continue }
        (mean, deviation) = (try normalization.floats(0), try normalization.floats(1))
      }
    }
    for output in try graph.tables(3, most: most) {
      for file in try output.tables(6, most: most) {
        // 2: labels along an axis; 3: labels by value. Translations name their language.
        guard (2...3).contains(try file.integer(2, as: Int8.self)), try file.text(3).isEmpty else { continue }
        labelFiles.append(try file.text(0))
      }
    }
  }

  /// The files of a zip archive behind the network.
  mutating func add(_ archive: ZipDirectory) {
    files = archive.entries.map { .init(name: $0.name, text: $0.text) }
  }

  /// The text that names the classes: the file that the metadata name, or else one that is called so.
  public var labels: TFLiteModel.AssociatedFile? {
    if let name = labelFiles.first, let file = files.first(where: { $0.name == name }) { return file }
    return files.first { $0.name.hasSuffix(".txt") && $0.name.lowercased().contains("label") }
  }
}

/// The texts in a zip archive at the end of a file, whatever stands before it.
struct ZipDirectory {
  private(set) var entries: [(name: String, text: String?)] = []

  /// The largest text that is read, in bytes.
  private static let mostBytes = 1 << 20
  private static let mostEntries = 64

  /// Nothing where there is no archive, or where it is damaged: a network is read without its notes.
  init(_ bytes: UnsafeRawBufferPointer) {
    guard let end = Self.end(bytes) else { return }
    let count = Int(Self.number(bytes, end + 10, UInt16.self) ?? 0)
    guard let size = Self.number(bytes, end + 12, UInt32.self), let start = Self.number(bytes, end + 16, UInt32.self),
      Int(size) <= end
    else { return }
    // Offsets count from the archive's beginning, which most writers take to be the file's.
    let base = end - Int(size) - Int(start)
    guard base >= 0 else { return }
    var place = end - Int(size)
    for _ in 0..<min(count, Self.mostEntries) {
      guard Self.number(bytes, place, UInt32.self) == 0x0201_4B50,
        let method = Self.number(bytes, place + 10, UInt16.self),
        let stored = Self.number(bytes, place + 20, UInt32.self),
        let nameBytes = Self.number(bytes, place + 28, UInt16.self),
        let extra = Self.number(bytes, place + 30, UInt16.self),
        let comment = Self.number(bytes, place + 32, UInt16.self),
        let header = Self.number(bytes, place + 42, UInt32.self), place + 46 + Int(nameBytes) <= end
      else { return }
      let name = String(decoding: bytes[place + 46..<place + 46 + Int(nameBytes)], as: UTF8.self)
      let text = method == 0 ? Self.content(bytes, at: base + Int(header), count: Int(stored)) : nil
      if method != 0 || text != nil { entries.append((name, text)) }
      place += 46 + Int(nameBytes) + Int(extra) + Int(comment)
    }
  }

  /// What is stored behind a local header.
  private static func content(_ bytes: UnsafeRawBufferPointer, at place: Int, count: Int) -> String? {
    guard number(bytes, place, UInt32.self) == 0x0403_4B50, let name = number(bytes, place + 26, UInt16.self),
      let extra = number(bytes, place + 28, UInt16.self), count <= mostBytes
    else { return nil }
    let start = place + 30 + Int(name) + Int(extra)
    guard start <= bytes.count, count <= bytes.count - start else { return nil }
    return String(validating: bytes[start..<start + count], as: UTF8.self)
  }

  /// The record at the archive's end, behind which only a comment may stand.
  private static func end(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard bytes.count >= 22 else { return nil }
    for place in stride(from: bytes.count - 22, through: max(0, bytes.count - 22 - 0xFFFF), by: -1)
    where number(bytes, place, UInt32.self) == 0x0605_4B50 {
      return place
    }
    return nil
  }

  private static func number<Number: FixedWidthInteger>(
    _ bytes: UnsafeRawBufferPointer, _ place: Int, _ type: Number.Type
  ) -> Number? {
    guard place >= 0, place <= bytes.count - MemoryLayout<Number>.size else { return nil }
    return Number(littleEndian: bytes.loadUnaligned(fromByteOffset: place, as: type))
  }
}
