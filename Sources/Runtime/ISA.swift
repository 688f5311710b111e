import CInt8Kernels

/// An instruction set that kernels are written for.
public enum ISA: UInt32, Hashable, Sendable, CaseIterable {
  /// Plain C, every machine.
  case scalar = 0
  /// 128-bit vectors of x86.
  case sse41
  /// 256-bit vectors of x86.
  case avx2
  /// 256-bit dot products of bytes (`vpdpbusd`, VEX-encoded).
  case avxVNNI
  /// 512-bit dot products of bytes (`vpdpbusd`, AVX-512).
  case avx512VNNI
  /// 128-bit vectors of every aarch64.
  case neon
  /// Dot products of bytes (`sdot`), Armv8.2.
  case neonDotprod
  /// Matrix products of bytes (`smmla`), Armv8.6.
  case neonI8MM

  /// The name that `--isa` and `GLINT_ISA` take.
  public var name: String {
    switch self {
    case .scalar: "scalar"
    case .sse41: "sse4.1"
    case .avx2: "avx2"
    case .avxVNNI: "avx-vnni"
    case .avx512VNNI: "avx512-vnni"
    case .neon: "neon"
    case .neonDotprod: "neon-dotprod"
    case .neonI8MM: "neon-i8mm"
    }
  }

  /// The instruction set of a name, or nil.
  public init?(name: String) {
    for isa in ISA.allCases where isa.name == name {
      self = isa
      return
    }
    return nil
  }

  /// What this processor and its system offer, worst first.
  public static var detected: [ISA] {
    let bits = ck_isa_detect()
    return allCases.filter { bits >> $0.rawValue & 1 == 1 }
  }
}
