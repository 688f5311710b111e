import Files
import Models
import Numerics

/// A safetensors file, mapped into memory: eight bytes of header length, a JSON header, then the tensors' bytes.
///
/// Every offset, length and shape product is checked when the file is opened. The format is that of
/// huggingface/safetensors: offsets count from the end of the header, and tensors cover the data without holes.
public struct SafetensorsFile: Sendable {
  /// Where one tensor lies.
  public struct Entry: Hashable, Sendable {
    /// The tensor's name.
    public let name: String
    /// The element type by its stored name, as in `F32`.
    public let type: String
    /// The extents.
    public let shape: Shape
    /// Its bytes, from the start of the data.
    public let range: Range<Int>
  }

  /// Where the file was read from.
  public let path: String
  /// The tensors in the order of their bytes, those that only fill up to an alignment left out.
  public let entries: [Entry]
  /// The metadata in the order of the file.
  public let metadata: [JSONValue.Member]

  private let mapping: MappedFile
  private let headerBytes: Int
  /// Where each tensor stands in `entries`.
  private let places: [String: Int]

  /// Maps and checks the file at `path`.
  ///
  /// - Parameter mostHeaderBytes: the largest header that is read; as JSON values it takes a multiple of that.
  /// - Throws: `FormatError` naming the place that is wrong.
  public init(
    path: String, mostHeaderBytes: Int = ModelLimits.standard.headerBytes
  ) throws(FormatError) {
    let mapping: MappedFile
    do throws(FileError) { mapping = try MappedFile(path: path) } catch { throw FormatError(error) }
    let bytes = mapping.bytes
    guard bytes.count >= 10 else { throw FormatError(path: path, reason: "is too short for a model file") }
    let length = UInt64(littleEndian: bytes.loadUnaligned(as: UInt64.self))
    guard length >= 2, length <= UInt64(bytes.count - 8) else {
      throw FormatError(
        path: path, place: "header",
        reason: "a length of \(length) bytes; this is no safetensors file, or it was cut short")
    }
    guard length <= UInt64(mostHeaderBytes) else {
      throw FormatError(
        path: path, place: "header",
        reason: "has \(length) bytes; the limit is \(mostHeaderBytes) (\(ModelLimits.lifted))")
    }
    let data = 8 + Int(length)
    let header: JSONValue
    do throws(JSONError) {
      header = try JSONValue(parsing: UnsafeRawBufferPointer(rebasing: bytes[8..<data]))
    } catch {
      throw FormatError(path: path, place: "header, byte \(8 + error.offset)", reason: error.reason)
    }
    guard case .object(let members) = header else {
      throw FormatError(path: path, place: "header", reason: "is no JSON object")
    }
    self.path = path
    self.mapping = mapping
    headerBytes = data
    metadata = try Self.metadata(of: members, path: path)
    let all = try Self.entries(of: members, dataCount: bytes.count - data, path: path)
    let entries = all.filter { !$0.name.hasPrefix(SafetensorsWriter.fillerPrefix) }
    self.entries = entries
    places = Dictionary(uniqueKeysWithValues: entries.indices.map { (entries[$0].name, $0) })
  }

  /// The text that the metadata holds under a name.
  public func metadata(_ name: String) -> String? {
    metadata.first { $0.name == name }?.value.string
  }

  /// The elements of a tensor.
  ///
  /// - Throws: `FormatError` where there is no such tensor, or it is of another type or shape.
  public func tensor<Element: StoredElement>(
    _ name: String, of type: Element.Type, shape: Shape? = nil
  ) throws(FormatError) -> Tensor<Element> {
    guard let place = places[name] else {
      throw FormatError(path: path, place: "tensor '\(name)'", reason: "is missing")
    }
    let entry = entries[place]
    guard entry.type == Element.storedName else {
      throw FormatError(
        path: path, place: "tensor '\(name)'", reason: "holds \(entry.type), not \(Element.storedName)")
    }
    guard shape == nil || shape == entry.shape else {
      throw FormatError(path: path, place: "tensor '\(name)'", reason: "is \(entry.shape), not \(shape!)")
    }
    let source = UnsafeRawBufferPointer(
      rebasing: mapping.bytes[(headerBytes + entry.range.lowerBound)..<(headerBytes + entry.range.upperBound)])
    let elements = [Element](unsafeUninitializedCapacity: entry.shape.count) { buffer, count in
      UnsafeMutableRawBufferPointer(buffer).copyMemory(from: source)
      count = entry.shape.count
    }
    return Tensor(entry.shape, elements)
  }

  /// Whether a tensor of this name is there.
  public func contains(_ name: String) -> Bool { places[name] != nil }

  /// Compares the two checksums that `SafetensorsWriter` puts into the metadata with the bytes: together they cover
  /// every byte of the file.
  ///
  /// - Throws: `FormatError` where a checksum is missing or differs.
  public func verifyChecksums() throws(FormatError) {
    let bytes = mapping.bytes
    let damaged = "the checksum differs: the file is damaged or was changed"
    let place = 8 + SafetensorsWriter.beginning.count
    guard let expected = metadata(SafetensorsWriter.headerHashKey), expected.utf8.count == 64,
      place + 64 <= headerBytes, bytes[8..<place].elementsEqual(SafetensorsWriter.beginning),
      bytes[place..<(place + 64)].elementsEqual(expected.utf8)
    else { throw FormatError(path: path, place: "header", reason: "holds no checksum: not written by Glint") }
    var hash = SHA256()
    hash.update(UnsafeRawBufferPointer(rebasing: bytes[..<place]))
    SafetensorsWriter.blankHash.withUnsafeBytes { hash.update($0) }
    hash.update(UnsafeRawBufferPointer(rebasing: bytes[(place + 64)..<headerBytes]))
    guard hash.finishHex() == expected else { throw FormatError(path: path, place: "header", reason: damaged) }
    guard dataSHA256() == metadata(SafetensorsWriter.dataHashKey) else {
      throw FormatError(path: path, place: "tensors", reason: damaged)
    }
  }

  /// The SHA-256 of all bytes after the header.
  public func dataSHA256() -> String {
    SHA256.hex(UnsafeRawBufferPointer(rebasing: mapping.bytes[headerBytes...]))
  }

  private static func metadata(
    of members: [JSONValue.Member], path: String
  ) throws(FormatError) -> [JSONValue.Member] {
    guard let value = members.first(where: { $0.name == "__metadata__" })?.value else { return [] }
    guard case .object(let metadata) = value else {
      throw FormatError(path: path, place: "header, __metadata__", reason: "is no object")
    }
    for member in metadata where member.value.string == nil {
      throw FormatError(path: path, place: "header, __metadata__ '\(member.name)'", reason: "is no text")
    }
    return metadata
  }

  private static func entries(
    of members: [JSONValue.Member], dataCount: Int, path: String
  ) throws(FormatError) -> [Entry] {
    var entries: [Entry] = []
    for member in members where member.name != "__metadata__" {
      let place = "header, tensor '\(member.name)'"
      guard let type = member.value["dtype"]?.string, let size = storedSizes[type] else {
        throw FormatError(path: path, place: place, reason: "has no known dtype")
      }
      guard let extents = member.value["shape"]?.integers, extents.count <= 8, let shape = Shape(checking: extents)
      else { throw FormatError(path: path, place: place, reason: "has no sound shape") }
      let (bytes, overflow) = shape.count.multipliedReportingOverflow(by: size)
      guard let offsets = member.value["data_offsets"]?.integers, offsets.count == 2, offsets[0] >= 0,
        offsets[1] >= offsets[0], offsets[1] <= dataCount, !overflow, offsets[1] - offsets[0] == bytes
      else {
        throw FormatError(
          path: path, place: place, reason: "its bytes do not lie within the file, or do not fit its shape")
      }
      entries.append(Entry(name: member.name, type: type, shape: shape, range: offsets[0]..<offsets[1]))
    }
    entries.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for entry in entries {
      guard entry.range.lowerBound == end else {
        throw FormatError(
          path: path, place: "header, tensor '\(entry.name)'", reason: "overlaps another, or leaves a hole before it")
      }
      end = entry.range.upperBound
    }
    guard end == dataCount else {
      throw FormatError(path: path, place: "tensors", reason: "\(dataCount - end) bytes after the last one")
    }
    return entries
  }
}
