import Files

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

  /// The largest text that is read, in bytes.
  private static let mostBytes = 1 << 20

  /// The files of a zip archive behind the network, with those texts that lie in it as they are. Nothing where there is
  /// no archive, or where it is damaged: a network is read without its notes.
  mutating func addFiles(behind bytes: UnsafeRawBufferPointer) {
    guard let archive = try? ZipDirectory(bytes, isAppended: true) else { return }
    for member in archive.members {
      guard member.method == 0 else {
        files.append(.init(name: member.name, text: nil))
        continue
      }
      guard member.packedCount <= Self.mostBytes, let stored = try? archive.stored(member),
        let text = String(validating: stored, as: UTF8.self)
      else { continue }
      files.append(.init(name: member.name, text: text))
    }
  }

  /// The text that names the classes: the file that the metadata name, or else one that is called so.
  public var labels: TFLiteModel.AssociatedFile? {
    if let name = labelFiles.first, let file = files.first(where: { $0.name == name }) { return file }
    return files.first { $0.name.hasSuffix(".txt") && $0.name.lowercased().contains("label") }
  }
}
