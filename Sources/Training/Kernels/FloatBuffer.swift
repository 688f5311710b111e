import CFloatKernels
import Foundation

/// Floats at a cache line's start, zero at first, with readable floats after the end (`CF_SLACK`), since the kernels'
/// last vectors reach beyond it.
final class FloatBuffer {
  let count: Int
  let start: UnsafeMutablePointer<Float>

  /// - Precondition: the system has the memory; 64 bytes more than the floats take.
  init(_ count: Int) {
    self.count = count
    let bytes = (count + Int(CF_SLACK)) * MemoryLayout<Float>.stride
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 64, bytes) == 0, let raw else { fatalError("no memory for \(bytes) bytes") }
    memset(raw, 0, bytes)
    start = raw.bindMemory(to: Float.self, capacity: count + Int(CF_SLACK))
  }

  convenience init(_ values: some Collection<Float>) {
    self.init(values.count)
    for (index, value) in values.enumerated() { start[index] = value }
  }

  deinit { free(start) }

  var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: start, count: count) }

  func clear() { memset(start, 0, count * MemoryLayout<Float>.stride) }
}
