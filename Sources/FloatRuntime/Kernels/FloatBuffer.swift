import CFloatKernels
import Glibc

/// Floats at a cache line's start, zero at first, with readable floats after the end (`CF_SLACK`), since the kernels'
/// last vectors reach beyond it.
package final class FloatBuffer {
  package let count: Int
  package let start: UnsafeMutablePointer<Float>

  /// - Precondition: the system has the memory; 64 bytes more than the floats take.
  package init(_ count: Int) {
    self.count = count
    let bytes = (count + Int(CF_SLACK)) * MemoryLayout<Float>.stride
    var raw: UnsafeMutableRawPointer?
    guard posix_memalign(&raw, 64, bytes) == 0, let raw else { fatalError("no memory for \(bytes) bytes") }
    memset(raw, 0, bytes)
    start = raw.bindMemory(to: Float.self, capacity: count + Int(CF_SLACK))
  }

  package convenience init(_ values: some Collection<Float>) {
    self.init(values.count)
    for (index, value) in values.enumerated() { start[index] = value }
  }

  deinit { free(start) }

  package var values: UnsafeMutableBufferPointer<Float> { UnsafeMutableBufferPointer(start: start, count: count) }

  package func clear() { memset(start, 0, count * MemoryLayout<Float>.stride) }
}
