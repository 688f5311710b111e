import DetectorTraining
import FloatRuntime
import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

@Suite struct DetectionLoopTests {
  /// "Faces" are bright discs with two dark eyes; scenes are noise with bars.
  static func material(seed: UInt64) -> DetectionMaterial {
    var material = DetectionMaterial()
    for index in 0..<24 {
      var random = CounterRandom(seed: seed, stream: UInt64(index))
      var image = Image(
        width: 90, height: 90, channels: 1, pixels: (0..<8100).map { _ in UInt8(60 + random.below(60)) })
      func disc(_ x: Int, _ y: Int, _ radius: Int, _ value: UInt8) {
        for row in y - radius...y + radius {
          for column in x - radius...x + radius
          where (row - y) * (row - y) + (column - x) * (column - x) <= radius * radius {
            image.pixels[row * 90 + column] = value
          }
        }
      }
      disc(45, 45, 20, 220)
      disc(38, 40, 4, 20)
      disc(52, 40, 4, 20)
      material.photos.append(
        .init(
          image, faces: [FaceBox(x: 25, y: 25, width: 40, height: 40)], isComplete: true, name: "face \(index)"))
      let bar = random.below(60)
      material.scenes.append(
        Image(
          width: 100, height: 80, channels: 1,
          pixels: (0..<8000).map { ($0 % 100 > bar && $0 % 100 < bar + 15 ? 190 : 60) + UInt8(random.below(60)) }))
    }
    return material
  }

  static func recipe(steps: Int, learningRate: Float = 1e-2) -> DetectorRecipe {
    var recipe = DetectorRecipe()
    (recipe.steps, recipe.smallSteps, recipe.roundSteps, recipe.batch) = (steps, steps / 2, 5, 8)
    (recipe.smallest, recipe.largest, recipe.learningRate) = (17, 60, learningRate)
    return recipe
  }

  static func loop(
    steps: Int, threads: Int, learningRate: Float = 1e-2, material: DetectionMaterial = Self.material(seed: 1)
  ) throws -> DetectionLoop {
    try DetectionLoop(
      { .faceDetector(input: $0, channels: [4, 8, 8, 8, 8]) },
      preprocessing: .init(width: 128, height: 96, colour: .grey, fit: .inside), material: material,
      validation: Self.material(seed: 2), recipe: recipe(steps: steps, learningRate: learningRate), threads: threads)
  }

  static func hash(_ loop: DetectionLoop) throws -> String {
    try loop.model(data: "discs", tool: "test").weightsSHA256
  }

  @Test func composedPicturesFollowFromTheirNumber() {
    let material = Self.material(seed: 1)
    let pictures = [1, 2, 3].map {
      ComposedPicture.examples(40, of: material, width: 128, height: 96, sides: 17...60, seed: 4, threads: $0)
    }
    for index in 0..<40 {
      #expect(pictures[0][index].image == pictures[1][index].image)
      #expect(pictures[0][index].faces == pictures[2][index].faces)
      for face in pictures[0][index].faces {
        #expect(face.width == face.height && face.width > 15 && face.width < 67)
        let middle = (face.x + face.width / 2, face.y + face.height / 2)
        #expect(middle.0 >= 0 && middle.0 < 128 && middle.1 >= 0 && middle.1 < 96)
      }
    }
    #expect(pictures[0].contains { $0.faces.isEmpty } && pictures[0].contains { $0.faces.count > 1 })
    // A disc is brighter in the middle of its box than noise is anywhere, unless the light was changed; on average it
    // is.
    let sums = pictures[0].flatMap { picture in
      picture.faces.map { face in
        Int(picture.image.pixels[Int(face.y + face.height * 0.7) * 128 + Int(face.x + face.width / 2)])
      }
    }
    #expect(sums.reduce(0, +) / sums.count > 140)
  }

  @Test func learnsAndGoesOnToTheSameWeights() throws {
    let folder = try TemporaryFolder()
    let whole = try Self.loop(steps: 40, threads: 1)
    #expect(try whole.run() == .completed)
    // Held against a network that has taken one step, at full size too.
    let fresh = try Self.loop(steps: 1, threads: 2)
    #expect(try fresh.run() == .completed)
    #expect(whole.rounds.last!.validationLoss < 0.8 * fresh.rounds.last!.validationLoss)

    // With other threads, stopped in the middle of a round, and gone on from the checkpoint.
    let path = folder.path("checkpoint")
    var steps = 0
    let begun = try Self.loop(steps: 40, threads: 2)
    let ending = try begun.run(
      checkpoints: .init(path: path),
      isCancelled: {
        steps += 1
        return steps > 23
      })
    #expect(ending == .cancelled(.written))
    #expect(begun.step == 23)
    let resumed = try Self.loop(steps: 40, threads: 3)
    var left = 0
    let counted = {
      left += 1
      return false
    }
    #expect(try resumed.run(checkpoints: .init(path: path, resumes: true), isCancelled: counted) == .completed)
    #expect(left == 17, "the steps since the last round are kept")
    #expect(try Self.hash(resumed) == Self.hash(whole))
    #expect(resumed.rounds.map(\.validationLoss) == whole.rounds.map(\.validationLoss))
    #expect(resumed.rounds.map(\.loss) == whole.rounds.map(\.loss))
    #expect(resumed.rounds.map(\.hardViews) == whole.rounds.map(\.hardViews))

    let other = try Self.loop(steps: 45, threads: 1)
    #expect(throws: TrainingError.self) { try other.run(checkpoints: .init(path: path, resumes: true)) }
    try Data("nonsense".utf8).write(to: URL(fileURLWithPath: path))
    #expect(throws: TrainingError.self) {
      try Self.loop(steps: 40, threads: 1).run(checkpoints: .init(path: path, resumes: true))
    }
  }

  @Test func exportedNetworkSaysWhatTheTrainedOneDoes() throws {
    let loop = try Self.loop(steps: 6, threads: 2)
    #expect(try loop.run() == .completed)
    let model = try loop.model(data: "discs", tool: "test")
    #expect(model.description.detection?.stride == 8)
    #expect(model.description.graph.outputs[0].function == .identity)
    let pixels = TestPattern.pixels(model.description.graph.input)
    pixels.withUnsafeBufferPointer { loop.network.forward(pixels: $0.baseAddress!, images: 1) }
    let logits = try FloatInterpreter(model).run(pixels: pixels)
    #expect(logits.count == 12 * 16 * 4)
    for (mine, its) in zip(loop.network.logits(0), logits) { #expect(abs(mine - its) < 1e-3 * max(1, abs(its))) }
  }

  @Test func architecturesThatAreNoGridAreRefused() {
    func make(_ build: (Shape) -> Architecture) throws -> DetectionLoop {
      try DetectionLoop(
        build, preprocessing: .init(width: 128, height: 96, colour: .grey, fit: .inside),
        material: Self.material(seed: 1), validation: Self.material(seed: 2), recipe: Self.recipe(steps: 4), threads: 1)
    }
    #expect(throws: TrainingError.self) { try make { .happySad(input: $0, logits: 1) } }
    #expect(throws: TrainingError.self) {
      try make { input in
        var network = Architecture(input: input)
        network.append("all", .conv2D(.init(outputChannels: 3, window: .init(3, 3, stride: 8, padding: .all(1)))))
        return network
      }
    }
  }
}
