import Files
import Imaging

/// Pictures in rows, with boxes drawn around faces.
struct DetectionSheet {
  private let sheet: Image

  /// - Parameter pictures: each with boxes in green, and others in orange.
  init(_ pictures: [(image: Image, faces: [FaceBox], others: [FaceBox])], columns: Int = 6) {
    let (width, height, gap) = (320, 240, 4)
    let rows = (pictures.count + columns - 1) / columns
    var sheet = Image(
      width: columns * (width + gap), height: max(1, rows) * (height + gap), channels: 3, filledWith: 255)
    for (index, picture) in pictures.enumerated() {
      var image = picture.image.rgb
      for box in picture.others { image.annotate(box, label: "", ink: .init(255, 150, 0)) }
      for box in picture.faces { image.annotate(box, label: "", ink: .init(0, 230, 60)) }
      if image.width != width || image.height != height { image = image.resampled(width: width, height: height) }
      let (left, top) = (index % columns * (width + gap), index / columns * (height + gap))
      for row in 0..<height {
        let from = row * width * 3, to = ((top + row) * sheet.width + left) * 3
        sheet.pixels.replaceSubrange(to..<to + width * 3, with: image.pixels[from..<from + width * 3])
      }
    }
    self.sheet = sheet
  }

  /// Writes a JPEG, or a PNG where the name ends so.
  func write(to path: String) throws {
    try AtomicFile.write(try DrawnPicture.encoded(sheet, for: path, quality: 90), to: path)
  }
}
