import Datasets
import Imaging
import Inference
import Models
import Numerics

/// Finds out whether pictures that are to be taken whole are photos of people, whose faces should be cropped.
struct WholePhotos {
  /// Pictures looked at.
  let pictures: Int
  /// Of these, photos with a face that leaves most of the picture free.
  let withFace: Int

  /// As many pictures are looked at as tell a half from a third.
  private static let sample = 60

  /// Looks for faces in a sample of the pictures that have no face yet; nil where there is no detector.
  init?(_ dataset: Dataset, rule: Preprocessing) {
    guard let pool = try? Detectors.pool(nil) else { return nil }
    var cropping = rule
    cropping.fit = .face(marginPercent: 10)
    var (looked, found) = (0, 0)
    for picture in dataset.training.filter({ $0.face == nil }).spread(Self.sample) {
      guard let image = try? picture.image() else { continue }
      looked += 1
      found += pool.mainFace(ofWholePhoto: image, by: cropping) == nil ? 0 : 1
    }
    (pictures, withFace) = (looked, found)
  }

  /// Whether most are photos of people.
  var areMost: Bool { pictures > 0 && 2 * withFace >= pictures }

  /// What was found, as a sentence.
  var sentence: String {
    "\(withFace) of \(pictures) pictures looked at are whole photos of people, which are trained on whole; "
      + "--faces crops to the faces, which tells expressions far better (--no-faces leaves this out)"
  }
}
