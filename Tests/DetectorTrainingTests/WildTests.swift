import DetectorTraining
import Evaluation
import Faces
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

/// Photos of which every face is known. "Faces" are the discs of `DetectionLoopTests`.
@Suite struct WildTests {
  /// Photos with two discs each, side by side: one of 24 pixels, and one of 48 that may be ignored.
  private static func wild(seed: UInt64, largeIsIgnored: Bool, count: Int = 24) -> [DetectionMaterial.Photo] {
    (0..<count).map { index in
      var random = CounterRandom(seed: seed, stream: UInt64(index))
      var pixels = (0..<160 * 100).map { _ in UInt8(40 + random.below(40)) }
      func disc(_ x: Int, _ y: Int, _ radius: Int, _ value: UInt8) {
        for row in y - radius..<y + radius {
          for column in x - radius..<x + radius
          where (row - y) * (row - y) + (column - x) * (column - x) < radius * radius {
            pixels[row * 160 + column] = value
          }
        }
      }
      let boxes = [(30, 50, 12), (110, 50, 24)].map { x, y, radius in
        disc(x, y, radius, 240)
        disc(x - radius / 3, y - radius / 4, radius / 5, 20)
        disc(x + radius / 3, y - radius / 4, radius / 5, 20)
        return FaceBox(
          x: Float(x - radius), y: Float(y - radius), width: Float(2 * radius), height: Float(2 * radius))
      }
      var faces = boxes.map { FaceAnnotations.Face($0) }
      faces[1].isIgnored = largeIsIgnored
      (faces[0].source, faces[1].source) = ("left", "right")
      return .init(
        Image(width: 160, height: 100, channels: 1, pixels: pixels), annotations: faces, name: "street \(index)")
    }
  }

  private static func material(seed: UInt64, largeIsIgnored: Bool) -> DetectionMaterial {
    var material = DetectionLoopTests.material(seed: seed)
    material.wild = wild(seed: seed, largeIsIgnored: largeIsIgnored)
    return material
  }

  private static func pictures(
    _ material: DetectionMaterial, count: Int = 300, threads: Int = 2
  ) -> [ComposedPicture] {
    ComposedPicture.examples(count, of: material, width: 128, height: 96, sides: 10...130, seed: 9, threads: threads)
  }

  /// The brightness at a place, of the pixels that lie in the picture.
  private static func brightness(_ picture: ComposedPicture, _ x: Float, _ y: Float) -> Int? {
    let (column, row) = (Int(x), Int(y))
    guard column >= 0, row >= 0, column < picture.image.width, row < picture.image.height else { return nil }
    return Int(picture.image.pixels[row * picture.image.width + column])
  }

  @Test func everyFaceOfAPhotoComesAlong() {
    var material = Self.material(seed: 1, largeIsIgnored: false)
    (material.photos, material.crops) = ([], [])
    let pictures = Self.pictures(material)
    for (one, two) in zip(pictures, Self.pictures(material, threads: 3)) {
      #expect(one.image == two.image && one.faces == two.faces && one.ignored == two.ignored)
    }
    // The foreheads of discs are bright: in the middle of each box, a quarter of its side above.
    let tops = pictures.flatMap { picture in
      picture.faces.compactMap { Self.brightness(picture, $0.x + $0.width / 2, $0.y + $0.height * 0.75) }
    }
    #expect(tops.count > 200 && tops.reduce(0, +) / tops.count > 170, "\(tops.count) faces")
    #expect(pictures.contains { $0.faces.count > 2 } && pictures.contains { $0.faces.isEmpty })
    let sides = pictures.flatMap { $0.faces.map(\.width) }
    #expect(sides.min()! < 14 && sides.max()! > 96, "from small ones to more than the picture is high")
    // Photos in which both are seen keep them as far apart as they are: 80 pixels for a disc of 48.
    let pairs = pictures.flatMap { picture in
      picture.faces.flatMap { large in
        picture.faces.filter { abs($0.width * 2 - large.width) < 0.01 }.map { small -> Float in
          let (x, y) = (large.x + large.width / 2 - small.x - small.width / 2, large.y - small.y - small.width / 2)
          return abs((x * x + y * y).squareRoot() / large.width - 80 / 48)
        }
      }
    }
    #expect(pairs.contains { $0 < 0.3 })
  }

  @Test func whatIsToBeIgnoredIsNeitherFaceNorBackground() {
    var material = Self.material(seed: 1, largeIsIgnored: true)
    (material.photos, material.crops) = ([], [])
    let pictures = Self.pictures(material, count: 2000)
    var bright: [Int] = []
    for picture in pictures {
      for box in picture.ignored where box.width > 12 && abs(box.width - box.height) < 0.01 {
        // The box with its surroundings is twice the disc; below its middle the disc is bright.
        if let value = Self.brightness(picture, box.x + box.width / 2, box.y + box.height * 0.6) {
          bright.append(value)
        }
        var targets = DetectionTargets(rows: 12, columns: 16, stride: 8)
        targets.set(faces: [], ignored: picture.ignored)
        let (column, row) = (Int((box.x + box.width / 2) / 8), Int((box.y + box.height / 2) / 8))
        if (0..<16).contains(column), (0..<12).contains(row) { #expect(targets.scores[row * 16 + column] == -1) }
      }
    }
    #expect(bright.count > 10 && bright.reduce(0, +) / max(1, bright.count) > 170, "\(bright.count)")
  }

  /// What a table says of a box is part of what a checkpoint was made on.
  @Test func aCheckpointKnowsWhatWasIgnored() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("checkpoint")
    var steps = 0
    let begun = try DetectionLoopTests.loop(
      steps: 10, threads: 2, material: Self.material(seed: 1, largeIsIgnored: false))
    let ending = try begun.run(
      checkpoints: .init(path: path),
      isCancelled: {
        steps += 1; return steps > 3
      })
    #expect(ending == .cancelled(.written))
    let other = try DetectionLoopTests.loop(
      steps: 10, threads: 2, material: Self.material(seed: 1, largeIsIgnored: true))
    #expect(throws: TrainingError.self) { try other.run(checkpoints: .init(path: path, resumes: true)) }
    let same = try DetectionLoopTests.loop(
      steps: 10, threads: 1, material: Self.material(seed: 1, largeIsIgnored: false))
    #expect(try same.run(checkpoints: .init(path: path, resumes: true)) == .completed)
  }

  @Test func facesAreCountedBySizeAndSource() throws {
    let loop = try DetectionLoopTests.loop(
      steps: 60, threads: 2, material: Self.material(seed: 1, largeIsIgnored: false))
    #expect(try loop.run() == .completed)
    let model = LoadedModel.float(try loop.model(data: "discs", tool: "test"))
    func evaluate(largeIsIgnored: Bool) throws -> WildEvaluation {
      try WildEvaluation(
        model, material: Self.material(seed: 3, largeIsIgnored: largeIsIgnored), smallest: 20, threads: 2,
        keepsPictures: true)
    }
    let both = try evaluate(largeIsIgnored: false), left = try evaluate(largeIsIgnored: true)
    #expect(both.groups.map(\.name) == ["all", "source left", "source right"])
    #expect(both.groups[0].shares.mapValues(\.faces) == [.small: 24, .large: 24])
    #expect(both.groups[1].shares.mapValues(\.faces) == [.small: 24])
    #expect(both.groups[2].shares[.large] == both.groups[0].shares[.large])
    #expect(left.groups[0].shares.mapValues(\.faces) == [.small: 24])
    // None of 24 scenes may have a false box; the large discs are then found for the most part.
    #expect(both.falseBoxes == 0 && both.sceneCount == 24)
    #expect(both.groups[2].shares[.large]!.found > 12, "\(both.groups[2].shares)")
    #expect(both.precisionFaces == 48 && left.precisionFaces == 24)
    #expect(both.averagePrecision > 0.05 && both.averagePrecision <= 1)
    #expect(both.mainFaces.faces == 24 && both.closeUps.faces == 0)
    let missed = both.misses.reduce(0) { $0 + $1.others.count }
    #expect(missed == both.groups[0].shares.values.reduce(0) { $0 + $1.faces - $1.found })
    // Boxes over what is ignored are not false: what is left is as good as before.
    #expect(left.groups[0].shares[.small] == both.groups[0].shares[.small])
  }
}
