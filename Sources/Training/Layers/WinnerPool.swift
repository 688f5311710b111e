import CFloatKernels
import FloatRuntime
import Numerics

/// What a ReLU and a max pooling 2x2, step 2, leave behind for the way back: which of four inputs won, and what it was.
final class WinnerPool {
  /// Of one image before pooling.
  let input: Shape
  /// Results of one image.
  let count: Int
  private let winners: UnsafeMutablePointer<UInt8>
  private let won: FloatBuffer

  /// - Parameters:
  ///   - input: `[height, width, channels]`.
  ///   - capacity: images of the largest batch.
  init(input: Shape, capacity: Int) {
    self.input = input
    count = input[0] / 2 * (input[1] / 2) * input[2]
    winners = .allocate(capacity: capacity * count + CF_SLACK)
    winners.initialize(repeating: 0, count: capacity * count + CF_SLACK)
    won = FloatBuffer(capacity * count)
  }

  deinit { winners.deallocate() }

  /// The winners of an image.
  func winners(_ image: Int) -> UnsafeMutablePointer<UInt8> { winners + image * count }

  /// The inputs of an image that won.
  func won(_ image: Int) -> UnsafeMutablePointer<Float> { won.start + image * count }
}
