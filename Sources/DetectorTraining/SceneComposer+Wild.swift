import Imaging
import Numerics

/// Pictures from photos of which every box is known, and faces that fill the picture.
extension SceneComposer {
  /// What a picture shows.
  enum Kind {
    /// A photo with one named face, in a scene.
    case photo
    /// Heads and faces in a scene.
    case heads
    /// Photos with many faces, side by side.
    case wild
    /// One face that fills the picture, or more than that.
    case closeUp
    /// No face.
    case scene
  }

  /// The kind for a number from 0 to 1. Where photos from the wild are known, they take the place of most composed
  /// ones: scenes show what a face is not, photos in one piece what it is.
  func kind(_ unit: Float) -> Kind {
    guard !wild.isEmpty else { return unit < 0.3 ? .photo : unit < 0.75 ? .heads : .scene }
    switch unit {
    case ..<0.52: return .wild
    case ..<0.6: return material.photos.isEmpty ? .wild : .photo
    case ..<0.72: return material.photos.isEmpty ? .wild : .heads
    case ..<0.82: return .closeUp
    default: return .scene
    }
  }

  /// Enlarging a photo further than this shows nothing but blur.
  private static let largestScale: Float = 3

  /// One, two or four photos side by side, each moved, turned and scaled about one of its faces.
  func placeWild(_ contents: inout Contents, _ random: inout CounterRandom) {
    for tile in tiles(&random) {
      let (photo, face) = wildFace(&random)
      let low = Float(sides.lowerBound)
      let side = logUniform(low, max(low, min(Float(sides.upperBound), Self.largestScale * face.width)), &random)
      place(photo, face, side: side, in: tile, outline: .whole(border: 1), &contents, &random)
    }
  }

  /// A face that fills most of the picture or reaches beyond it, as of somebody who leans towards the camera, or of a
  /// picture that was cropped to its face.
  func placeCloseUp(_ contents: inout Contents, _ random: inout CounterRandom) {
    let all = PixelRegion(x: 0, y: 0, width: width, height: height)
    let high = min(1.4 * Float(height), Float(sides.upperBound)), low = min(0.5 * Float(height), high)
    if !material.crops.isEmpty, random.chance(0.5) {
      let photo = material.crops[random.below(material.crops.count)]
      let side = random.uniform(min(0.75 * Float(height), high), high)
      place(photo, photo.faces[0], side: side, in: all, outline: .endless, &contents, &random)
      return
    }
    var (photo, face) = wildFace(&random)
    for _ in 0..<20 where face.width * Self.largestScale < low {
      if material.photos.isEmpty || random.chance(0.5) {
        (photo, face) = wildFace(&random)
      } else {
        photo = material.photos[random.below(material.photos.count)]
        face = photo.faces[random.below(photo.faces.count)]
      }
    }
    let side = logUniform(low, max(low, min(high, Self.largestScale * face.width)), &random)
    let outline: FacePatch.Outline = random.chance(0.5) ? .endless : .whole(border: 1)
    place(photo, face, side: side, in: all, outline: outline, &contents, &random)
  }

  /// A photo and one of its faces. Masks are in more than half of such photos and on fewer people: every other covered
  /// face is drawn again.
  private func wildFace(_ random: inout CounterRandom) -> (DetectionMaterial.Photo, FaceBox) {
    var photo = wild[random.below(wild.count)]
    var face = random.below(photo.faces.count)
    if photo.areCovered[face], random.chance(0.5) {
      photo = wild[random.below(wild.count)]
      face = random.below(photo.faces.count)
    }
    return (photo, photo.faces[face])
  }

  /// The canvas in one, two or four parts.
  private func tiles(_ random: inout CounterRandom) -> [PixelRegion] {
    func cut(_ extent: Int) -> [Range<Int>] {
      guard random.chance(0.4) else { return [0..<extent] }
      let place = Int(Float(extent) * random.uniform(0.3, 0.7))
      return [0..<place, place..<extent]
    }
    let (rows, columns) = (cut(height), cut(width))
    return rows.flatMap { rows in
      columns.map { PixelRegion(x: $0.lowerBound, y: rows.lowerBound, width: $0.count, height: rows.count) }
    }
  }

  /// Draws a photo into a tile with one of its faces at a place there that chance gives, and notes what is seen of its
  /// faces.
  private func place(
    _ photo: DetectionMaterial.Photo, _ face: FaceBox, side: Float, in tile: PixelRegion, outline: FacePatch.Outline,
    _ contents: inout Contents, _ random: inout CounterRandom
  ) {
    let margin = side * (random.chance(0.15) ? 0.2 : 0.5)
    func middle(_ first: Int, _ extent: Int) -> Float {
      let most = Float(extent) / 2
      return Float(first) + most + random.uniform(-1, 1) * max(most - margin, min(0.12 * side, most))
    }
    let (x, y) = (middle(tile.x, tile.width), middle(tile.y, tile.height))
    let isDim = random.chance(0.3)
    let gain = isDim ? random.uniform(0.45, 1.2) : 1
    let patch = FacePatch(
      photo: photo, face: face, x: x, y: y, side: side, halfTangent: turn(&random), isMirrored: random.chance(0.5),
      outline: outline, gain: gain, offset: isDim ? random.uniform(-15, 30) : 0)
    draw(patch, within: tile)
    let frame = FaceBox(x: Float(tile.x), y: Float(tile.y), width: Float(tile.width), height: Float(tile.height))
    for face in photo.faces.map(patch.placed) {
      let seen = face.common(with: frame)
      guard seen.width > 0, seen.height > 0 else { continue }
      // A face that the tile's edge cuts in two is neither there nor gone.
      if seen.width * seen.height >= 0.55 * face.width * face.height {
        contents.faces.append(face)
      } else {
        contents.ignored.append(seen)
      }
    }
    for box in photo.ignored.map(patch.placed) {
      let seen = box.common(with: frame)
      if seen.width > 0, seen.height > 0 { contents.ignored.append(seen) }
    }
    if !photo.isComplete { contents.ignored += beside(patch).map { $0.common(with: frame) } }
  }
}

extension FaceBox {
  /// What lies in both boxes; without width or height where nothing does.
  fileprivate func common(with other: FaceBox) -> FaceBox {
    let (left, top) = (max(x, other.x), max(y, other.y))
    return FaceBox(
      x: left, y: top, width: max(0, min(x + width, other.x + other.width) - left),
      height: max(0, min(y + height, other.y + other.height) - top))
  }
}
