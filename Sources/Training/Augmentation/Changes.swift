import CFloatKernels
import Imaging
import Numerics

/// A picture with some context around the network's input, as it comes from the store.
package struct Canvas {
  /// Rows and columns.
  package var height: Int
  package var width: Int
  /// Canvas pixels from one pixel of the input to the next.
  package var stepX: Float
  package var stepY: Float

  package init(height: Int, width: Int, stepX: Float, stepY: Float) {
    (self.height, self.width, self.stepX, self.stepY) = (height, width, stepX, stepY)
  }
}

/// Carries out augmentations, with memory of its own, for one thread.
package final class Changer {
  private let changes: Augmentation
  private let height: Int
  private let width: Int
  private let channels: Int
  private var scratch: [UInt8]
  private var sums: [UInt32]
  private var tables: [UInt8]

  /// - Parameter channels: of the input, 1 or 3.
  package init(_ changes: Augmentation, height: Int, width: Int, channels: Int) {
    self.changes = changes
    self.height = height
    self.width = width
    self.channels = channels
    scratch = [UInt8](repeating: 0, count: height * width * channels)
    sums = [UInt32](repeating: 0, count: width * channels)
    tables = [UInt8](repeating: 0, count: 256 * channels)
  }

  /// Makes a changed input.
  ///
  /// - Parameters:
  ///   - from: the canvas, `[canvas.height, canvas.width, channels]`.
  ///   - pixels: becomes `[height, width, channels]`.
  ///   - random: the picture's own stream.
  package func apply(
    from: UnsafePointer<UInt8>, _ canvas: Canvas, to pixels: UnsafeMutablePointer<UInt8>, random: inout CounterRandom
  ) {
    move(from, canvas, pixels, &random)
    if occurs(changes.erase, &random) { cover(pixels, &random) }
    if changes.sideLight > 0 {
      let (across, down) = (random.uniform(-1, 1), random.uniform(-1, 1))
      // Of light from a corner, both directions have a part.
      let strength = changes.sideLight / max(1, abs(across) + abs(down)) * 65536
      ca_side_light(
        pixels, Int32(height), Int32(width), Int32(channels), Int32(across * strength), Int32(down * strength))
    }
    if occurs(changes.equalized, &random) { equalize(pixels, &random) }
    tone(pixels, &random)
    if channels == 3 { colour(pixels, &random) }
    if occurs(changes.blur, &random) {
      let radius = random.unit() * random.unit() * Float(max(height, width)) / 28
      ca_blur(
        pixels, &scratch, &sums, Int32(height), Int32(width), Int32(channels), Int32(min(64, radius) * 256))
    }
    if occurs(changes.noise, &random) {
      let strength = random.unit() * 255 / 25
      ca_noise(pixels, Int32(height * width * channels), Int32(strength * 256), random.next())
    }
    if occurs(changes.jpeg, &random) { compress(pixels, &random) }
  }

  private func occurs(_ share: Float, _ random: inout CounterRandom) -> Bool { share > 0 && random.unit() < share }

  private func move(
    _ from: UnsafePointer<UInt8>, _ canvas: Canvas, _ pixels: UnsafeMutablePointer<UInt8>,
    _ random: inout CounterRandom
  ) {
    let mirrored = random.next() & 1 == 1 && changes.flip
    guard changes.shift > 0 || changes.scale > 0 || changes.rotation > 0 else {
      pixels.update(from: from, count: height * width * channels)
      if mirrored { ca_mirror(pixels, Int32(height), Int32(width), Int32(channels)) }
      return
    }
    let across = random.uniform(-changes.shift, changes.shift) * Float(width)
    let down = random.uniform(-changes.shift, changes.shift) * Float(height)
    let size = 1 + random.uniform(-changes.scale, changes.scale)
    let angle = random.uniform(-changes.rotation, changes.rotation)
    // With t = tan(angle / 2), taken as angle / 2 for these small angles, sine and cosine need no library.
    let t = angle * (Float.pi / 360)
    let cosine = (1 - t * t) / (1 + t * t) * size
    let sine = 2 * t / (1 + t * t) * size
    let sign: Float = mirrored ? -1 : 1
    let (middleX, middleY) = (Float(width - 1) / 2, Float(height - 1) / 2)
    let (centreX, centreY) = (Float(canvas.width - 1) / 2, Float(canvas.height - 1) / 2)
    // source = centre of the canvas + step (R (sign (x - middle), y - middle) + shift)
    let xx = canvas.stepX * cosine * sign
    let xy = -(canvas.stepX * sine)
    let yx = canvas.stepY * sine * sign
    let yy = canvas.stepY * cosine
    let x0 = centreX + canvas.stepX * across - xx * middleX - xy * middleY
    let y0 = centreY + canvas.stepY * down - yx * middleX - yy * middleY
    let map = [xx, xy, x0, yx, yy, y0].map { Int32(($0 * 65536).rounded()) }
    ca_warp(
      from, Int32(canvas.height), Int32(canvas.width), pixels, Int32(height), Int32(width), Int32(channels), map)
  }

  private func cover(_ pixels: UnsafeMutablePointer<UInt8>, _ random: inout CounterRandom) {
    let rows = 1 + random.below(max(1, height / 3))
    let columns = 1 + random.below(max(1, width / 3))
    let top = random.below(height - rows + 1)
    let left = random.below(width - columns + 1)
    let colour = (0..<channels).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
    ca_fill(
      pixels, Int32(width), Int32(channels), Int32(top), Int32(top + rows), Int32(left), Int32(left + columns), colour)
  }

  /// A part of the way to where each brightness is as common as any other; one curve for all channels keeps colours.
  private func equalize(_ pixels: UnsafeMutablePointer<UInt8>, _ random: inout CounterRandom) {
    let part = random.uniform(0.5, 1)
    let count = height * width * channels
    var numbers = [Int](repeating: 0, count: 256)
    for at in 0..<count { numbers[Int(pixels[at])] += 1 }
    var below = 0
    for value in 0..<256 {
      // The middle of the place that pixels of this brightness take in the order of all.
      let place = (Float(below) + Float(numbers[value]) / 2) / Float(count) * 255
      below += numbers[value]
      let changed = UInt8(max(0, min(255, (Float(value) + part * (place - Float(value))).rounded())))
      for channel in 0..<channels { tables[channel * 256 + value] = changed }
    }
    ca_apply_tables(pixels, Int32(height * width), Int32(channels), tables)
  }

  /// Brightness, contrast, the tone curve and the colour cast are one table for each channel.
  private func tone(_ pixels: UnsafeMutablePointer<UInt8>, _ random: inout CounterRandom) {
    guard
      changes.brightness > 0 || changes.contrast > 0 || changes.bend > 0 || changes.colourCast > 0 || changes.flat > 0
    else { return }
    let light = random.uniform(-changes.brightness, changes.brightness)
    var spread = 1 + random.uniform(-changes.contrast, changes.contrast)
    if occurs(changes.flat, &random) { spread *= random.uniform(0.25, 0.67) }
    let bend = random.uniform(-changes.bend, changes.bend)
    for channel in 0..<channels {
      let cast = 1 + random.uniform(-changes.colourCast, changes.colourCast)
      for value in 0..<256 {
        let x = Float(value) / 255
        let bent = x + bend * (x * (1 - x))
        let changed = ((bent - 0.5) * spread + 0.5 + light) * cast * 255
        tables[channel * 256 + value] = UInt8(max(0, min(255, changed.rounded())))
      }
    }
    ca_apply_tables(pixels, Int32(height * width), Int32(channels), tables)
  }

  private func colour(_ pixels: UnsafeMutablePointer<UInt8>, _ random: inout CounterRandom) {
    var factor: Float = 1
    if changes.saturation > 0 { factor += random.uniform(-changes.saturation, changes.saturation) }
    if occurs(changes.grey, &random) { factor = 0 }
    if factor != 1 { ca_saturate(pixels, Int32(height * width), Int32(factor * 256)) }
  }

  private func compress(_ pixels: UnsafeMutablePointer<UInt8>, _ random: inout CounterRandom) {
    let quality = changes.jpegQuality + random.below(max(1, 96 - changes.jpegQuality))
    let count = height * width * channels
    let image = Image(
      width: width, height: height, channels: channels,
      pixels: Array(UnsafeBufferPointer(start: pixels, count: count)))
    // Neither fails but for want of memory; the picture then stays as it is.
    guard let bytes = try? ImageEncoder.jpeg(image, quality: quality),
      let again = try? ImageDecoder.decode(bytes, name: "JPEG"), again.pixels.count == count
    else { return }
    again.pixels.withUnsafeBufferPointer { pixels.update(from: $0.baseAddress!, count: count) }
  }
}
