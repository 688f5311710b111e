import Files
import FoundationEssentials

/// Figures over time in a file that TensorBoard shows: records of a length, its check, an `Event` message, and the
/// check of that (TFRecord); messages are written in the protocol buffers' wire format by hand, as four fields of them
/// are used.
///
/// `Event`: 1 `wall_time` double, 2 `step` int64, 3 `file_version` string, 5 `summary`; `Summary`: 1 `value`, repeated;
/// `Value`: 1 `tag` string, 2 `simple_value` float.
public final class EventFile {
  /// The file.
  public var path: String { file.path }
  private let file: GrowingFile
  private var failure: String?

  /// Why figures can no longer be written, for example because the disk is full; nil while all is well. Whoever writes
  /// on loses the figures and nothing else.
  public var problem: String? { failure }

  /// Makes a new file in a folder, which is made where missing. Files of earlier runs stay: together they are one
  /// curve.
  ///
  /// - Parameter now: seconds since 1970, part of the name.
  /// - Throws: `FileError` where it cannot be made.
  public init(folder: String, now: Double = Date().timeIntervalSince1970) throws(FileError) {
    try FileSystem.makeFolder(folder)
    let name = "events.out.tfevents.\(Int(now)).\(ProcessInfo.processInfo.processIdentifier).glint"
    // In containers all processes may have one number, and two of them start in one second.
    var (file, number) = (try GrowingFile(new: folder + "/" + name), 1)
    while file == nil {
      number += 1
      file = try GrowingFile(new: "\(folder)/\(name)-\(number)")
    }
    self.file = file!
    write(Self.event(time: now, step: 0, [.bytes(3, Array("brain.Event:2".utf8))]))
  }

  /// Adds figures of one step.
  ///
  /// - Parameters:
  ///   - figures: by name; `loss/training` stands in a group `loss`. Those that are not finite are left out.
  ///   - step: a number that grows.
  ///   - now: seconds since 1970.
  public func add(_ figures: [(name: String, value: Double)], step: Int, now: Double = Date().timeIntervalSince1970) {
    let values = figures.filter(\.value.isFinite).map { figure in
      Field.bytes(1, Field.encoded([.bytes(1, Array(figure.name.utf8)), .float(2, Float(figure.value))]))
    }
    guard !values.isEmpty else { return }
    write(Self.event(time: now, step: step, [.bytes(5, Field.encoded(values))]))
  }

  private static func event(time: Double, step: Int, _ contents: [Field]) -> [UInt8] {
    Field.encoded([.double(1, time), .varint(2, UInt64(bitPattern: Int64(step)))] + contents)
  }

  private func write(_ message: [UInt8]) {
    guard failure == nil else { return }
    let length = Field.littleEndian(UInt64(message.count))
    let record =
      length + Field.littleEndian(CRC32C.masked(length)) + message + Field.littleEndian(CRC32C.masked(message))
    do { try file.append(record) } catch { failure = error.description }
  }
}

/// One field of a protocol buffers message: its number and value.
private enum Field {
  case varint(Int, UInt64)
  case double(Int, Double)
  case float(Int, Float)
  case bytes(Int, [UInt8])

  static func encoded(_ fields: [Field]) -> [UInt8] { fields.flatMap(\.encoded) }

  private var encoded: [UInt8] {
    switch self {
    case .varint(let number, let value): Self.key(number, 0) + Self.varint(value)
    case .double(let number, let value): Self.key(number, 1) + Self.littleEndian(value.bitPattern)
    case .bytes(let number, let bytes): Self.key(number, 2) + Self.varint(UInt64(bytes.count)) + bytes
    case .float(let number, let value): Self.key(number, 5) + Self.littleEndian(value.bitPattern)
    }
  }

  private static func key(_ number: Int, _ wireType: Int) -> [UInt8] { varint(UInt64(number << 3 | wireType)) }

  private static func varint(_ value: UInt64) -> [UInt8] {
    var (rest, bytes) = (value, [UInt8]())
    while rest >= 128 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 128)
      rest >>= 7
    }
    return bytes + [UInt8(rest)]
  }

  static func littleEndian<Number: FixedWidthInteger>(_ number: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: number >> Number($0 * 8)) }
  }
}
