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
  /// Of the images of a slot: the number that no other thread has meanwhile, so that one thread alone uses the buffers
  /// of this number again and again, which stay in its cache.
  var worker = 0
}

/// What belongs to the inputs of a node, one or two: without memory of its own, since there is one for each node and
/// image of a step.
struct OfInputs<Element> {
  let count: Int
  private let first: Element
  private let second: Element

  /// Of as many inputs as are named.
  init(_ inputs: [Int], _ element: (Int) -> Element) {
    precondition(inputs.count == 1 || inputs.count == 2, "a node reads one value or two")
    count = inputs.count
    first = element(inputs[0])
    second = count == 2 ? element(inputs[1]) : first
  }

  subscript(index: Int) -> Element { index == 0 ? first : second }
}

/// The buffers of one node for one image, or for the whole batch (`[images][count]`).
struct Operands {
  /// The values that the node reads.
  var inputs: OfInputs<UnsafePointer<Float>>
  /// Its result.
  var output: UnsafeMutablePointer<Float>
}

/// The gradients of the loss by a node's result and, to be written, by its inputs (nil where nobody needs one).
struct Gradients {
  var output: UnsafePointer<Float>
  var inputs: OfInputs<UnsafeMutablePointer<Float>?>
}

/// A layer with a hand-written forward and backward pass.
protocol Layer: AnyObject {
  /// Weights, in the order of their names in files.
  var parameters: [Parameter] { get }
  /// Called before the forward pass of each batch.
  func prepare(_ pass: Pass)
  /// Whether the gradient by the result is kept for the whole batch, until `finish`.
  var keepsGradient: Bool { get }
  /// Called after the backward pass of each batch: parameters' gradients are complete afterwards.
  ///
  /// - Parameter gradient: by the result, of all images one after another, where it is kept.
  func finish(_ pass: Pass, gradient: UnsafePointer<Float>?)
}

extension Layer {
  var parameters: [Parameter] { [] }
  func prepare(_ pass: Pass) {}
  var keepsGradient: Bool { false }
  func finish(_ pass: Pass, gradient: UnsafePointer<Float>?) {}
}

/// A layer that treats each image alone. Images of one slot are treated one after the other, slots at the same time;
/// the assignment depends on the batch's size alone, so sums by slot are the same for any number of threads.
protocol ImageLayer: Layer {
  func forward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands)
  /// Writes (does not add) the gradients by input; adds to the slot's own gradients by weights.
  func backward(_ pass: Pass, image: Int, slot: Int, _ operands: Operands, _ gradients: Gradients)
}

/// A layer that treats each image alone, but only after it has looked at all of them: at each as soon as it is made,
/// and on the way back at the gradients of each as soon as they are. In between it draws its conclusions, once for the
/// batch.
protocol SurveyLayer: Layer {
  func survey(_ pass: Pass, image: Int, _ input: UnsafePointer<Float>)
  func conclude(_ pass: Pass)
  func forward(_ pass: Pass, image: Int, _ operands: Operands)
  func surveyBackward(_ pass: Pass, image: Int, _ operands: Operands, gradient: UnsafePointer<Float>)
  func concludeBackward(_ pass: Pass)
  /// Writes (does not add) the gradients by input.
  func backward(_ pass: Pass, image: Int, _ operands: Operands, _ gradients: Gradients)
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
