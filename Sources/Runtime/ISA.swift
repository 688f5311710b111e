import CCPU

/// An instruction set that kernels are written for: the levels of `ccpu_set`.
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
  public var name: String { String(cString: ccpu_level_name(ccpu_set(rawValue))) }

  /// The instruction set of a name, or nil.
  public init?(name: String) {
    for isa in ISA.allCases where isa.name == name {
      self = isa
      return
    }
    return nil
  }

  /// What this processor and its system offer, whatever the limit, worst first.
  public static var supported: [ISA] { of(ccpu_detected()) }

  /// What of it the limit of the process allows, worst first.
  public static var detected: [ISA] { of(ccpu_allowed()) }

  private static func of(_ bits: UInt32) -> [ISA] { allCases.filter { bits >> $0.rawValue & 1 == 1 } }

  /// Limits everything that this process chooses from now on: int8 and float kernels, resampling, hashing. What was
  /// chosen before stays: call it before work begins.
  ///
  /// Until it is called, the environment variable `GLINT_ISA` limits the process.
  ///
  /// - Parameter isa: the best set that may serve, or nil for no limit.
  public static func limit(to isa: ISA?) { ccpu_limit(isa.map { ccpu_set($0.rawValue) } ?? CCPU_LEVELS) }

  /// What is wrong with `GLINT_ISA` where it names no instruction set, and so limits nothing; otherwise nil.
  public static var limitError: String? {
    guard let unknown = ccpu_unknown_limit() else { return nil }
    var names = ""
    for isa in allCases { names += (names.isEmpty ? "" : ", ") + isa.name }
    return "GLINT_ISA names '\(String(cString: unknown))', which is none of \(names)"
  }
}
