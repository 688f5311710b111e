import CSHA256

/// The secure hash of FIPS 180-4, section 6.2, for the checksums of model files.
///
/// On processors with instructions for it (x86's SHA extensions, Armv8's SHA2) it reads over 1 GB a second.
public struct SHA256: Sendable {
  private var state: [UInt32] = [
    0x6A09_E667, 0xBB67_AE85, 0x3C6E_F372, 0xA54F_F53A, 0x510E_527F, 0x9B05_688C, 0x1F83_D9AB, 0x5BE0_CD19,
  ]
  private var pending: [UInt8] = []
  private var length: UInt64 = 0

  /// The variant that serves within the limit of the process, such as `sha-ni`.
  public static var variant: String { String(cString: cs_fastest().pointee.name) }

  /// Starts a hash of nothing.
  public init() {}

  /// The 64 lower-case hexadecimal digits of the hash of some bytes.
  public static func hex(_ bytes: UnsafeRawBufferPointer) -> String {
    var hash = SHA256()
    hash.update(bytes)
    return hash.finishHex()
  }

  /// The same of a file's bytes.
  public static func hex(of file: MappedFile) -> String { withExtendedLifetime(file) { hex(file.bytes) } }

  /// Adds bytes.
  public mutating func update(_ bytes: UnsafeRawBufferPointer) {
    length &+= UInt64(bytes.count)
    var rest = bytes[...]
    if !pending.isEmpty {
      let taken = rest.prefix(64 - pending.count)
      pending.append(contentsOf: taken)
      rest = rest.dropFirst(taken.count)
      guard pending.count == 64 else { return }
      pending.withUnsafeBytes { Self.absorb(&state, $0) }
      pending.removeAll(keepingCapacity: true)
    }
    let whole = rest.count / 64 * 64
    if whole > 0 { Self.absorb(&state, UnsafeRawBufferPointer(rebasing: rest.prefix(whole))) }
    pending.append(contentsOf: rest.dropFirst(whole))
  }

  /// Ends the hash; its 64 lower-case hexadecimal digits.
  public mutating func finishHex() -> String {
    let bits = length &* 8
    var tail: [UInt8] = [0x80]
    while (pending.count + tail.count) % 64 != 56 { tail.append(0) }
    for shift in stride(from: 56, through: 0, by: -8) { tail.append(UInt8(truncatingIfNeeded: bits >> UInt64(shift))) }
    tail.withUnsafeBytes { update($0) }
    var digits: [UInt8] = []
    for word in state {
      for shift in stride(from: 28, through: 0, by: -4) {
        let digit = UInt8(word >> UInt32(shift) & 15)
        digits.append(digit < 10 ? UInt8(ascii: "0") + digit : UInt8(ascii: "a") + digit - 10)
      }
    }
    return String(decoding: digits, as: UTF8.self)
  }

  /// The compression function over whole blocks of 64 bytes.
  private static func absorb(_ state: inout [UInt32], _ blocks: UnsafeRawBufferPointer) {
    cs_fastest().pointee.absorb(&state, blocks.baseAddress!, blocks.count / 64)
  }
}
