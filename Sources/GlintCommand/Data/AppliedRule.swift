import Datasets
import Models
import Numerics

/// What a model's file made of the pictures that it was fed, in a line.
enum AppliedRule {
  /// Says how pictures were fed, as in `fed as the model's file says (64x64 grey, the face with 10 % margin): ...`.
  ///
  /// - Parameters:
  ///   - faces: where faces were known from; nothing finds them where the user overrode the rule.
  ///   - cropped: pictures of which a face was cut out.
  ///   - whole: pictures that were taken as they are.
  static func say(_ rule: Preprocessing, _ faces: FaceSource, cropped: Int, whole: Int) {
    let isFedSo = holds(rule, faces, whole: whole)
    var line = isFedSo ? "Fed as the model's file says" : "Fed otherwise than the model's file says"
    line += " (\(rule.width)x\(rule.height) \(rule.colour.rawValue), \(rule.fit.words))"
    if rule.cropsToFaces {
      line += ": \(grouped(cropped)) cropped to the face, \(grouped(whole)) taken as they are"
    }
    printError("  " + line)
  }

  /// Whether pictures were fed as the file says: faces are cropped to where it says so, unless the user forbade that.
  static func holds(_ rule: Preprocessing, _ faces: FaceSource, whole: Int) -> Bool {
    !rule.cropsToFaces || faces.findsFaces || whole == 0
  }

  /// The same of all pictures of a data set.
  static func say(_ rule: Preprocessing, _ faces: FaceSource, of dataset: Dataset) {
    var (cropped, whole) = (0, 0)
    for origin in dataset.origins.indices {
      let found = dataset.facesFound(inOrigin: origin)
      cropped += found.cropped
      whole += found.whole
    }
    say(rule, faces, cropped: cropped, whole: whole)
  }
}
