/// A picture of 8-bit pixels.
public struct Image: Sendable, Equatable {
  /// Columns, at least 1.
  public private(set) var width: Int
  /// Rows, at least 1.
  public private(set) var height: Int
  /// 1 (grey) or 3 (red, green, blue).
  public private(set) var channels: Int
  /// `[height, width, channels]`.
  public var pixels: [UInt8]

  /// By what each side was divided, rounded up, when a picture too large for the decoder's limits was decoded: 1, 2, 4
  /// or 8. `width` and `height` are of the pixels that are here; boxes of faces are in pixels of the whole picture
  /// wherever a picture and a box meet.
  public var reduction = 1

  /// Makes a picture of pixels `[height, width, channels]`.
  public init(width: Int, height: Int, channels: Int, pixels: [UInt8]) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
    precondition(pixels.count == width * height * channels, "pixels are [height, width, channels]")
    self.width = width
    self.height = height
    self.channels = channels
    self.pixels = pixels
  }

  /// Makes a picture of one colour: `value` in every channel.
  public init(width: Int, height: Int, channels: Int, filledWith value: UInt8) {
    self.init(
      width: width, height: height, channels: channels,
      pixels: [UInt8](repeating: value, count: width * height * channels))
  }

  /// Gives the picture another shape and any pixels, without a new allocation once it has been as large.
  public mutating func reshape(width: Int, height: Int, channels: Int) {
    precondition(width > 0 && height > 0 && (channels == 1 || channels == 3))
    let count = width * height * channels
    if pixels.count > count {
      pixels.removeLast(pixels.count - count)
    } else if pixels.count < count {
      pixels.append(contentsOf: repeatElement(0, count: count - pixels.count))
    }
    self.width = width
    self.height = height
    self.channels = channels
    reduction = 1
  }

  private func like(_ pixels: [UInt8], channels: Int) -> Image {
    var image = Image(width: width, height: height, channels: channels, pixels: pixels)
    image.reduction = reduction
    return image
  }

  /// This picture with one channel: ITU-R BT.601 luma in integers, (19595 R + 38470 G + 7471 B + 32768) >> 16.
  public var grey: Image {
    guard channels == 3 else { return self }
    let luma = [UInt8](unsafeUninitializedCapacity: width * height) { buffer, count in
      writeLuma(to: buffer.baseAddress!)
      count = width * height
    }
    return like(luma, channels: 1)
  }

  /// Makes `grey` what the property of that name is, in the memory that it has.
  public func makeGrey(_ grey: inout Image) {
    guard channels == 3 else { return grey = self }
    grey.reshape(width: width, height: height, channels: 1)
    grey.reduction = reduction
    grey.pixels.withUnsafeMutableBufferPointer { writeLuma(to: $0.baseAddress!) }
  }

  private func writeLuma(to luma: UnsafeMutablePointer<UInt8>) {
    pixels.withUnsafeBufferPointer { from in
      for i in 0..<width * height { luma[i] = Self.luma(from[3 * i], from[3 * i + 1], from[3 * i + 2]) }
    }
  }

  /// This picture with three channels; grey repeats its value.
  public var rgb: Image {
    guard channels == 1 else { return self }
    let repeated = [UInt8](unsafeUninitializedCapacity: width * height * 3) { buffer, count in
      pixels.withUnsafeBufferPointer { from in
        for i in 0..<width * height {
          buffer[3 * i] = from[i]
          buffer[3 * i + 1] = from[i]
          buffer[3 * i + 2] = from[i]
        }
      }
      count = width * height * 3
    }
    return like(repeated, channels: 3)
  }

  /// ITU-R BT.601 luma of one pixel. The weights are 0.299, 0.587 and 0.114 in 16 bits and sum to 65536, so that grey
  /// stays itself.
  static func luma(_ red: UInt8, _ green: UInt8, _ blue: UInt8) -> UInt8 {
    UInt8(truncatingIfNeeded: (19595 * UInt32(red) + 38470 * UInt32(green) + 7471 * UInt32(blue) + 32768) >> 16)
  }
}
