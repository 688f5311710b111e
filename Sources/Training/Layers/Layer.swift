import CFloatKernels
import FloatRuntime
import Threads

/// What is the same for all layers of one pass over a batch.
struct Pass {
  /// Images in this batch.
  let images: Int
  /// Whether gradients will be asked for: dropout drops, batch normalization uses the batch's own statistics.
  let training: Bool
  /// Seed of this step's random numbers.
  let seed: UInt64
  let pool: ThreadPool
  let kernels: FloatKernels
}

/// The buffers of one node for one image, or for the whole batch (`[images][count]`).
struct Operands {
  /// The values that the node reads.
  var inputs: [UnsafePointer<Float>]
  /// Its result.
  var output: UnsafeMutablePointer<Float>
}

/// The gradients of the loss by a node's result and, to be written, by its inputs (nil where nobody needs one).
struct Gradients {
  var output: UnsafePointer<Float>
  var inputs: [UnsafeMutablePointer<Float>?]
}

/// A layer with a hand-written forward and backward pass.
protocol Layer: AnyObject {
  /// Weights, in the order of their names in files.
  var parameters: [Parameter] { get }
  /// Called before the forward pass of each batch.
  func prepare(_ pass: Pass)
  /// Called after the backward pass of each batch: parameters' gradients are complete afterwards.
  func finish(_ pass: Pass)
}

extension Layer {
  var parameters: [Parameter] { [] }
  func prepare(_ pass: Pass) {}
  func finish(_ pass: Pass) {}
}

/// A layer that treats each image alone. Images of one slot are treated one after the other, slots at the same time;
/// the assignment depends on the batch's size alone, so sums by slot are the same for any number of threads.
protocol ImageLayer: Layer {
  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands)
  /// Writes (does not add) the gradients by input; adds to the slot's own gradients by weights.
  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients)
}

/// A layer that needs all images at once, and spreads its own work over the threads.
protocol BatchLayer: Layer {
  func forward(_ pass: Pass, _ operands: Operands)
  func backward(_ pass: Pass, _ operands: Operands, _ gradients: Gradients)
}

/// How images of a batch are dealt out to slots.
enum Slots {
  /// The most slots: each has gradients by weights of its own.
  static let most = 16

  static func imagesEach(of images: Int) -> Int { (images + most - 1) / most }

  static func used(by images: Int) -> Int {
    let each = imagesEach(of: images)
    return (images + each - 1) / each
  }

  static func images(_ slot: Int, of images: Int) -> Range<Int> {
    let each = imagesEach(of: images)
    return slot * each..<min(images, (slot + 1) * each)
  }
}
