import Imaging
import Training

extension DetectionMaterial {
  /// Checks that pictures can be composed of it.
  ///
  /// - Parameter name: what it is, for the message.
  /// - Throws: `TrainingError.data` where it has no photos with faces or no scenes, naming what is missing.
  public func checkForComposing(_ name: String = "the material") throws(TrainingError) {
    try checkForScenes(name)
    if photos.isEmpty, !wild.contains(where: { !$0.faces.isEmpty }) { throw Self.lacksPhotos(name) }
  }

  /// Checks that there are pictures without faces.
  func checkForScenes(_ name: String = "the material") throws(TrainingError) {
    if scenes.isEmpty { throw Self.lacksScenes(name) }
  }

  /// Checks by the files' names that every part will have something to be composed of, before anything is read and
  /// long before the test part is.
  ///
  /// - Parameters:
  ///   - photos: folders of photos with faces.
  ///   - scenes: folders of pictures without faces.
  ///   - hasOtherPhotos: whether a part has photos from elsewhere, such as painted rooms.
  /// - Throws: `TrainingError.data` naming part and what is missing, and what is wrong with a folder.
  public static func checkParts(
    photos: [String], scenes: [String], hasOtherPhotos: (Part) -> Bool
  ) throws {
    func parts(_ folders: [String]) throws -> Set<Part> {
      Set(try folders.flatMap { try ImageFiles.list($0) }.map { part(ofFile: $0) })
    }
    let (withScenes, withPhotos) = (try parts(scenes), try parts(photos))
    for part in Part.allCases {
      if !withScenes.contains(part) { throw lacksScenes(part.name) }
      if !withPhotos.contains(part), !hasOtherPhotos(part) { throw lacksPhotos(part.name) }
    }
  }

  private static let advice =
    "files are shared out by their names, 80 % to training, 8 % to validation and 12 % to tests, so that a few may all "
    + "be in another part"

  private static func lacksScenes(_ name: String) -> TrainingError {
    .data(path: name, "has no pictures without faces. Give more with --scenes: \(advice)")
  }

  private static func lacksPhotos(_ name: String) -> TrainingError {
    .data(path: name, "has no photos with faces. Give more with --photos, --wild or --painted: \(advice)")
  }
}

extension DetectionMaterial.Part {
  /// For messages.
  var name: String { "the \(rawValue) part" }
}
