import Faces
import Graphs
import Imaging
import ModelFiles
import Quantization
import Runtime
import Training

/// What a detector finds in one part of the material.
struct DetectorJudgement {
  /// Pictures, the named faces in them and the detector's boxes.
  typealias Drawn = (image: Image, faces: [FaceBox], others: [FaceBox])

  private(set) var threshold: Float
  private(set) var photos = DetectionMetrics()
  private(set) var scenes = DetectionMetrics()
  private(set) var composed = DetectionMetrics()
  private(set) var sceneCount = 0
  private(set) var finds: [Drawn] = []
  private(set) var misses: [Drawn] = []
  private(set) var falseAlarms: [Drawn] = []

  /// Boxes from this logit on take part in the average precision: a probability of 0.02.
  private static let lowest: Float = -4

  /// Judges a detector.
  ///
  /// - Parameters:
  ///   - material: what it is judged on: its photos that name one face, its scenes, and pictures composed of all of it.
  ///   - composed: how many pictures are composed.
  ///   - keepsPictures: whether pictures are kept to be drawn.
  /// - Throws: `FaceDetectorError` for a model that finds no faces.
  init(
    _ model: LoadedModel, material: DetectionMaterial, composed count: Int, threads: Int, kernels: KernelTable = .detected,
    keepsPictures: Bool = false
  ) throws {
    var description = model.description
    threshold = description.detection?.threshold ?? 0
    description.detection?.threshold = Self.lowest
    let runner = try ModelRunner(model, threads: threads, kernels: kernels)
    let detector = try FaceDetector(description) { pixels, logits in logits = runner.logits(pixels) }
    func boxes(_ image: Image) -> [DetectionMetrics.Box] { detector.faces(in: image).map { .init($0.box, score: $0.score) } }

    for photo in material.photos where photo.faces.count == 1 {
      let found = boxes(photo.image)
      let scores = photos.add(found, faces: photo.faces)
      guard keepsPictures else { continue }
      let drawn = (photo.image, found.filter { $0.score >= threshold }.map(\.box), photo.faces)
      if scores.allSatisfy({ $0 ?? -.infinity >= threshold }) { finds.append(drawn) } else { misses.append(drawn) }
    }
    sceneCount = material.scenes.count
    for scene in material.scenes {
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
      composed.add(boxes(picture.image), faces: picture.faces, ignored: picture.ignored)
    }
  }

  /// Keys of `detector evaluate --json`.
  struct Line: Encodable {
    let model: String
    let threshold: Float
    let photos, found: Int
    let found_interval: [Double]
    let scenes, false_boxes: Int
    let composed_faces: Int
    let average_precision: Double
  }

  func line(model: String) -> Line {
    let found = photos.found(threshold: threshold)
    let interval = Wilson.interval(found, of: photos.faces)
    return Line(
      model: model, threshold: threshold, photos: photos.faces, found: found,
      found_interval: [interval.lowerBound, interval.upperBound], scenes: sceneCount,
      false_boxes: scenes.falseBoxes(threshold: threshold), composed_faces: composed.faces,
      average_precision: composed.averagePrecision)
  }

  /// The lowest threshold, in whole thousandths, with at most one false box in 200 pictures without faces.
  var thresholdForFewFalseBoxes: Float {
    (scenes.threshold(falseBoxes: sceneCount / 200) * 1000).rounded(.up) / 1000
  }

  /// The figures in words, by what they are of.
  var statements: [(field: String, text: String)] {
    let line = line(model: "")
    let share = percent(Double(line.found) / Double(max(1, line.photos)))
    let (low, high) = (percent(line.found_interval[0]), percent(line.found_interval[1]))
    return [
      ("named faces of photos", "\(line.found) of \(line.photos) found, \(share) (95 % interval \(low) to \(high))"),
      ("pictures without faces", "\(line.false_boxes) boxes in \(line.scenes)"),
      (
        "composed pictures", "average precision \(fixed(line.average_precision, 4)) on \(line.composed_faces) faces; "
          + "\(composed.found(threshold: threshold)) found at the threshold, "
          + "\(composed.falseBoxes(threshold: threshold)) false boxes"
      ),
    ]
  }

  /// The figures for people.
  var lines: [String] {
    ["from a logit of \(fixed(Double(threshold), 3)) on:"] + statements.map { "  \($0.field): \($0.text)" }
  }
}
