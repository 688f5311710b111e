import CGlint
import Glibc
import Glint

/// What a `glint *` points to: a labeller, and texts that C may read for as long as it lives.
final class Handle {
  let labeller: Labeller
  let labels: [UnsafeMutablePointer<CChar>]
  private(set) var error: UnsafeMutablePointer<CChar>

  init(_ labeller: Labeller) {
    self.labeller = labeller
    labels = labeller.labels.map { strdup($0) }
    error = strdup("")
  }

  deinit {
    for text in labels { free(text) }
    free(error)
  }

  /// Keeps the reason of a failure, or its absence.
  func keep(_ reason: String) {
    free(error)
    error = strdup(reason)
  }

  /// The handle behind a pointer that C gives.
  static func from(_ pointer: OpaquePointer?) -> Handle? {
    pointer.map { Unmanaged<Handle>.fromOpaque(UnsafeRawPointer($0)).takeUnretainedValue() }
  }

  /// Runs a call of C: its failure becomes text and `GLINT_ERROR`.
  static func call(_ pointer: OpaquePointer?, _ body: (Handle) throws(LabellerError) -> CInt) -> CInt {
    guard let handle = from(pointer) else { return CInt(GLINT_ERROR) }
    do throws(LabellerError) {
      let result = try body(handle)
      handle.keep("")
      return result
    } catch {
      handle.keep(error.description)
      return CInt(GLINT_ERROR)
    }
  }
}
