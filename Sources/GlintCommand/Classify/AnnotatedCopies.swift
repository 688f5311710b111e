import Files
import FoundationEssentials
import Imaging

/// Copies of pictures with boxes and labels drawn in, in a folder of their own.
struct AnnotatedCopies {
  private let folder: String
  private let labels: [String]
  /// Where the copy of each picture goes.
  let paths: [String]

  /// The colours of labels in their order, as on the page of `glint live`; then what is unsure.
  private static let inks: [Image.Ink] = [.init(240, 176, 65), .init(127, 180, 236), .init(150, 200, 120)]
  private static let unsure = Image.Ink(190, 190, 185)

  /// Each copy has the name of its picture; a number tells those of the same name apart, in any case of its letters.
  init(of files: [String], folder: String, labels: [String]) {
    self.folder = folder
    self.labels = labels
    var names: Set<String> = []
    paths = files.map { file in
      let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
      var name = stem, number = 1
      while !names.insert(name.lowercased()).inserted {
        number += 1
        name = "\(stem)-\(number)"
      }
      return folder + "/" + name + ".jpg"
    }
  }

  /// Makes the folder where it is missing, and finds out whether it can be written to.
  func makeFolder() throws {
    try FileSystem.makeFolder(folder)
    if let path = paths.first { try AtomicFile.checkWritable(path) }
  }

  /// Writes the copy of a picture, by its number, as JPEG.
  func write(_ image: Image, _ answer: PictureAnswer, _ number: Int) throws {
    var copy = image.rgb
    // The main face comes first and is drawn last.
    for face in (answer.faces ?? [answer]).reversed() {
      guard let box = face.box else { continue }
      let ink = labels.firstIndex(of: face.label).map { Self.inks[$0 % Self.inks.count] } ?? Self.unsure
      copy.annotate(box, label: face.caption, ink: ink)
    }
    let path = paths[number]
    try AtomicFile.write(try DrawnPicture.encoded(copy, for: path, quality: 90), to: path)
  }
}
