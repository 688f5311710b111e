import Files
import Numerics

/// Collects tensors and metadata, then writes them as one safetensors file with checksums over every byte.
///
/// The data starts at a multiple of 64 bytes, and so does every tensor: the format allows no holes, so small tensors
/// are followed by a filler tensor named `_fill.N`. The same content gives the same bytes.
public struct SafetensorsWriter: Sendable {
  static let fillerPrefix = "_fill."
  static let headerHashKey = "header_sha256"
  static let dataHashKey = "tensors_sha256"
  /// How each header begins: its checksum is the first text of the file.
  static let beginning = Array("{\"__metadata__\":{\"\(headerHashKey)\":\"".utf8)
  /// What stands in the place of the header's checksum while it is computed.
  static let blankHash = [UInt8](repeating: UInt8(ascii: "0"), count: 64)

  private struct Item: Sendable {
    let name: String
    let type: String
    let shape: Shape
    let bytes: [UInt8]
  }

  private var items: [Item] = []
  private var metadata: [JSONValue.Member] = []

  /// A file without tensors.
  public init() {}

  /// Adds a tensor under a name of its own.
  public mutating func add<Element: StoredElement>(_ name: String, _ tensor: Tensor<Element>) {
    let bytes = tensor.elements.withUnsafeBytes { Array($0) }
    items.append(Item(name: name, type: Element.storedName, shape: tensor.shape, bytes: bytes))
  }

  /// Adds a text to the metadata.
  public mutating func add(metadata name: String, _ text: String) {
    metadata.append(.init(name, .string(text)))
  }

  /// The whole file.
  public func bytes() -> [UInt8] {
    let (head, laid) = laidOut()
    return laid.reduce(into: head) { $0.append(contentsOf: $1.bytes) }
  }

  /// The SHA-256 of the tensors' bytes as they lie in the file.
  public func dataSHA256() -> String {
    var hash = SHA256()
    for item in aligned() { item.bytes.withUnsafeBytes { hash.update($0) } }
    return hash.finishHex()
  }

  /// Writes the file, whole or not at all.
  public func write(to path: String) throws(FileError) {
    try AtomicFile.write(bytes(), to: path)
  }

  private func laidOut() -> (header: [UInt8], items: [Item]) {
    let laid = aligned()
    var members: [JSONValue.Member] = []
    let hashes: [JSONValue.Member] = [
      .init(Self.headerHashKey, .string(String(decoding: Self.blankHash, as: UTF8.self))),
      .init(Self.dataHashKey, .string(dataSHA256())),
    ]
    members.append(.init("__metadata__", .object(hashes + metadata)))
    var offset = 0
    for item in laid {
      let end = offset + item.bytes.count
      members.append(
        .init(
          item.name,
          .object([
            .init("dtype", .string(item.type)),
            .init("shape", .array(item.shape.dimensions.map { .integer($0) })),
            .init("data_offsets", .array([.integer(offset), .integer(end)])),
          ])))
      offset = end
    }
    var json = Array(JSONValue.object(members).text.utf8)
    while (8 + json.count) % 64 != 0 { json.append(UInt8(ascii: " ")) }
    var header = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Array($0) }
    header.append(contentsOf: json)
    let start = 8 + Self.beginning.count
    let hash = header.withUnsafeBytes { SHA256.hex($0) }
    header.replaceSubrange(start..<(start + 64), with: hash.utf8)
    return (header, laid)
  }

  /// The tensors, each followed by a filler where it does not end at a multiple of 64 bytes.
  private func aligned() -> [Item] {
    var laid: [Item] = []
    var fillers = 0
    for item in items {
      laid.append(item)
      let missing = (64 - item.bytes.count % 64) % 64
      guard missing > 0 else { continue }
      laid.append(
        Item(
          name: "\(Self.fillerPrefix)\(fillers)", type: UInt8.storedName, shape: [missing],
          bytes: [UInt8](repeating: 0, count: missing)))
      fillers += 1
    }
    return laid
  }
}
