import Files

/// An array as NumPy's `.npy` files hold it: the numbers that other programs give and take.
public struct NumPyArray: Sendable {
  /// The numbers, row-major.
  public enum Elements: Sendable {
    /// float32; float64 is rounded to it when it is read.
    case floats([Float])
    /// uint8.
    case bytes([UInt8])
    /// int8.
    case codes([Int8])
  }

  /// Extents, none negative.
  public var shape: [Int]
  /// As many numbers as the extents' product.
  public var elements: Elements

  private static let magic: [UInt8] = [0x93] + Array("NUMPY".utf8)

  /// float32 numbers, row-major.
  public init(_ shape: [Int], _ numbers: [Float]) {
    self.init(shape, .floats(numbers))
  }

  /// Numbers of any kind, row-major, as many as the extents' product.
  public init(_ shape: [Int], _ elements: Elements) {
    self.shape = shape
    self.elements = elements
  }

  /// Reads a file.
  ///
  /// - Throws: `FileError` for what is no such file, breaks off, or holds other than float32, float64, uint8 or int8
  ///   in C order and little-endian.
  public init(path: String) throws(FileError) {
    if let reason = FileKind.refusal(of: path, wanting: "an .npy or .npz file of NumPy", among: []) {
      throw FileError(path: path, reason: reason)
    }
    let file = try MappedFile(path: path)
    // The mapping lasts as long as the file.
    defer { withExtendedLifetime(file) {} }
    try self.init(file.bytes, of: path)
  }

  /// Reads the bytes of a file; `path` names it in errors.
  init(_ bytes: UnsafeRawBufferPointer, of path: String) throws(FileError) {
    guard bytes.count >= 10, bytes.prefix(6).elementsEqual(Self.magic) else {
      throw FileError(path: path, reason: "is no .npy file of NumPy")
    }
    let (start, length) =
      bytes[6] == 1
      ? (10, Int(UInt16(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self))))
      : (12, bytes.count < 12 ? 0 : Int(UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))))
    guard length > 0, length <= bytes.count - start else {
      throw FileError(path: path, reason: "breaks off within its header")
    }
    guard length <= 1 << 16 else {
      throw FileError(path: path, reason: "has a header of \(length) bytes, which is no plain array's")
    }
    let header = String(decoding: bytes[start..<start + length], as: UTF8.self).filter { $0 != " " }
    guard let type = Self.text(after: "'descr':'", until: "'", in: header),
      Self.text(after: "'fortran_order':", until: ",", in: header) == "False",
      let list = Self.text(after: "'shape':(", until: ")", in: header),
      let size = ["<f4": 4, "<f8": 8, "|u1": 1, "|i1": 1][type]
    else {
      throw FileError(
        path: path,
        reason: "holds other numbers than float32, float64, uint8 or int8 in C order; "
          + "save numpy.ascontiguousarray(x, 'float32')")
    }
    shape = []
    var count = 1
    for part in list.split(separator: ",") {
      guard let extent = Int(part), extent >= 0 else { throw FileError(path: path, reason: "has no sound shape") }
      let (product, overflow) = count.multipliedReportingOverflow(by: extent)
      guard !overflow, product <= 1 << 40 else { throw FileError(path: path, reason: "has no sound shape") }
      count = product
      shape.append(extent)
    }
    let first = start + length
    guard count * size == bytes.count - first else {
      throw FileError(
        path: path, reason: "has \(bytes.count - first) bytes of numbers where its shape takes \(count * size)")
    }
    let places = stride(from: first, to: first + count * size, by: size)
    switch type {
    case "<f4":
      elements = .floats(
        places.map { Float(bitPattern: UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt32.self))) }
      )
    case "<f8":
      elements = .floats(
        places.map {
          Float(Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: $0, as: UInt64.self))))
        })
    case "|i1": elements = .codes(bytes[first...].map { Int8(bitPattern: $0) })
    default: elements = .bytes(Array(bytes[first...]))
    }
  }

  private static func text(after start: String, until end: Character, in header: String) -> String? {
    var rest = header[...]
    while !rest.isEmpty {
      if rest.hasPrefix(start) {
        let value = rest.dropFirst(start.count)
        return value.firstIndex(of: end).map { String(value[..<$0]) }
      }
      rest.removeFirst()
    }
    return nil
  }

  /// Writes the array, whole or not at all, in version 1 of the format.
  public func write(to path: String) throws(FileError) { try AtomicFile.write(file(), to: path) }

  /// The file's bytes.
  func file() -> [UInt8] {
    let type: String
    var data: [UInt8] = []
    switch elements {
    case .floats(let numbers):
      type = "<f4"
      data.reserveCapacity(numbers.count * 4)
      for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { data += $0 } }
    case .bytes(let bytes): (type, data) = ("|u1", bytes)
    case .codes(let codes): (type, data) = ("|i1", codes.map { UInt8(bitPattern: $0) })
    }
    // One extent has a comma behind it, as tuples of Python have.
    let extents = shape.map(String.init).joined(separator: ", ") + (shape.count == 1 ? "," : "")
    var header = "{'descr': '\(type)', 'fortran_order': False, 'shape': (\(extents)), }"
    // Numbers begin at a multiple of 64 bytes, and a line end stands before them.
    while (Self.magic.count + 4 + header.utf8.count + 1) % 64 != 0 { header += " " }
    header += "\n"
    let count = UInt16(header.utf8.count)
    return Self.magic + [1, 0, UInt8(count & 255), UInt8(count >> 8)] + Array(header.utf8) + data
  }
}
