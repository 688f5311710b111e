import Imaging
import Models

/// A labelled picture as a network reads it.
public struct LabelledImage: Sendable {
  /// The file, or what stands for it.
  public let name: String
  /// Index of its class.
  public let label: Int
  /// Pixels of the network's input, `[height, width, channels]`.
  public let pixels: [UInt8]
  /// Whether it comes from a source that holds every class, so that its class says something of each.
  public let knowsAllClasses: Bool

  /// `pixels` are the network's input, already prepared: `[height, width, channels]`.
  public init(name: String, label: Int, pixels: [UInt8], knowsAllClasses: Bool = true) {
    self.knowsAllClasses = knowsAllClasses
    self.name = name
    self.label = label
    self.pixels = pixels
  }

  /// Reads and prepares a picture by a model's own rule.
  ///
  /// - Throws: `ImageError` where its file cannot be read.
  public init(_ picture: Dataset.Picture, by preprocessing: Preprocessing) throws(ImageError) {
    self.init(
      name: picture.name, label: picture.label,
      pixels: preprocessing.apply(to: try picture.image(), face: picture.face).pixels)
  }
}

extension Dataset.Picture {
  /// The decoded picture, upright.
  ///
  /// - Throws: `ImageError` where its file cannot be read.
  public func image() throws(ImageError) -> Image {
    switch source {
    case .file(let path): try ImageDecoder.decode(path: path)
    case .image(let image): image
    }
  }
}

extension Array {
  /// `count` of the elements at even distances, or all: of pictures that lie class by class, some of each.
  public func spread(_ count: Int) -> [Element] {
    let wanted = Swift.min(Swift.max(0, count), self.count)
    return (0..<wanted).map { self[$0 * self.count / wanted] }
  }
}
