import Datasets
import Models
import Numerics

/// What a model's file made of the pictures that it was fed, in a line.
enum AppliedRule {
  /// Says how pictures were fed, as in `fed as the model's file says (64x64 grey, the face with 10 % margin): ...`.
  ///
  /// - Parameters:
  ///   - cropped: pictures of which a face was cut out.
  ///   - whole: pictures that were taken as they are.
  static func say(_ rule: Preprocessing, cropped: Int, whole: Int) {
    var line = "Fed as the model's file says (\(rule.width)x\(rule.height) \(rule.colour.rawValue), \(rule.fit.words))"
    if rule.cropsToFaces {
      line += ": \(grouped(cropped)) cropped to the face, \(grouped(whole)) taken as they are"
    }
    printError("  " + line)
  }

  /// The same of all pictures of a data set.
  static func say(_ rule: Preprocessing, of dataset: Dataset) {
    var (cropped, whole) = (0, 0)
    for origin in dataset.origins.indices {
      let found = dataset.facesFound(inOrigin: origin)
      cropped += found.cropped
      whole += found.whole
    }
    say(rule, cropped: cropped, whole: whole)
  }
}
