/// How a stored picture must be turned to stand upright: the EXIF tag 0x0112, in its own numbers.
///
/// The name says where the stored first row and first column belong (CIPA DC-008, Exif 2.32, section 4.6.4).
enum Orientation: UInt16, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case mirroredUpsideDown = 4
  case transposed = 5
  case turnRight = 6
  case transposedOther = 7
  case turnLeft = 8

  /// Finds the tag in a TIFF block. A block that is malformed in any way, or has no such tag, means upright.
  ///
  /// Layout (TIFF 6.0, section 2): byte order `II` or `MM`, 42, the offset of the first directory; a directory is a
  /// count and entries of 12 bytes: tag, type, count, value.
  init(exif: UnsafeBufferPointer<UInt8>) {
    self = .upright
    guard exif.count >= 8 else { return }
    let little: Bool
    switch (exif[0], exif[1]) {
    case (0x49, 0x49): little = true
    case (0x4D, 0x4D): little = false
    default: return
    }
    func short(_ at: Int) -> Int {
      little ? Int(exif[at]) | Int(exif[at + 1]) << 8 : Int(exif[at]) << 8 | Int(exif[at + 1])
    }
    func long(_ at: Int) -> Int {
      little ? short(at) | short(at + 2) << 16 : short(at) << 16 | short(at + 2)
    }
    guard short(2) == 42 else { return }
    let directory = long(4)
    guard directory <= exif.count - 2 else { return }
    for entry in 0..<short(directory) {
      let place = directory + 2 + 12 * entry
      guard place <= exif.count - 12 else { return }
      guard short(place) == 0x0112 else { continue }
      guard let value = Self.value(ofEntryAt: place, in: exif, short, long), value <= 8,
        let found = Orientation(rawValue: UInt16(value))
      else { return }
      self = found
      return
    }
  }

  /// The first number of an entry: a SHORT by the standard, but some programs write a BYTE or a LONG, or two of them.
  /// More than four bytes stand elsewhere, and the entry has their offset.
  private static func value(
    ofEntryAt place: Int, in exif: UnsafeBufferPointer<UInt8>, _ short: (Int) -> Int, _ long: (Int) -> Int
  ) -> Int? {
    let sizes = [1: 1, 3: 2, 4: 4]
    let count = long(place + 4)
    guard let size = sizes[short(place + 2)], (1...2).contains(count) else { return nil }
    let at = count * size > 4 ? long(place + 8) : place + 8
    guard at <= exif.count - size else { return nil }
    return size == 1 ? Int(exif[at]) : size == 2 ? short(at) : long(at)
  }

  /// The upright picture.
  func applied(to image: Image) -> Image {
    guard self != .upright else { return image }
    // Upright pixel (x, y) is stored pixel start + x * across + y * down.
    let lastX = image.width - 1, lastY = (image.height - 1) * image.width, row = image.width
    let (turned, start, across, down): (Bool, Int, Int, Int) =
      switch self {
      case .upright: (false, 0, 1, row)
      case .mirrored: (false, lastX, -1, row)
      case .upsideDown: (false, lastX + lastY, -1, -row)
      case .mirroredUpsideDown: (false, lastY, 1, -row)
      case .transposed: (true, 0, row, 1)
      case .turnRight: (true, lastY, -row, 1)
      case .transposedOther: (true, lastX + lastY, -row, -1)
      case .turnLeft: (true, lastX, row, -1)
      }
    let width = turned ? image.height : image.width
    let height = turned ? image.width : image.height
    let channels = image.channels
    let pixels = [UInt8](unsafeUninitializedCapacity: image.pixels.count) { to, count in
      image.pixels.withUnsafeBufferPointer { from in
        var place = 0
        for y in 0..<height {
          var stored = (start + y * down) * channels
          for _ in 0..<width {
            for c in 0..<channels { to[place + c] = from[stored + c] }
            place += channels
            stored += across * channels
          }
        }
      }
      count = image.pixels.count
    }
    var upright = Image(width: width, height: height, channels: channels, pixels: pixels)
    upright.reduction = image.reduction
    return upright
  }
}
