import Models

/// `Preprocessing.apply` for picture after picture: the same bytes, its tables and memory kept. For one thread at a
/// time.
public final class Preprocessor {
  /// The model's own, sealed into its file.
  public let rule: Preprocessing
  private var plan: ResamplingPlan?
  private var scratch: [UInt8] = []
  private var grey = Image(width: 1, height: 1, channels: 1, filledWith: 0)

  /// Memory is taken when the first picture comes, and kept.
  public init(_ rule: Preprocessing) {
    self.rule = rule
  }

  /// The network's input from a decoded picture.
  ///
  /// - Parameters:
  ///   - image: upright, 1 or 3 channels, any size.
  ///   - face: as in `Preprocessing.apply`.
  ///   - input: becomes `[height, width, colour.channels]`.
  public func apply(to image: Image, face: FaceBox? = nil, into input: inout [UInt8]) {
    if image.channels == 3, rule.colour == .grey {
      image.makeGrey(&grey)
      return apply(to: grey, face: face, into: &input)
    }
    guard rule.resampling == .triangle, image.channels == rule.colour.channels else {
      input = rule.apply(to: image, face: face).pixels
      return
    }
    let shape = ResamplingPlan.Shape(
      width: image.width, height: image.height,
      region: rule.region(of: image, face: face),
      outputWidth: rule.width, outputHeight: rule.height)
    if plan?.shape != shape { plan = ResamplingPlan(shape) }
    guard let plan else { return }
    Self.fit(&scratch, plan.scratchCount(channels: image.channels))
    Self.fit(&input, rule.width * rule.height * image.channels)
    image.pixels.withUnsafeBufferPointer { pixels in
      scratch.withUnsafeMutableBufferPointer { scratch in
        input.withUnsafeMutableBufferPointer { input in
          plan.run(
            pixels.baseAddress!, channels: image.channels, scratch: scratch.baseAddress!, into: input.baseAddress!)
        }
      }
    }
  }

  private static func fit(_ bytes: inout [UInt8], _ count: Int) {
    if bytes.count > count { bytes.removeLast(bytes.count - count) }
    if bytes.count < count { bytes.append(contentsOf: repeatElement(0, count: count - bytes.count)) }
  }

  /// The smallest decoding scale that serves: at which the region still has three times as many pixels to each side as
  /// the network reads. What JPEG's own scaling leaves differs from the rule's averaging most where the rule has little
  /// left to average: by 2 of 255 steps where both are of one size, which changed six answers in a hundred of a small
  /// network, and by half a step, which is rounding, at three. There the shipped compact network, on 500 faces as
  /// 640x480 frames at half scale, says another label for 1.0 % than decoded in full, its probabilities 0.006 off in
  /// the mean; the same in 1280x720 (1.5 %) and 1920x1080 at a quarter (0.9 %). Two frames of one face that differ in
  /// nothing but a sensor's noise differ as much: 1.0 %, and 0.008.
  ///
  /// - Parameter pixels: so many the longer side keeps as well, where it has them.
  public func scale(forWidth width: Int, height: Int, keeping pixels: Int = 0) -> JPEGDecoder.Scale {
    for scale in [JPEGDecoder.Scale.eighth, .quarter, .half] {
      let factor = Int(scale.rawValue)
      let region = rule.region(ofWidth: width / factor, height: height / factor)
      if region.width >= 3 * rule.width, region.height >= 3 * rule.height, max(width, height) / factor >= pixels {
        return scale
      }
    }
    return .full
  }
}
