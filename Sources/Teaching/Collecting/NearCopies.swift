import Imaging

/// Tells pictures that show the same as one before, which teach nothing new.
///
/// The middle of a picture, three fifths of each side, is shrunk to 24 x 24 grey pixels, and its mean taken off, since
/// light alone makes no other picture. Two are near-copies where the pixels differ by less than `least` levels of 256
/// in the mean.
struct NearCopies {
  static let side = 24
  static let least = 1.2

  /// What is compared of a picture.
  struct Look: Sendable {
    fileprivate let pixels: [Int16]

    init(_ image: Image) {
      let (width, height) = (max(1, image.width * 3 / 5), max(1, image.height * 3 / 5))
      let middle = PixelRegion(
        x: (image.width - width) / 2, y: (image.height - height) / 2, width: width, height: height)
      let small = image.grey.resampled(middle, width: NearCopies.side, height: NearCopies.side).pixels
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
