import Faces
import Imaging

extension DetectionMaterial {
  /// A picture with the boxes of its faces, squares.
  public struct Photo: Sendable {
    /// Grey, at its own size, half and a quarter of it, and further halves of a photo with many faces: shrinking
    /// further than by two skips no pixels.
    let levels: [Image]
    /// Those to be found, in pixels of the picture's own size.
    public let faces: [FaceBox]
    /// Of each of them, whether something covers it, as a mask.
    let areCovered: [Bool]
    /// Where it does not matter what is found.
    public let ignored: [FaceBox]
    /// Whether no other faces are in it.
    public let isComplete: Bool
    /// The boxes as a table has them; empty for a photo that was made from squares.
    public let annotations: [FaceAnnotations.Face]
    /// The file's path, or a name.
    public let name: String

    /// Makes a photo from squares or other boxes, of which squares are made.
    public init(_ image: Image, faces: [FaceBox], isComplete: Bool, name: String) {
      self.init(image, faces: faces.map { FaceAnnotations.Face($0).square }, [], isComplete, [], name)
    }

    /// Makes a photo from all boxes of a table.
    public init(_ image: Image, annotations: [FaceAnnotations.Face], name: String) {
      self.init(
        image, faces: annotations.filter { !$0.isIgnored }.map(\.square),
        annotations.filter(\.isIgnored).map { Self.surroundings(of: $0.box) }, true, annotations, name)
    }

    private init(
      _ image: Image, faces: [FaceBox], _ ignored: [FaceBox], _ isComplete: Bool,
      _ annotations: [FaceAnnotations.Face], _ name: String
    ) {
      let grey = image.grey
      var levels = [grey]
      while levels.count < (annotations.isEmpty ? 3 : 5), levels.last!.width >= 16, levels.last!.height >= 16 {
        let last = levels.last!
        levels.append(last.resampled(width: last.width / 2, height: last.height / 2))
      }
      self.levels = levels
      (self.faces, self.ignored, self.annotations) = (faces, ignored, annotations)
      areCovered =
        annotations.isEmpty
        ? faces.map { _ in false } : annotations.filter { !$0.isIgnored }.map { $0.mask == "mask" }
      (self.isComplete, self.name) = (isComplete, name)
    }

    /// Grey, at its own size.
    public var image: Image { levels[0] }

    /// A box with half of its extent around it: where one face was too small to be drawn exactly, there are others that
    /// nobody drew.
    private static func surroundings(of box: FaceBox) -> FaceBox {
      FaceBox(
        x: box.x - box.width / 2, y: box.y - box.height / 2, width: 2 * box.width, height: 2 * box.height)
    }
  }
}

extension FaceAnnotations.Face {
  /// In a picture of other pixels.
  func scaled(by factor: Float) -> FaceAnnotations.Face {
    var face = self
    face.box = box.scaled(by: factor)
    return face
  }
}
