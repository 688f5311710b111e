import CFloatKernels
import FloatRuntime
import Threads

/// The images of a batch. Bytes become floats image by image, in a buffer of the working thread, when a layer is about
/// to read them: four times the bytes never travel to memory and back.
final class ImageInput {
  private let count: Int
  private let capacity: Int
  private let bytes: UnsafeMutablePointer<UInt8>
  /// One image of each worker; empty where a layer reads the whole batch at once.
  private let converted: [FloatBuffer]
  /// The whole batch, made when somebody needs it.
  private var floats: FloatBuffer?
  private var isInBytes = false

  /// - Parameters:
  ///   - count: floats of one image.
  ///   - capacity: images of the largest batch.
  ///   - workers: threads that read images at the same time; 0 where the whole batch is read at once.
  init(count: Int, capacity: Int, workers: Int) {
    self.count = count
    self.capacity = capacity
    bytes = .allocate(capacity: capacity * count)
    converted = (0..<workers).map { _ in FloatBuffer(count) }
  }

  deinit { bytes.deallocate() }

  /// Takes a batch of bytes. They are copied image by image, when each is first read, where images are read alone.
  func begin(pixels: UnsafePointer<UInt8>?, images: Int, _ kernels: FloatKernels) {
    isInBytes = pixels != nil && !converted.isEmpty
    guard let pixels, converted.isEmpty else {
      if pixels == nil { _ = wholeBatch }
      return
    }
    kernels.table.pointee.unit_from_bytes(pixels, wholeBatch, images * count)
  }

  /// Sets one image from floats.
  func set(image: Int, _ elements: [Float]) { (wholeBatch + image * count).update(from: elements, count: count) }

  /// The batch as floats, for a layer that reads all of it.
  var batch: UnsafePointer<Float> { UnsafePointer(wholeBatch) }

  /// One image as floats, valid until the worker asks for another.
  ///
  /// - Parameter pixels: the bytes of the batch while the forward pass runs; afterwards the copy is read.
  func image(
    _ image: Int, worker: Int, pixels: UnsafePointer<UInt8>? = nil, _ kernels: FloatKernels
  ) -> UnsafePointer<Float> {
    guard isInBytes else { return batch + image * count }
    let own = bytes + image * count
    if let pixels { own.update(from: pixels + image * count, count: count) }
    kernels.table.pointee.unit_from_bytes(own, converted[worker].start, count)
    return UnsafePointer(converted[worker].start)
  }

  private var wholeBatch: UnsafeMutablePointer<Float> {
    if floats == nil { floats = FloatBuffer(capacity * count) }
    return floats!.start
  }
}

/// Numbers for the tasks that run at the same time, so that each has buffers of its own and one thread alone uses the
/// same ones again and again, which stay in its cache.
final class Workers {
  private let free: Locked<[Int]>

  init(_ count: Int) { free = Locked(Array((0..<count).reversed())) }

  /// Runs `body` with a number that no other task has meanwhile.
  func borrow(_ body: (Int) -> Void) {
    let worker = free.withLock { $0.removeLast() }
    body(worker)
    free.withLock { $0.append(worker) }
  }
}
