import CFloatKernels
import Imaging
import Numerics
import Training

/// Composes pictures with faces whose boxes are known: photos moved, turned and scaled, heads and faces drawn into
/// scenes, scenes alone. What a picture shows depends on the seed and its number alone. For one thread at a time.
package final class SceneComposer {
  /// What is in a composed picture.
  package struct Contents: Sendable {
    /// Squares, in pixels.
    var faces: [FaceBox] = []
    /// Where nothing is asked: faces that are hidden for the most part, or surroundings that nobody labelled.
    var ignored: [FaceBox] = []
    /// The part of a scene that the picture shows, where it shows no more.
    var view: View?
  }

  /// A part of a scene.
  package struct View: Hashable, Sendable, Codable {
    var scene: Int
    var x, y, width, height: Int
  }

  let material: DetectionMaterial
  let width: Int
  let height: Int
  let sides: ClosedRange<Int>
  /// Photos of `DetectionMaterial.wild` that have a face to be found.
  let wild: [DetectionMaterial.Photo]
  private let changer: Changer
  private var scratch: [UInt8]
  private var sums: [UInt32]
  private var canvas: [UInt8]

  /// - Parameter sides: the sides of faces, in pixels; smaller and larger ones are not asked for.
  init(_ material: DetectionMaterial, width: Int, height: Int, sides: ClosedRange<Int>) {
    wild = material.wild.filter { !$0.faces.isEmpty }
    precondition(
      !material.scenes.isEmpty && !(material.photos.isEmpty && wild.isEmpty), "faces and scenes are both needed")
    self.material = material
    self.width = width
    self.height = height
    self.sides = sides
    var changes = Augmentation()
    (changes.brightness, changes.contrast, changes.bend, changes.sideLight) = (0.12, 0.3, 0.5, 0.3)
    (changes.noise, changes.jpeg, changes.jpegQuality) = (0.25, 0.25, 25)
    changer = Changer(changes, height: height, width: width, channels: 1)
    scratch = [UInt8](repeating: 0, count: width * height)
    sums = [UInt32](repeating: 0, count: width)
    canvas = [UInt8](repeating: 0, count: width * height)
  }

  /// Composes one picture.
  ///
  /// - Parameters:
  ///   - seed: of all pictures.
  ///   - number: of this one.
  ///   - hard: parts of scenes in which faces were seen that are not there.
  ///   - pixels: becomes `[height, width]`.
  func compose(
    seed: UInt64, number: Int, hard: [View], into pixels: UnsafeMutablePointer<UInt8>
  ) -> Contents {
    var random = CounterRandom(seed: seed ^ 0x6661_6365, stream: UInt64(number))
    let view = !hard.isEmpty && random.chance(0.4) ? hard[random.below(hard.count)] : self.view(&random)
    paint(view, &random)
    var contents = Contents()
    switch kind(random.unit()) {
    case .photo: placePhoto(&contents, &random)
    case .heads: placeHeads(&contents, &random)
    case .wild: placeWild(&contents, &random)
    case .closeUp: placeCloseUp(&contents, &random)
    case .scene: contents.view = view
    }
    sort(&contents)
    if random.chance(0.25) {
      let most = wild.isEmpty ? 3 : contents.faces.reduce(3) { min($0, $1.width / 12) }
      let radius = random.unit() * random.unit() * most
      canvas.withUnsafeMutableBufferPointer {
        ca_blur($0.baseAddress!, &scratch, &sums, Int32(height), Int32(width), 1, Int32(radius * 256))
      }
    }
    canvas.withUnsafeBufferPointer {
      changer.apply(
        from: $0.baseAddress!, Canvas(height: height, width: width, stepX: 1, stepY: 1), to: pixels, random: &random)
    }
    return contents
  }

  // MARK: What lies behind

  /// A part of a scene in the canvas's aspect, more or less.
  private func view(_ random: inout CounterRandom) -> View {
    let scene = random.below(material.scenes.count)
    let image = material.scenes[scene]
    let share = 1 - 0.75 * random.unit() * random.unit()
    let stretch = random.uniform(0.85, 1.18)
    let aspect = Float(width) / Float(height) * stretch
    var across = Float(image.width) * share
    var down = across / aspect
    if down > Float(image.height) { (across, down) = (Float(image.height) * aspect, Float(image.height)) }
    let columns = max(8, min(image.width, Int(across))), rows = max(8, min(image.height, Int(down)))
    return View(
      scene: scene, x: random.below(max(1, image.width - columns + 1)),
      y: random.below(max(1, image.height - rows + 1)),
      width: columns, height: rows)
  }

  private func paint(_ view: View, _ random: inout CounterRandom) {
    let image = material.scenes[view.scene]
    let region = PixelRegion(x: view.x, y: view.y, width: view.width, height: view.height)
    canvas = image.resampled(region, width: width, height: height).pixels
    if random.chance(0.5) {
      canvas.withUnsafeMutableBufferPointer { ca_mirror($0.baseAddress!, Int32(height), Int32(width), 1) }
    }
    if random.chance(0.12) { continueEdges(&random) }
  }

  /// As where a picture of another aspect is taken whole: its edge pixels go on to both sides.
  private func continueEdges(_ random: inout CounterRandom) {
    let share = random.uniform(0.05, 0.3)
    if random.chance(0.7) {
      let margin = Int(Float(width) * share)
      for row in 0..<height {
        for column in 0..<margin {
          canvas[row * width + column] = canvas[row * width + margin]
          canvas[row * width + width - 1 - column] = canvas[row * width + width - 1 - margin]
        }
      }
    } else {
      let margin = Int(Float(height) * share)
      for row in 0..<margin {
        for column in 0..<width {
          canvas[row * width + column] = canvas[margin * width + column]
          canvas[(height - 1 - row) * width + column] = canvas[(height - 1 - margin) * width + column]
        }
      }
    }
  }

  // MARK: Faces

  /// A whole photo with one of its faces at a place and a size that chance gives.
  private func placePhoto(_ contents: inout Contents, _ random: inout CounterRandom) {
    let photo = material.photos[random.below(material.photos.count)]
    let face = photo.faces[random.below(photo.faces.count)]
    let side = logUniform(Float(sides.lowerBound), Float(sides.upperBound), &random)
    let (x, y) = place(side, &random)
    let patch = FacePatch(
      photo: photo, face: face, x: x, y: y, side: side, halfTangent: turn(&random), isMirrored: random.chance(0.5),
      outline: .whole(border: random.uniform(1, 12)), gain: 1, offset: 0)
    draw(patch)
    contents.faces = photo.faces.map(patch.placed)
    guard !photo.isComplete else { return }
    contents.ignored += beside(patch)
  }

  /// The surroundings to the left and right of a face: there may be others, which nobody labelled.
  func beside(_ patch: FacePatch) -> [FaceBox] {
    let columns = Float(patch.photo.image.width) / patch.face.width * patch.side
    let rows = Float(patch.photo.image.height) / patch.face.width * patch.side
    return [-1, 1].map { (direction: Float) in
      let middle = patch.x + direction * (0.85 * patch.side + columns / 2)
      return FaceBox(x: middle - columns / 2, y: patch.y - rows, width: columns, height: 2 * rows)
    }
  }

  /// Heads and faces in a scene: each anywhere, or alike in size as in a group.
  private func placeHeads(_ contents: inout Contents, _ random: inout CounterRandom) {
    let count = 1 + random.below(random.chance(0.5) ? 3 : 8)
    let isGroup = random.chance(0.5)
    let (low, high) = (Float(sides.lowerBound), Float(sides.upperBound))
    let common = logUniform(low, min(high, 110), &random)
    for _ in 0..<count {
      let side =
        isGroup ? max(low, common * random.uniform(0.75, 1.35)) : logUniform(low, high * 0.85, &random)
      guard let (x, y) = freePlace(side, among: contents.faces, &random) else { continue }
      let isCrop = !material.crops.isEmpty && random.chance(side < 70 ? 0.4 : 0.05)
      let list = isCrop ? material.crops : material.photos
      let photo = list[random.below(list.count)]
      let face = photo.faces[random.below(photo.faces.count)]
      let (gain, offset) = light(photo, face, x, y, side, &random)
      let patch = FacePatch(
        photo: photo, face: face, x: x, y: y, side: side, halfTangent: turn(&random), isMirrored: random.chance(0.5),
        outline: isCrop ? .face : .head, gain: gain, offset: offset)
      draw(patch)
      hide(behind: patch, &contents)
      contents.faces.append(patch.placed(face))
    }
  }

  /// Moves the faces that a head covers for the most part to what is not asked.
  private func hide(behind patch: FacePatch, _ contents: inout Contents) {
    let wider = patch.side * (patch.isHead ? 0.7 : 0.5)
    let cover = FaceBox(x: patch.x - wider, y: patch.y - wider, width: 2 * wider, height: 2 * wider)
    contents.faces.removeAll { face in
      guard face.intersection(cover) > 0.4 * face.width * face.height else { return false }
      contents.ignored.append(face)
      return true
    }
  }

  /// Brings a face's brightness nearer to what is around, and lets it differ at random.
  private func light(
    _ photo: DetectionMaterial.Photo, _ face: FaceBox, _ x: Float, _ y: Float, _ side: Float,
    _ random: inout CounterRandom
  ) -> (gain: Float, offset: Float) {
    func mean(_ pixels: [UInt8], _ width: Int, _ height: Int, _ box: FaceBox) -> Float {
      var (sum, count) = (0, 0)
      for row in 0..<8 {
        for column in 0..<8 {
          let x = Int(box.x + box.width * (Float(column) + 0.5) / 8),
            y = Int(box.y + box.height * (Float(row) + 0.5) / 8)
          guard x >= 0, y >= 0, x < width, y < height else { continue }
          sum += Int(pixels[y * width + x])
          count += 1
        }
      }
      return count > 0 ? Float(sum) / Float(count) : 128
    }
    let own = mean(photo.image.pixels, photo.image.width, photo.image.height, face)
    let around = mean(
      canvas, width, height, FaceBox(x: x - side / 2, y: y - side / 2, width: side, height: side))
    let gain = random.uniform(0.7, 1.25)
    let wanted = own + (around - own) * random.uniform(0, 0.7) + random.uniform(-25, 25)
    return (gain, wanted - own * gain)
  }

  func draw(_ patch: FacePatch, within tile: PixelRegion? = nil) {
    canvas.withUnsafeMutableBufferPointer {
      patch.draw(on: $0.baseAddress!, width: width, height: height, within: tile)
    }
  }

  // MARK: Chance

  func logUniform(_ low: Float, _ high: Float, _ random: inout CounterRandom) -> Float {
    low * Float(Elementary.exp(Double(random.unit()) * Elementary.log(Double(high / low))))
  }

  func turn(_ random: inout CounterRandom) -> Float {
    // Half the tangent of at most 14 degrees, one time in eight of 30.
    random.uniform(-1, 1) * (random.chance(0.125) ? 0.27 : 0.12)
  }

  /// A place for a face's middle: some of the face may lie outside.
  private func place(_ side: Float, _ random: inout CounterRandom) -> (Float, Float) {
    let margin = random.chance(0.15) ? side * 0.2 : min(side * 0.5, Float(height) / 2)
    return (
      random.uniform(min(margin, Float(width) / 2), max(Float(width) - margin, Float(width) / 2)),
      random.uniform(min(margin, Float(height) / 2), max(Float(height) - margin, Float(height) / 2))
    )
  }

  private func freePlace(
    _ side: Float, among faces: [FaceBox], _ random: inout CounterRandom
  ) -> (Float, Float)? {
    let most: Float = random.chance(0.3) ? 0.35 : 0.02
    for _ in 0..<12 {
      let (x, y) = place(side, &random)
      let box = FaceBox(x: x - side / 2, y: y - side / 2, width: side, height: side)
      let isFree = faces.allSatisfy { other in
        let common = other.intersection(box)
        return common <= most * min(other.width * other.height, side * side)
      }
      if isFree { return (x, y) }
    }
    return nil
  }

  /// Moves what can hardly be seen, or has no size that is looked for, to what is not asked.
  private func sort(_ contents: inout Contents) {
    let frame = FaceBox(x: 0, y: 0, width: Float(width), height: Float(height))
    let (low, high) = (Float(sides.lowerBound) * 0.9, Float(sides.upperBound) * 1.1)
    contents.faces.removeAll { face in
      let (x, y) = (face.x + face.width / 2, face.y + face.height / 2)
      let isInside = x >= 0 && y >= 0 && x < frame.width && y < frame.height
      guard
        face.width < low || face.width > high || !isInside || face.intersection(frame) < 0.55 * face.width * face.width
      else { return false }
      if face.intersection(frame) > 0 { contents.ignored.append(face) }
      return true
    }
  }
}

extension FacePatch {
  var isHead: Bool { if case .head = outline { true } else { false } }
}
