import Evaluation
import Faces
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Runtime

/// What a detector finds in photos of which every face is known, by the size of the face, by source and by mask.
///
/// Photos are looked at in windows (see `FaceDetector.faces(inPhoto:)`), and boxes are held against those of
/// the table as it has them, at an overlap of a half. The threshold is not the model's: it is the one that lets one
/// false box through in 100 pictures without faces, so that detectors can be compared.
public struct WildEvaluation: Sendable {
  /// The short side of a face, in pixels of the photo.
  public enum Size: String, Sendable, CaseIterable {
    case tiny = "12 to 24 px"
    case small = "24 to 40 px"
    case large = "40 px and more"

    /// The size of a side, nil below the smallest.
    init?(side: Float) {
      switch side {
      case ..<12: return nil
      case ..<24: self = .tiny
      case ..<40: self = .small
      default: self = .large
      }
    }
  }

  /// How many of some faces are found.
  public struct Share: Hashable, Sendable {
    /// All of them.
    public var faces = 0
    /// Those that are found.
    public var found = 0

    /// The 95 % interval of the share that was found.
    public var interval: ClosedRange<Double> { Wilson.interval(found, of: faces) }

    mutating func count(_ isFound: Bool) {
      faces += 1
      found += isFound ? 1 : 0
    }
  }

  /// Faces that have something in common.
  public struct Group: Sendable {
    /// What they have in common, such as `source a`.
    public let name: String
    /// By size; a size that none has is left out.
    public fileprivate(set) var shares: [Size: Share] = [:]
  }

  /// The logit from which a box counts here.
  public let threshold: Float
  /// Pictures without faces.
  public let sceneCount: Int
  /// Boxes in them from the threshold on.
  public let falseBoxes: Int
  /// All faces, then those of each source, with each word of the column `mask`, and drawn by each kind.
  public private(set) var groups = [Group(name: "all")]
  /// Over faces whose short side has 20 pixels and more; smaller ones are neither asked for nor counted as false.
  public let averagePrecision: Double
  /// Faces of the average precision.
  public let precisionFaces: Int
  /// The named faces of photos that name one.
  public private(set) var mainFaces = Share()
  /// Pictures that are a face up to their borders.
  public private(set) var closeUps = Share()
  /// Photos with a missed face of 24 pixels and more, the most misses first, and pictures without faces in which one
  /// was seen, the surest first; empty unless pictures are kept.
  public private(set) var misses: [DetectorEvaluation.Drawn] = [], falseAlarms: [DetectorEvaluation.Drawn] = []

  /// Evaluates a detector.
  ///
  /// - Parameters:
  ///   - material: its `wild` photos, scenes, photos that name one face, and crops.
  ///   - smallest: the side of the smallest faces looked for, in pixels of a photo.
  ///   - falseBoxesIn100: boxes in 100 pictures without faces that the threshold lets through.
  ///   - keepsPictures: whether pictures are kept to be drawn.
  /// - Throws: `FaceDetectorError` for a model that finds no faces, `TrainingError.data` where there are no scenes.
  public init(
    _ model: LoadedModel, material: DetectionMaterial, smallest: Int, falseBoxesIn100: Double = 1, threads: Int,
    kernels: KernelTable = .detected, keepsPictures: Bool = false
  ) throws {
    try material.checkForScenes()
    let detector = try FaceDetector(model, from: DetectorEvaluation.lowest, threads: threads, kernels: kernels)
    detector.smallestInPhotos = smallest
    func boxes(_ image: Image) -> [DetectionMetrics.Box] {
      detector.faces(inPhoto: image).map { .init($0.box, score: $0.score) }
    }

    var scenes = DetectionMetrics()
    let inScenes = material.faceless.map(boxes)
    for found in inScenes { scenes.add(found, faces: []) }
    let threshold = scenes.threshold(falseBoxes: Int(Double(material.faceless.count) * falseBoxesIn100 / 100))
    self.threshold = threshold
    sceneCount = material.faceless.count
    falseBoxes = scenes.falseBoxes(threshold: threshold)
    func seen(_ found: [DetectionMetrics.Box]) -> [FaceBox] { found.filter { $0.score >= threshold }.map(\.box) }
    if keepsPictures {
      let alarms = zip(material.faceless, inScenes).filter { !seen($0.1).isEmpty }
      falseAlarms = alarms.sorted { $0.1[0].score > $1.1[0].score }.map { ($0.0, seen($0.1), []) }
    }

    var larger = DetectionMetrics()
    var outcomes: [(face: FaceAnnotations.Face, isFound: Bool)] = []
    var missed: [(count: Int, drawn: DetectorEvaluation.Drawn)] = []
    for photo in material.wild {
      let found = boxes(photo.image)
      let faces = photo.annotations.filter { !$0.isIgnored }
      var all = DetectionMetrics()
      let scores = all.add(found, faces: faces.map(\.box), ignored: photo.ignored)
      outcomes += zip(faces, scores).map { ($0, $1 ?? -.infinity >= threshold) }
      let isAsked = faces.map { $0.shortSide >= 20 }
      larger.add(
        found, faces: zip(faces, isAsked).filter(\.1).map(\.0.box),
        ignored: photo.ignored + zip(faces, isAsked).filter { !$0.1 }.map(\.0.box))
      guard keepsPictures else { continue }
      let misses = zip(faces, scores).filter { $0.shortSide >= 24 && $1 ?? -.infinity < threshold }.map(\.0.box)
      if !misses.isEmpty { missed.append((misses.count, (photo.image, seen(found), misses))) }
    }
    misses = missed.sorted { $0.count > $1.count }.map(\.drawn)
    averagePrecision = larger.averagePrecision
    precisionFaces = larger.faces
    for outcome in outcomes { count(outcome.face, outcome.isFound) }
    func isFound(_ photo: DetectionMaterial.Photo) -> Bool {
      var one = DetectionMetrics()
      one.add(boxes(photo.image), faces: photo.faces.map(\.narrowed))
      return one.found(threshold: threshold) == 1
    }
    for photo in material.photos where photo.faces.count == 1 { mainFaces.count(isFound(photo)) }
    for photo in material.crops { closeUps.count(isFound(photo)) }
  }

  /// The figures of all faces in one sentence.
  var statement: String {
    let found = Size.allCases.compactMap { size in
      groups[0].shares[size].map {
        "\(percent(Double($0.found) / Double($0.faces))) of \($0.faces) of \(size.rawValue)"
      }
    }
    let scenes = "\(falseBoxes) false boxes in \(sceneCount) pictures without faces"
    return "found at \(scenes): \(found.joined(separator: ", ")); average precision \(fixed(averagePrecision, 4)) "
      + "on \(precisionFaces) of 20 px and more"
  }

  private mutating func count(_ face: FaceAnnotations.Face, _ isFound: Bool) {
    guard let size = Size(side: face.shortSide) else { return }
    var names = ["all"]
    if !face.source.isEmpty { names.append("source \(face.source)") }
    if !face.mask.isEmpty { names.append("mask: \(face.mask)") }
    if let kind = face.kind { names.append("drawn by \(kind == .hand ? "hand" : "a program")") }
    for name in names {
      let index =
        groups.firstIndex { $0.name == name }
        ?? {
          groups.append(Group(name: name))
          return groups.count - 1
        }()
      groups[index].shares[size, default: Share()].count(isFound)
    }
  }
}

extension FaceAnnotations.Face {
  /// In pixels of the photo.
  var shortSide: Float { min(box.width, box.height) }
}
