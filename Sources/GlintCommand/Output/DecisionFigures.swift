import Evaluation

/// What a decision did, in the words of `train --json` and `compare --json`.
struct CoverageLine: Encodable {
  /// Pictures of classes that may be shown, those that got a label, those whose label is right, and those whose
  /// likeliest class of these is right without thresholds.
  let shown, labelled, right, nearest: Int
  /// Pictures of classes that are never shown, and those without a label.
  let hidden, unsure: Int
  /// Pictures and labelled ones by class.
  let classes: [[Int]]

  init(_ coverage: Coverage) {
    shown = coverage.shown.pictures
    labelled = coverage.shown.labelled
    right = coverage.shown.right
    nearest = coverage.shown.nearest
    hidden = coverage.hidden.pictures
    unsure = hidden - coverage.hidden.labelled
    classes = coverage.classes.map { [$0.pictures, $0.labelled] }
  }
}
