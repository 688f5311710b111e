import CFloatKernels
import Tensors

/// Random changes of training pictures that do not change their label. What happens to a picture depends on seed, epoch
/// and the picture's number alone, and is computed in integers.
public struct Augmentation: Hashable, Sendable, Codable {
  /// Whether half of the pictures are mirrored.
  public var flip: Bool
  /// The largest shift, as a share of the side.
  public var shift: Float
  /// The largest change of scale, as a share.
  public var scale: Float
  /// The largest rotation, in degrees.
  public var rotation: Float
  /// The largest change of brightness, as a share of white.
  public var brightness: Float
  /// The largest change of contrast, as a share.
  public var contrast: Float
  /// The largest change of one colour channel against the others, as a share.
  public var colourCast: Float

  /// Makes a set of changes.
  public init(
    flip: Bool, shift: Float, scale: Float, rotation: Float, brightness: Float, contrast: Float, colourCast: Float
  ) {
    self.flip = flip
    self.shift = shift
    self.scale = scale
    self.rotation = rotation
    self.brightness = brightness
    self.contrast = contrast
    self.colourCast = colourCast
  }

  /// Pictures as they are.
  public static let none = Augmentation(
    flip: false, shift: 0, scale: 0, rotation: 0, brightness: 0, contrast: 0, colourCast: 0)

  /// What suits faces: mirrored, moved, turned and lit a little differently.
  public static let faces = Augmentation(
    flip: true, shift: 0.08, scale: 0.1, rotation: 10, brightness: 0.1, contrast: 0.2, colourCast: 0.05)

  /// Changes one picture.
  ///
  /// - Parameters:
  ///   - pixels: `[height, width, channels]`, replaced.
  ///   - scratch: as many bytes.
  ///   - random: the picture's own stream.
  func apply(
    to pixels: UnsafeMutablePointer<UInt8>, scratch: UnsafeMutablePointer<UInt8>, height: Int, width: Int,
    channels: Int, random: inout CounterRandom
  ) {
    let mirrored = random.next() & 1 == 1 && flip
    let across = random.uniform(-shift, shift) * Float(width)
    let down = random.uniform(-shift, shift) * Float(height)
    let size = 1 + random.uniform(-scale, scale)
    let angle = random.uniform(-rotation, rotation)
    if shift == 0, scale == 0, rotation == 0 {
      if mirrored { ca_mirror(pixels, Int32(height), Int32(width), Int32(channels)) }
    } else {
      // With t = tan(angle / 2), taken as angle / 2 for these small angles, sine and cosine need no library.
      let t = angle * (Float.pi / 360)
      let cosine = (1 - t * t) / (1 + t * t) * size
      let sine = 2 * t / (1 + t * t) * size
      let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
      let sign: Float = mirrored ? -1 : 1
      // source = R (sign * (x - middle), y - middle) + middle + shift
      let xx = cosine * sign
      let yx = sine * sign
      let map = [
        xx, -sine, middleX + across - xx * middleX + sine * middleY,
        yx, cosine, middleY + down - yx * middleX - cosine * middleY,
      ].map { Int32(($0 * 65536).rounded()) }
      scratch.update(from: pixels, count: height * width * channels)
      ca_warp(scratch, pixels, Int32(height), Int32(width), Int32(channels), map)
    }
    guard brightness > 0 || contrast > 0 || colourCast > 0 else { return }
    let light = random.uniform(-brightness, brightness) * 255
    let spread = 1 + random.uniform(-contrast, contrast)
    var tables: [UInt8] = []
    for _ in 0..<channels {
      let cast = 1 + random.uniform(-colourCast, colourCast)
      for value in 0..<256 {
        let changed = ((Float(value) - 128) * spread + 128 + light) * cast
        tables.append(UInt8(max(0, min(255, changed.rounded()))))
      }
    }
    ca_apply_tables(pixels, Int32(height * width), Int32(channels), tables)
  }
}
