import Files
import Foundation
import Imaging

/// Copies of pictures with boxes and labels drawn in, in a folder of their own.
struct AnnotatedCopies {
  private let folder: String
  private let labels: [String]
  private var names: Set<String> = []

  /// The colours of labels in their order, as on the page of `glint live`; then what is unsure.
  private static let inks: [Image.Ink] = [.init(240, 176, 65), .init(127, 180, 236), .init(150, 200, 120)]
  private static let unsure = Image.Ink(190, 190, 185)

  /// The folder is made where it is missing.
  init(folder: String, labels: [String]) throws {
    self.folder = folder
    self.labels = labels
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw Failure("\(folder): the folder for annotated copies cannot be made")
    }
  }

  /// Writes the copy of a picture as JPEG under its own name; a number tells those of the same name apart.
  mutating func write(_ image: Image, _ answer: PictureAnswer) throws {
    var copy = image.rgb
    // The main face comes first and is drawn last.
    for face in (answer.faces ?? [answer]).reversed() {
      guard let box = face.box else { continue }
      let ink = labels.firstIndex(of: face.label).map { Self.inks[$0 % Self.inks.count] } ?? Self.unsure
      copy.annotate(box, label: face.caption, ink: ink)
    }
    let stem = URL(fileURLWithPath: answer.file).deletingPathExtension().lastPathComponent
    var name = stem, number = 1
    while !names.insert(name).inserted {
      number += 1
      name = "\(stem)-\(number)"
    }
    try AtomicFile.write(try ImageEncoder.jpeg(copy, quality: 90), to: folder + "/" + name + ".jpg")
  }
}
