import Imaging
import RenderedFaces
import Testing

/// Only the expression may tell happy from sad.
@Suite struct IndependenceTests {
  @Test func nothingButTheExpressionDependsOnTheLabel() {
    for index in 0..<300 {
      var happy = FacePainter.parameters(seed: 23, index: index, label: 0, variety: 1)
      let sad = FacePainter.parameters(seed: 23, index: index, label: 1, variety: 1)
      #expect(happy.expression != sad.expression)
      happy.expression = sad.expression
      #expect(happy == sad, "picture \(index)")
    }
  }

  /// Every expression is its own, in what the face does and in the picture, and nothing else depends on it.
  @Test func allExpressionsDifferInNothingElse() {
    let classes = RenderedFaces.allLabels.count
    for index in 0..<60 {
      var faces = (0..<classes).map { FacePainter.parameters(seed: 23, index: index, label: $0, variety: 0.5) }
      #expect(Set(faces.map(\.expression)).count == classes)
      let pictures = Set(faces.map { FacePainter.paint($0, size: 48).image.pixels })
      #expect(pictures.count == classes, "picture \(index)")
      for label in faces.indices { faces[label].expression = Expression() }
      #expect(Set(faces).count == 1)
    }
  }

  /// Of seven neighbours each has another expression, in an order that is not always the same.
  @Test func blocksHoldEveryExpressionOnce() {
    let classes = RenderedFaces.allLabels.count
    let orders = (0..<40).map { block in
      (0..<classes).map { FacePainter.label(seed: 11, index: block * classes + $0, classes: classes) }
    }
    #expect(orders.allSatisfy { $0.sorted() == Array(0..<classes) } && Set(orders).count > 35)
  }

  /// What each class is known by, on the mean of many faces: the action units of its definition.
  @Test func expressionsShowTheirActionUnits() {
    func mean(_ label: String, _ feature: KeyPath<Expression, Float>) -> Float {
      let number = RenderedFaces.allLabels.firstIndex(of: label)!
      return (0..<200).reduce(0) {
        $0 + FacePainter.parameters(seed: 41, index: $1, label: number).expression[keyPath: feature]
      } / 200
    }
    #expect(mean("surprise", \.eyesWide) > 0.4 && mean("surprise", \.mouthRound) > 0.3)
    #expect(mean("fear", \.eyesWide) > 0.4 && mean("fear", \.browFrown) > 0.2 && mean("fear", \.mouthStretch) > 0.4)
    #expect(mean("anger", \.browFrown) > 0.5 && mean("anger", \.browInner) < -0.4)
    #expect(mean("disgust", \.noseWrinkle) > 0.5 && mean("disgust", \.lipRaise) > 0.4)
    #expect(abs(mean("neutral", \.mouthCurve)) < 0.05 && abs(mean("neutral", \.browInner)) < 0.05)
  }

  /// The nuisances that a network could use as a short cut, each as a number.
  static let nuisances: [(String, @Sendable (FaceParameters) -> Float)] = [
    ("skin", { $0.person.skinTone }), ("age", { $0.person.age }), ("mouth bias", { $0.person.mouthBias }),
    ("brow slope", { $0.person.browSlope }), ("blush", { $0.person.blush }), ("hair", { Float($0.look.hair.rawValue) }),
    ("beard", { $0.look.beard }), ("moustache", { $0.look.moustache }), ("its ends", { $0.look.moustacheCurve }),
    ("glasses", { Float($0.look.glasses.rawValue) }), ("hat", { Float($0.look.hat.rawValue) }),
    ("x", { $0.pose.x }), ("y", { $0.pose.y }), ("scale", { $0.pose.scale }), ("yaw", { $0.pose.yaw }),
    ("pitch", { $0.pose.pitch }), ("roll", { $0.pose.roll }), ("gaze", { $0.pose.gazeY }),
    ("light", { $0.light.key }), ("light side", { $0.light.x }), ("warmth", { $0.light.warmth }),
    ("background", { Float($0.surroundings.background.rawValue) }), ("hue", { $0.surroundings.hue }),
    ("brightness", { $0.surroundings.brightness }), ("blur", { $0.capture.blur }), ("noise", { $0.capture.noise }),
    ("exposure", { $0.capture.exposure }), ("saturation", { $0.capture.saturation }),
  ]

  /// With 2000 pictures the correlation of independent quantities has a standard deviation of 0.022.
  @Test(arguments: nuisances.indices)
  func isNotCorrelatedWithTheLabel(which: Int) {
    let (name, value) = Self.nuisances[which]
    let labels = (0..<2000).map { Double(FacePainter.label(seed: 29, index: $0)) }
    let values = (0..<2000).map { Double(value(FacePainter.parameters(seed: 29, index: $0, variety: 1))) }
    let r = correlation(labels, values)
    #expect(abs(r) < 0.09, "\(name) correlates with the label: \(r)")
  }

  @Test func theExpressionTells() {
    let labels = (0..<2000).map { Double(FacePainter.label(seed: 29, index: $0)) }
    let curves = (0..<2000).map { Double(FacePainter.parameters(seed: 29, index: $0).expression.mouthCurve) }
    #expect(correlation(labels, curves) < -0.8)
  }

  @Test func picturesOfBothClassesAreEquallyBright() {
    var sums = [0.0, 0.0]
    for index in 0..<400 {
      let face = FacePainter.paint(seed: 31, index: index, size: 24)
      sums[face.label] += face.image.pixels.reduce(0.0) { $0 + Double($1) } / Double(face.image.pixels.count)
    }
    // A class mean of 200 pictures has a standard error of about 2.4.
    #expect(abs(sums[0] - sums[1]) / 200 < 10, "\(sums)")
  }
}

func correlation(_ a: [Double], _ b: [Double]) -> Double {
  let n = Double(a.count)
  let meanA = a.reduce(0, +) / n
  let meanB = b.reduce(0, +) / n
  let both = zip(a, b).reduce(0) { $0 + ($1.0 - meanA) * ($1.1 - meanB) }
  let squareA = a.reduce(0) { $0 + ($1 - meanA) * ($1 - meanA) }
  let squareB = b.reduce(0) { $0 + ($1 - meanB) * ($1 - meanB) }
  return squareA > 0 && squareB > 0 ? both / (squareA * squareB).squareRoot() : 0
}
