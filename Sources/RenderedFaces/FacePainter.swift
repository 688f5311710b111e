import Imaging

/// One rendered face with the truth about it.
public struct RenderedFace: Sendable {
  /// The picture, `[size, size, 3]`.
  public let image: Image
  /// 0 happy, 1 sad; where more expressions were asked for, as in `RenderedFaces.allLabels`.
  public let label: Int
  /// The face from hairline to chin, in pixels of the picture.
  public let face: FaceBox
}

/// Paints happy and sad faces, and on request those that are neither: a data set that needs no download.
///
/// A picture depends on seed, index and size alone: the same bytes on every machine, in any order, on any number of
/// threads. Skin, age, hair, beard, glasses, pose, light, background and camera are drawn without knowledge of the
/// class; only the expression follows it.
public enum FacePainter {
  /// The variety of the demo's data set.
  public static let standardVariety: Float = 0.35

  /// Paints picture `index` of the data set of `seed`, `size` pixels square.
  /// - Parameter variety: how far pictures may differ from a plain portrait: 0 frontal and well lit, strong
  ///   expressions; 1 turned, badly lit, blurred, partly hidden, faint expressions.
  /// - Parameter classes: how many of `RenderedFaces.allLabels` there are; with two, faces are happy or sad.
  public static func paint(
    seed: UInt64, index: Int, size: Int, variety: Float = standardVariety, classes: Int = 2
  ) -> RenderedFace {
    let sampler = FaceSampler(seed: seed, index: index, variety: variety)
    let label = sampler.label(of: classes)
    let (image, face) = paint(sampler.parameters(label: label), size: size, noiseSeed: sampler.finishSeed)
    return RenderedFace(image: image, label: label, face: face)
  }

  /// The class of picture `index`: 0 happy, 1 sad, and so on. Of `classes` pictures in a row from a multiple of it,
  /// each is of another.
  public static func label(seed: UInt64, index: Int, classes: Int = 2) -> Int {
    FaceSampler(seed: seed, index: index).label(of: classes)
  }

  /// What picture `index` would show with the given class of `RenderedFaces.allLabels`; happy or sad, as its own class
  /// is, where none is given. Everything but the expression is the same for all classes.
  public static func parameters(
    seed: UInt64, index: Int, label: Int? = nil, variety: Float = standardVariety
  ) -> FaceParameters {
    let sampler = FaceSampler(seed: seed, index: index, variety: variety)
    return sampler.parameters(label: label ?? sampler.label)
  }

  /// Paints one face from explicit parameters, `size` pixels square.
  public static func paint(
    _ parameters: FaceParameters, size: Int, noiseSeed: UInt32 = 1
  ) -> (
    image: Image, face: FaceBox
  ) {
    var canvas = Backdrop(surroundings: parameters.surroundings).canvas(width: size, height: size)
    let person = PersonPainter(parameters, width: size, height: size)
    person.paint(on: &canvas)
    OccluderPainter(parameters: parameters, geometry: person.geometry).paint(on: &canvas)
    let box = person.geometry.faceBox(width: size, height: size)
    return (
      Finish(capture: parameters.capture).develop(&canvas, noiseSeed: noiseSeed),
      FaceBox(x: box.x, y: box.y, width: box.width, height: box.height)
    )
  }
}
