import Imaging

/// Tells pictures that show the same as one before, which teach nothing new.
///
/// A picture is shrunk to 24 x 24 grey pixels, and its mean taken off, since light alone makes no other picture. Two
/// are near-copies where the pixels differ by less than `least` levels of 256 in the mean.
struct NearCopies {
  static let side = 24
  static let least = 2.0

  /// What is compared of a picture.
  struct Look: Sendable {
    fileprivate let pixels: [Int16]

    init(_ image: Image) {
      let small = image.grey.resampled(width: NearCopies.side, height: NearCopies.side).pixels
      let mean = small.reduce(0) { $0 + Int($1) } / small.count
      pixels = small.map { Int16(Int($0) - mean) }
    }

    func isNear(_ other: Look) -> Bool {
      var sum = 0
      for (one, two) in zip(pixels, other.pixels) { sum += Int(abs(Int32(one) - Int32(two))) }
      return Double(sum) < NearCopies.least * Double(pixels.count)
    }
  }
}
