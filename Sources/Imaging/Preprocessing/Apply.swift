import Models

extension Preprocessing {
  /// The network's input from a decoded picture: colour, region, resampling, in integers (see `Resampler.swift`).
  ///
  /// - Parameters:
  ///   - image: upright, 1 or 3 channels, any size.
  ///   - face: where the face is, for `Fit.face`; other fits do not look at it.
  /// - Returns: `[height, width, colour.channels]`.
  public func apply(to image: Image, face: FaceBox? = nil) -> Image {
    let region = region(of: image, face: face)
    switch resampling {
    case .triangle:
      switch colour {
      case .grey: return image.grey.resampled(region, width: width, height: height)
      // A grey picture's channels are equal, and stay so: repeating comes last because it is cheapest there.
      case .rgb: return image.resampled(region, width: width, height: height).rgb
      }
    }
  }
}
