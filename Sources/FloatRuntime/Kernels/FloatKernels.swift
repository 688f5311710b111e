import CFloatKernels

/// The fp32 kernels of one instruction set. All give the same bits; they differ in speed alone.
public struct FloatKernels: @unchecked Sendable, CustomStringConvertible {
  /// The C table. It lives as long as the program and nobody writes it, so that sharing it is safe.
  package let table: UnsafePointer<cf_kernels>

  /// The kernels that this machine runs, whatever its limit, slowest first.
  public static let available: [FloatKernels] = {
    var list = [UnsafePointer<cf_kernels>?](repeating: nil, count: 8)
    let count = Int(cf_kernels_available(&list, 8))
    return list[..<count].compactMap { $0.map(FloatKernels.init(table:)) }
  }()

  /// The fastest kernels that this machine runs within the limit of the process (`ISA.limit(to:)`, `GLINT_ISA`).
  public static var fastest: FloatKernels { FloatKernels(table: cf_kernels_fastest()) }

  /// The kernels of a name such as `avx2`, or nil where this machine does not run them.
  public static func named(_ name: String) -> FloatKernels? { available.first { $0.name == name } }

  /// The instruction set.
  public var name: String { String(cString: table.pointee.name) }

  /// The instruction set.
  public var description: String { name }
}

extension cf_clamp {
  /// No clamp.
  package static let none = cf_clamp(low: -.infinity, high: .infinity)
  /// max(x, 0).
  package static let relu = cf_clamp(low: 0, high: .infinity)
  /// min(max(x, 0), 6).
  package static let relu6 = cf_clamp(low: 0, high: 6)
}

/// A count rounded up to whole panels of channels.
package func padded(_ count: Int) -> Int { Int(cf_padded(Int32(count))) }
