import DetectorTraining
import Numerics

/// How one detector does on photos of which every face is known, in the words of `detector evaluate --json`.
struct WildLine: Encodable {
  struct Share: Encodable {
    let faces, found: Int
    let found_interval: [Double]

    init(_ share: WildEvaluation.Share) {
      (faces, found) = (share.faces, share.found)
      found_interval = [share.interval.lowerBound, share.interval.upperBound]
    }
  }

  let threshold: Float
  let scenes, false_boxes: Int
  /// By group, then by size.
  let groups: [String: [String: Share]]
  let average_precision: Double
  let average_precision_faces: Int
  let main_faces, close_ups: Share

  init(_ evaluation: WildEvaluation) {
    threshold = evaluation.threshold
    (scenes, false_boxes) = (evaluation.sceneCount, evaluation.falseBoxes)
    groups = Dictionary(
      uniqueKeysWithValues: evaluation.groups.map { group in
        let shares = group.shares.map { ($0.key.rawValue, Share($0.value)) }
        return (group.name, Dictionary(uniqueKeysWithValues: shares))
      })
    (average_precision, average_precision_faces) = (evaluation.averagePrecision, evaluation.precisionFaces)
    (main_faces, close_ups) = (Share(evaluation.mainFaces), Share(evaluation.closeUps))
  }
}

extension WildEvaluation {
  /// The figures for people.
  var lines: [String] {
    let sizes = Size.allCases
    var table = Table(["short side of the face"] + sizes.map(\.rawValue))
    for group in groups {
      table.add([group.name] + sizes.map { group.shares[$0].map(\.words) ?? "-" })
    }
    return [
      "photos with all their faces, from a logit of \(fixed(Double(threshold), 3)) on, which lets \(falseBoxes) boxes "
        + "through in \(sceneCount) pictures without faces:"
    ] + table.lines.map { "  " + $0 } + [
      "  average precision \(fixed(averagePrecision, 4)) on \(precisionFaces) faces of 20 px and more"
    ]
      + [("named faces of photos", mainFaces), ("faces that fill their picture", closeUps)].compactMap {
        (name, share) in share.faces > 0 ? "  \(name): \(share.words)" : nil
      }
  }
}

extension WildEvaluation.Share {
  /// The share that was found, and of how many.
  fileprivate var words: String { "\(percent(Double(found) / Double(max(1, faces)))) of \(faces)" }
}
