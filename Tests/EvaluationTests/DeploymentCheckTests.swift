import Datasets
import Evaluation
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Testing

@Suite struct DeploymentCheckTests {
  /// Class 1 where the mean of the blue channel lies above that of the red one.
  private func blueAgainstRed(fit: Preprocessing.Fit = .centreSquare) -> FloatModel {
    let graph = Graph(
      input: [8, 8, 3],
      nodes: [
        .init("mean", .globalAveragePool, inputs: [0]), .init("logit", .dense(.init(outputs: 1)), inputs: [1]),
      ], outputs: [.init(value: 2, function: .sigmoid)])
    return FloatModel(
      description: ModelDescription(
        graph: graph, preprocessing: Preprocessing(width: 8, height: 8, fit: fit), labels: ["red", "blue"]),
      parameters: [nil, .init(weight: Tensor([1, 3], [-10, 0, 10]), bias: Tensor([1], [0]))])
  }

  private func runner(_ fit: Preprocessing.Fit = .centreSquare) throws -> ModelRunner {
    try ModelRunner(.float(blueAgainstRed(fit: fit)), threads: 1)
  }

  /// Half of the pictures are red, half blue; `exchanged` writes blue first.
  private func pictures(exchanged: Bool, spoiled: Int = 0) -> [Dataset.Picture] {
    (0..<80).map { index in
      let label = index % 2
      let isBlue = (label == 1) != (index < spoiled)
      var pixel: [UInt8] = isBlue ? [40, 90, 200] : [200, 90, 40]
      if exchanged { pixel.reverse() }
      let image = Image(width: 20, height: 12, channels: 3, pixels: (0..<240).flatMap { _ in pixel })
      return Dataset.Picture(name: "\(index)", label: label, source: .image(image))
    }
  }

  @Test func findsExchangedColours() throws {
    let good = try DeploymentCheck(runner(), pictures: pictures(exchanged: false, spoiled: 8))
    #expect(good.right == 72 && good.pictures == 80 && good.explanations.isEmpty)
    let row = try #require(good.rows.first { $0.mistake == .exchangedColours })
    #expect(row.right == 8 && row.rightWithout == 72 && row.gain == -0.8)
    #expect(good.mistakes(giving: 0.1).map(\.mistake) == [.exchangedColours])
    let bad = try DeploymentCheck(runner(), pictures: pictures(exchanged: true))
    #expect(bad.right == 0 && bad.explanations.first?.mistake == .exchangedColours)
  }

  @Test func findsAMissingCrop() throws {
    // The face is a blue or red square in a picture of the other colour.
    let faces = (0..<60).map { index -> Dataset.Picture in
      var image = Image(width: 40, height: 40, channels: 3, filledWith: 0)
      for y in 0..<40 {
        for x in 0..<40 {
          let inside = (4..<14).contains(x) && (20..<30).contains(y)
          image.pixels[(y * 40 + x) * 3 + (inside == (index % 2 == 1) ? 2 : 0)] = 200
        }
      }
      return Dataset.Picture(
        name: "\(index)", label: index % 2, source: .image(image), face: FaceBox(x: 5, y: 21, width: 8, height: 8))
    }
    let check = try DeploymentCheck(runner(.face(marginPercent: 10)), pictures: faces)
    #expect(check.right == 60)
    let wrong = check.rows.filter { $0.right == 0 }.map(\.mistake)
    #expect(Set(wrong).isSuperset(of: [.noCrop, .stretched, .exchangedColours]))
    #expect(check.rows.first { $0.mistake == .tightCrop }?.right == 60)
  }

  /// Class 1 where pixels are lighter than `threshold` on average.
  private func lighter(than threshold: Float) throws -> ModelRunner {
    var model = blueAgainstRed()
    model.parameters[1] = .init(weight: Tensor([1, 3], [255, 255, 255]), bias: Tensor([1], [-3 * threshold]))
    return try ModelRunner(.float(model), threads: 1)
  }

  /// Pictures that came to the network spoiled when it learned: it is right about them only when they are spoiled
  /// again, and the check names how. Grey levels of class 0 and 1 lie on one side of the threshold as they are, and on
  /// both sides once their contrast is made harder or softer.
  @Test(arguments: [
    (DeploymentMistake.signedRange, Float(100), 140, 190), (.fullForVideoRange, 60, 64, 150),
    (.videoForFullRange, 55, 20, 50), (.unsignedRange, 170, 70, 100),
  ])
  func findsWrongScales(mistake: DeploymentMistake, threshold: Float, zero: Int, one: Int) throws {
    let pictures = (0..<80).map { index in
      let level = UInt8(index % 2 == 0 ? zero : one)
      return Dataset.Picture(
        name: "\(index)", label: index % 2, source: .image(Image(width: 9, height: 9, channels: 3, filledWith: level)))
    }
    let check = try DeploymentCheck(lighter(than: threshold), pictures: pictures)
    #expect(check.right == 40)
    #expect(check.explanations.map(\.mistake) == [mistake])
    #expect(check.explanations.first?.right == 80)
  }

  /// A network that looks for the light side of a picture, on pictures whose labels are of the other side.
  @Test func findsMirroredPictures() throws {
    let graph = Graph(
      input: [8, 8, 1],
      nodes: [.init("flat", .flatten, inputs: [0]), .init("logit", .dense(.init(outputs: 1)), inputs: [1])],
      outputs: [.init(value: 2, function: .sigmoid)])
    let weights = (0..<64).map { $0 % 8 < 4 ? Float(-1) : 1 }
    let model = FloatModel(
      description: ModelDescription(
        graph: graph, preprocessing: Preprocessing(width: 8, height: 8, colour: .grey), labels: ["left", "right"]),
      parameters: [nil, .init(weight: Tensor([1, 64], weights), bias: Tensor([1], [0]))])
    let pictures = (0..<60).map { index -> Dataset.Picture in
      var image = Image(width: 8, height: 8, channels: 1, filledWith: 90)
      for at in 0..<64 where (at % 8 < 4) == (index % 2 == 1) { image.pixels[at] = 160 }
      return Dataset.Picture(name: "\(index)", label: index % 2, source: .image(image))
    }
    let check = try DeploymentCheck(ModelRunner(.float(model), threads: 1), pictures: pictures)
    #expect(check.right == 0)
    #expect(check.explanations.map(\.mistake).contains(.mirrored))
  }

  /// Wide pictures whose middle square says one thing, whose face another, and whose whole a third.
  @Test(arguments: [DeploymentMistake.noCrop, .stretched])
  func findsAnotherCrop(mistake: DeploymentMistake) throws {
    let pictures = (0..<60).map { index -> Dataset.Picture in
      let isBlue = index % 2 == 1
      var image = Image(width: 90, height: 30, channels: 3, filledWith: 0)
      for y in 0..<30 {
        for x in 0..<90 {
          // Of the three squares, the middle is the picture uncropped, the face lies in it and says the contrary.
          let isFace = (40..<50).contains(x) && (10..<20).contains(y)
          let isMiddle = (30..<60).contains(x)
          let tells = mistake == .noCrop ? isMiddle && !isFace : !isMiddle
          image.pixels[(y * 90 + x) * 3 + (tells == isBlue ? 2 : 0)] = 200
        }
      }
      return Dataset.Picture(
        name: "\(index)", label: index % 2, source: .image(image), face: FaceBox(x: 41, y: 11, width: 8, height: 8))
    }
    let check = try DeploymentCheck(runner(.face(marginPercent: 10)), pictures: pictures)
    #expect(check.right == 0)
    let explanations = check.explanations.map(\.mistake)
    #expect(explanations.contains(mistake), "\(explanations)")
    #expect(explanations.contains(.noCrop) != explanations.contains(.stretched), "\(explanations)")
  }

  @Test func mistakesAreWhatTheyAreCalled() throws {
    let rule = Preprocessing(width: 2, height: 2)
    let image = Image(width: 2, height: 2, channels: 3, pixels: [0, 16, 64, 128, 200, 235, 255, 1, 2, 3, 4, 5])
    func input(_ mistake: DeploymentMistake) -> [UInt8]? { mistake.input(of: image, face: nil, rule: rule) }
    #expect(input(.exchangedColours) == [64, 16, 0, 235, 200, 128, 2, 1, 255, 5, 4, 3])
    #expect(input(.signedRange) == [0, 0, 0, 1, 145, 215, 255, 0, 0, 0, 0, 0])
    #expect(input(.unsignedRange)?.prefix(3) == [127, 135, 159])
    #expect(input(.scaledTwice) == [0, 0, 0, 1, 1, 1, 1, 0, 0, 0, 0, 0])
    #expect(input(.fullForVideoRange)?.prefix(7) == [0, 0, 56, 130, 214, 255, 255])
    #expect(input(.videoForFullRange)?.prefix(7) == [16, 30, 71, 126, 188, 218, 235])
    #expect(input(.mirrored) == [128, 200, 235, 0, 16, 64, 3, 4, 5, 255, 1, 2])
    #expect(input(.upsideDown) == [3, 4, 5, 255, 1, 2, 128, 200, 235, 0, 16, 64])
    #expect(input(.turned) == [128, 200, 235, 3, 4, 5, 0, 16, 64, 255, 1, 2])
    for mistake in [DeploymentMistake.noCrop, .tightCrop, .looseCrop, .stretched] { #expect(input(mistake) == nil) }
  }
}
