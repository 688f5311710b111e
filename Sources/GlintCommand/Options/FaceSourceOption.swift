import ArgumentParser
import Datasets
import Imaging
import Inference
import Models

/// `--faces`, `--no-faces`, `--detector` and `--boxes`, for commands that read data sets.
struct FaceSourceOption: ParsableArguments {
  @OptionGroup var boxes: BoxesOption
  @OptionGroup var trust: TrustOption

  @Flag(
    inversion: .prefixedNo,
    help: """
      Crop whole photos to the faces that the face detector finds, and leave out pictures without one; or do not look \
      for faces, so that only tables of boxes name some (default: as the model's file says; not for a new model).
      """)
  var faces: Bool?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Crop to faces the photos of one of the folders; the others are as without --faces. May be repeated.",
      valueName: "folder"))
  var facesIn: [String] = []

  @Option(name: .long, help: "The face detector's model file (default: the one that Glint comes with).")
  var detector: String?

  /// Whether faces are looked for in some folder because somebody asked for it.
  var areSought: Bool { faces == true || !facesIn.isEmpty }

  /// Notes the files that are read for it, or may be: a model's file may ask for faces too.
  func note(in plan: inout OutputPlan) {
    plan.read("--boxes", boxes.boxes)
    if faces != false { plan.read("the face detector", detector ?? ShippedModels.find(ShippedModels.detector)) }
  }

  func validate() throws {
    if faces == true, !facesIn.isEmpty {
      throw ValidationError("--faces searches every folder, --faces-in some: give one of them.")
    }
    if faces == true, boxes.boxes != nil { throw ValidationError("--faces and --boxes exclude each other.") }
    if faces == false, !facesIn.isEmpty { throw ValidationError("--no-faces and --faces-in exclude each other.") }
    if faces == false, detector != nil { throw ValidationError("--no-faces excludes --detector.") }
  }

  /// What is said of a detector that nothing asks.
  static let unusedDetector = ValidationError("--detector goes with --faces.")

  /// Where faces are known from, for a model that is to be trained.
  ///
  /// - Throws: where faces are sought and there is no detector, and where one is named and none are sought.
  func source() throws -> FaceSource {
    guard areSought else {
      if detector != nil { throw Self.unusedDetector }
      return FaceSource(boxes: boxes.boxes)
    }
    let pool = try Detectors.pool(detector, trust.limits)
    return FaceSource(boxes: boxes.boxes, finder: { pool.mainFace(of: $0) }, searched: faces == true ? nil : facesIn)
  }

  /// Where faces are known from, for a model that exists: its file's rule holds wherever nothing else was asked for, as
  /// in `glint classify`. What overrides the rule is warned of.
  ///
  /// - Throws: where faces are sought and there is no detector, or the model does not look at faces.
  func source(for description: ModelDescription) throws -> FaceSource {
    let rule = description.preprocessing
    guard rule.cropsToFaces else {
      if areSought || boxes.boxes != nil {
        throw Failure(
          """
          the model reads \(rule.fit.words), wherever faces are, so that \
          \(areSought ? "--faces" : "--boxes") would change nothing it sees; leave it out, or train a model with \
          'glint train --faces'
          """)
      }
      if detector != nil { throw Self.unusedDetector }
      return FaceSource()
    }
    guard faces != false else {
      printError(
        "glint: the model was trained on faces; with --no-faces it is fed pictures whole where no table has boxes")
      return FaceSource(boxes: boxes.boxes)
    }
    guard faces != true, boxes.boxes == nil else { return try source() }
    var source = areSought ? try source() : FaceSource()
    do {
      let pool = try Detectors.pool(detector, trust.limits)
      source.elsewhere = { pool.mainFace(ofWholePhoto: $0, by: rule) }
    } catch let missing as Failure where detector == nil {
      printError("glint: the model was trained on faces, and whole photos are not cropped to them: \(missing)")
    }
    return source
  }

  /// The same for `glint doctor`, which looks for faces also where the model's rule knows of none: that a crop would
  /// help is one of the things that it finds out.
  func source(checking description: ModelDescription) throws -> FaceSource {
    let rule = description.preprocessing
    guard !rule.cropsToFaces else { return try source(for: description) }
    var source = areSought ? try source() : FaceSource(boxes: boxes.boxes)
    guard faces == nil, boxes.boxes == nil, let pool = try? Detectors.pool(detector, trust.limits) else {
      return source
    }
    var cropping = rule
    cropping.fit = .face(marginPercent: 10)
    source.elsewhere = { [cropping] in pool.mainFace(ofWholePhoto: $0, by: cropping) }
    return source
  }
}
