import Imaging

/// How well boxes fit faces: finds, misses and false boxes at an overlap of a half, and average precision.
public struct DetectionMetrics: Sendable {
  /// The overlap (intersection over union) from which on a box is a face's.
  public static let overlap: Float = 0.5

  /// One box of a detector.
  public struct Box: Sendable {
    /// Where.
    public var box: FaceBox
    /// The logit of its being a face.
    public var score: Float

    /// `box` in pixels of the picture, `score` a logit.
    public init(_ box: FaceBox, score: Float) { (self.box, self.score) = (box, score) }
  }

  /// Faces that were to be found.
  public private(set) var faces = 0
  /// Each counted box's score, and whether it is a face's.
  private var boxes: [(score: Float, isFace: Bool)] = []

  /// Counts of no picture; `add` counts one.
  public init() {}

  /// Counts one picture: each box, the surest first, takes the free face that it overlaps most. A box over an ignored
  /// place that takes none does not count.
  ///
  /// - Returns: for each face the score of its box, nil where it was missed.
  @discardableResult
  public mutating func add(_ found: [Box], faces truth: [FaceBox], ignored: [FaceBox] = []) -> [Float?] {
    var scores = [Float?](repeating: nil, count: truth.count)
    for box in found.sorted(by: { $0.score > $1.score }) {
      var best: (index: Int, overlap: Float)?
      for (index, face) in truth.enumerated() where scores[index] == nil {
        let overlap = box.box.overlap(face)
        if overlap >= Self.overlap, overlap > best?.overlap ?? 0 { best = (index, overlap) }
      }
      if let best {
        scores[best.index] = box.score
        boxes.append((box.score, true))
        continue
      }
      let area = box.box.width * box.box.height
      if ignored.contains(where: { $0.intersection(box.box) > 0.4 * area }) { continue }
      // A second box for a face that has one is false.
      boxes.append((box.score, false))
    }
    faces += truth.count
    return scores
  }

  /// Faces found by boxes of at least this score.
  public func found(threshold: Float) -> Int { boxes.reduce(0) { $0 + ($1.isFace && $1.score >= threshold ? 1 : 0) } }

  /// Boxes of at least this score that are no face's.
  public func falseBoxes(threshold: Float) -> Int {
    boxes.reduce(0) { $0 + (!$1.isFace && $1.score >= threshold ? 1 : 0) }
  }

  /// The lowest score above which there are at most so many false boxes.
  public func threshold(falseBoxes most: Int) -> Float {
    let wrong = boxes.filter { !$0.isFace }.map(\.score).sorted(by: >)
    return wrong.count > most ? wrong[most].nextUp : wrong.last ?? 0
  }

  /// The area under precision over recall, with precision made to fall (Everingham et al. 2015, "The Pascal visual
  /// object classes challenge: a retrospective", section 2.2).
  public var averagePrecision: Double {
    var precisions: [(precision: Double, recall: Double)] = []
    var (right, all) = (0, 0)
    for box in boxes.sorted(by: { $0.score > $1.score }) {
      all += 1
      if box.isFace {
        right += 1
        precisions.append((Double(right) / Double(all), Double(right) / Double(max(1, faces))))
      }
    }
    var (area, best) = (0.0, 0.0)
    for index in precisions.indices.reversed() {
      best = max(best, precisions[index].precision)
      area += best * (precisions[index].recall - (index > 0 ? precisions[index - 1].recall : 0))
    }
    return area
  }
}
