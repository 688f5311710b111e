import Imaging

/// Leaves one box of several for one face: greedy non-maximum suppression.
package enum Suppression {
  /// A box counts as part of a better one when its centre lies in it and so much of its area does.
  private static let contained: Float = 0.7

  /// Appends the best faces, the surest first and of equals the earlier one; boxes that overlap a better one by more
  /// than `overlap` (intersection over union), or are part of one, are dropped.
  ///
  /// - Parameters:
  ///   - candidates: of which those appended or dropped lose their scores.
  ///   - most: how many faces there may be.
  ///   - faces: filled from empty; nothing else is allocated.
  package static func keepBest(
    of candidates: inout [DetectedFace], overlap: Float, most: Int, in faces: inout [DetectedFace]
  ) {
    faces.removeAll(keepingCapacity: true)
    while faces.count < most {
      var best = -1
      var score = -Float.infinity
      for index in candidates.indices where candidates[index].score > score {
        (best, score) = (index, candidates[index].score)
      }
      guard best >= 0 else { return }
      let face = candidates[best]
      faces.append(face)
      candidates[best].score = -.infinity
      for index in candidates.indices where candidates[index].score > -.infinity {
        if hides(face.box, candidates[index].box, overlap: overlap) { candidates[index].score = -.infinity }
      }
    }
  }

  /// Whether a box is another sight of what the better one shows.
  private static func hides(_ better: FaceBox, _ box: FaceBox, overlap: Float) -> Bool {
    let shared = better.intersection(box)
    let area = box.width * box.height
    if shared > overlap * (better.width * better.height + area - shared) { return true }
    let x = box.x + box.width / 2, y = box.y + box.height / 2
    let isInside =
      x > better.x && x < better.x + better.width && y > better.y && y < better.y + better.height
    return isInside && shared > contained * area
  }
}
