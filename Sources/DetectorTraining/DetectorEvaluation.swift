import Evaluation
import Faces
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Runtime

/// What a detector finds in one part of the material, and what it imagines.
public struct DetectorEvaluation {
  /// Pictures, the named faces in them and the detector's boxes.
  public typealias Drawn = (image: Image, faces: [FaceBox], others: [FaceBox])

  /// The logit from which a box counts.
  public let threshold: Float
  /// On photos that name one face.
  public private(set) var photos = DetectionMetrics()
  /// On pictures without faces.
  public private(set) var scenes = DetectionMetrics()
  /// On pictures composed of all material.
  public private(set) var composed = DetectionMetrics()
  /// Pictures without faces.
  public let sceneCount: Int
  /// Photos whose named faces were all found; empty unless pictures are kept.
  public private(set) var finds: [Drawn] = []
  /// Photos with a named face that was not found.
  public private(set) var misses: [Drawn] = []
  /// Pictures without faces in which one was seen.
  public private(set) var falseAlarms: [Drawn] = []

  /// Boxes from this logit on take part in the average precision: a probability of 0.02.
  static let lowest: Float = -4

  /// Judges a detector.
  ///
  /// - Parameters:
  ///   - material: what it is judged on: its photos that name one face, its scenes, and pictures composed of all of it.
  ///   - composed: how many pictures are composed.
  ///   - keepsPictures: whether pictures are kept to be drawn.
  /// - Throws: `FaceDetectorError` for a model that finds no faces, `TrainingError.data` where pictures are to be
  ///   composed of material without photos or scenes.
  public init(
    _ model: LoadedModel, material: DetectionMaterial, composed count: Int, threads: Int,
    kernels: KernelTable = .detected,
    keepsPictures: Bool = false
  ) throws {
    if count > 0 { try material.checkForComposing() }
    let description = model.description
    threshold = description.detection?.threshold ?? 0
    sceneCount = material.faceless.count
    let detector = try FaceDetector(model, from: Self.lowest, threads: threads, kernels: kernels)
    func boxes(_ image: Image) -> [DetectionMetrics.Box] {
      detector.faces(in: image).map { .init($0.box, score: $0.score) }
    }

    for photo in material.photos where photo.faces.count == 1 {
      let found = boxes(photo.image)
      let scores = photos.add(found, faces: photo.faces.map(\.narrowed))
      guard keepsPictures else { continue }
      let drawn = (photo.image, found.filter { $0.score >= threshold }.map(\.box), photo.faces)
      if scores.allSatisfy({ $0 ?? -.infinity >= threshold }) { finds.append(drawn) } else { misses.append(drawn) }
    }
    for scene in material.faceless {
      let found = boxes(scene)
      scenes.add(found, faces: [])
      let seen = found.filter { $0.score >= threshold }.map(\.box)
      if keepsPictures, !seen.isEmpty { falseAlarms.append((scene, seen, [])) }
    }
    let sides = description.detection?.sides ?? 17...220
    let input = description.preprocessing
    for picture in ComposedPicture.examples(
      count, of: material, width: input.width, height: input.height, sides: sides, seed: 0x6A756467, threads: threads)
    {
      composed.add(boxes(picture.image), faces: picture.faces.map(\.narrowed), ignored: picture.ignored)
    }
  }

  /// Named faces that were found at the threshold.
  public var found: Int { photos.found(threshold: threshold) }

  /// The 95 % interval of the share that was found.
  public var foundInterval: ClosedRange<Double> { Wilson.interval(found, of: photos.faces) }

  /// Boxes at the threshold in pictures without faces.
  public var falseBoxes: Int { scenes.falseBoxes(threshold: threshold) }

  /// The lowest score with at most so many false boxes in 100 pictures without faces.
  public func threshold(falseBoxesIn100 most: Double) -> Float {
    scenes.threshold(falseBoxes: Int(Double(sceneCount) * most / 100))
  }

  /// The figures in words, by what they are of.
  public var statements: [(field: String, text: String)] {
    let share = percent(Double(found) / Double(max(1, photos.faces)))
    let (low, high) = (percent(foundInterval.lowerBound), percent(foundInterval.upperBound))
    return [
      ("named faces of photos", "\(found) of \(photos.faces) found, \(share) (95 % interval \(low) to \(high))"),
      ("pictures without faces", "\(falseBoxes) boxes in \(sceneCount)"),
      (
        "composed pictures",
        "average precision \(fixed(composed.averagePrecision, 4)) on \(composed.faces) faces; "
          + "\(composed.found(threshold: threshold)) found at the threshold, "
          + "\(composed.falseBoxes(threshold: threshold)) false boxes"
      ),
    ]
  }
}

extension FaceDetector {
  /// A detector whose boxes count from another logit on than its model says.
  convenience init(_ model: LoadedModel, from threshold: Float, threads: Int, kernels: KernelTable) throws {
    var description = model.description
    description.detection?.threshold = threshold
    let runner = try ModelRunner(model, threads: threads, kernels: kernels)
    try self.init(description) { runner.run($0, logits: &$1) }
  }
}

extension LoadedModel {
  /// This detector with the threshold that lets few false boxes through on the validation part, in frames and, where
  /// there are photos with all their faces, in photos; and with what that gives on the test part in its card.
  ///
  /// Every picture counts where there are few: of 400, one in 200 is decided by the two worst, which may well show a
  /// face that nobody saw.
  ///
  /// - Parameter falseBoxesIn100: how many boxes in 100 pictures without faces.
  /// - Throws: `FaceDetectorError` for a model that finds no faces.
  public func withFittedThreshold(
    falseBoxesIn100: Double = 1, validation: DetectionMaterial, test: DetectionMaterial, threads: Int
  ) throws -> (model: LoadedModel, test: DetectorEvaluation) {
    var model = self
    let chosen = try DetectorEvaluation(model, material: validation, composed: 0, threads: threads)
    func wild(_ material: DetectionMaterial) throws -> WildEvaluation? {
      guard !material.wild.isEmpty else { return nil }
      return try WildEvaluation(
        model, material: material, smallest: PhotoWindows.defaultSmallest, falseBoxesIn100: falseBoxesIn100,
        threads: threads)
    }
    let least = max(
      chosen.threshold(falseBoxesIn100: falseBoxesIn100), try wild(validation)?.threshold ?? -.infinity)
    model.description.detection?.threshold = Detection.threshold(from: least)
    if let statement = try wild(test)?.statement { model.description.card["test, photos with all faces"] = statement }
    let tested = try DetectorEvaluation(model, material: test, composed: 400, threads: threads)
    for (field, text) in tested.statements { model.description.card["test, " + field] = text }
    return (model, tested)
  }
}
