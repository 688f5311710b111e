import ArgumentParser
import Faces
import Inference
import ModelFiles
import Models

/// `--faces`, `--no-faces` and `--detector`, for commands that label pictures.
struct FaceOptions: ParsableArguments {
  @Flag(inversion: .prefixedNo, help: "Find faces and label each, or do not look for faces.")
  var faces: Bool?

  @Option(name: .long, help: "The face detector's model file (default: the one that Glint comes with).")
  var detector: String?

  @Option(
    name: .long,
    help: """
      The side of the smallest faces looked for in photos, in pixels of the photo; smaller ones take more time \
      (default: \(PhotoWindows.defaultSmallest)).
      """)
  var smallestFace: Int?

  func validate() throws {
    if faces == false, detector != nil || smallestFace != nil {
      throw ValidationError("--no-faces excludes --detector and --smallest-face.")
    }
    guard (4...10_000).contains(smallestFace ?? PhotoWindows.defaultSmallest) else {
      throw ValidationError("--smallest-face takes a number of pixels from 4 to 10000.")
    }
  }

  /// Whether faces were asked for, rather than left to the command.
  var isAsked: Bool { faces == true || detector != nil || smallestFace != nil }

  /// The detector for a classifier, nil where faces are not to be looked for or cannot be.
  ///
  /// - Throws: where faces were asked for and the classifier does not look at faces, or there is no detector.
  func open(for description: ModelDescription, threads: Int, _ limits: ModelLimits) throws -> FaceDetector? {
    guard faces != false else { return nil }
    guard description.preprocessing.cropsToFaces else {
      guard isAsked else { return nil }
      throw Failure(
        """
        the model reads \(description.preprocessing.fit.words), wherever faces are: train one with 'glint train \
        --faces'
        """
      )
    }
    if let detector = try Detectors.open(detector, threads: threads, limits) {
      detector.smallestInPhotos = smallestFace ?? PhotoWindows.defaultSmallest
      return detector
    }
    if isAsked { throw Detectors.missing }
    return nil
  }
}

/// Face detectors from model files.
enum Detectors {
  /// What is said where one is needed and not there.
  static let missing = ShippedModels.missing("no face detector", ShippedModels.detector, "name one with --detector")

  /// Opens the detector of a file, or the one that Glint comes with; nil where that is not there.
  static func open(_ path: String?, threads: Int, _ limits: ModelLimits) throws -> FaceDetector? {
    guard let path = path ?? ShippedModels.find(ShippedModels.detector) else { return nil }
    return try naming(path) { try FaceDetector(TrustOption.load(path, limits: limits), threads: threads) }
  }

  /// The same for several threads.
  ///
  /// - Throws: `missing` where there is none.
  static func pool(_ path: String?, _ limits: ModelLimits = .standard) throws -> FaceDetectorPool {
    guard let path = path ?? ShippedModels.find(ShippedModels.detector) else { throw missing }
    return try naming(path) { try FaceDetectorPool(TrustOption.load(path, limits: limits)) }
  }

  private static func naming<Opened>(_ path: String, _ open: () throws -> Opened) throws -> Opened {
    do { return try open() } catch let error as FaceDetectorError { throw Failure("\(path): \(error.reason)") }
  }
}
