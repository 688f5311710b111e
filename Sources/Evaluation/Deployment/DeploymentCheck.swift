import Datasets
import Imaging
import Inference
import ModelFiles
import Models
import Numerics

/// A model on labelled pictures, fed as its file says and then with each of the common mistakes: what a bad accuracy
/// could come from.
public struct DeploymentCheck: Sendable {
  /// One mistake and what it does.
  public struct Row: Sendable {
    /// How the pictures were fed wrongly.
    public let mistake: DeploymentMistake
    /// Pictures for which it makes sense.
    public let pictures: Int
    /// Of these, right with the mistake.
    public let right: Int
    /// Of these, right without it.
    public let rightWithout: Int
    /// The probability that chance alone makes such a difference (exact McNemar test).
    public let p: Double

    /// Share right with the mistake.
    public var accuracy: Double { Double(right) / Double(max(1, pictures)) }
    /// Wilson's 95 % interval of the accuracy.
    public var interval: ClosedRange<Double> { Wilson.interval(right, of: pictures) }
    /// By how much the mistake makes answers better (or worse, below zero).
    public var gain: Double { Double(right - rightWithout) / Double(max(1, pictures)) }
  }

  /// Pictures looked at.
  public var pictures: Int { account.used }
  /// Of these, cropped to a face, where the file's rule crops to faces.
  public let cropped: Int
  /// What became of each picture: used, not decoded, or left out because a face was required and none found.
  public private(set) var account = ReadingAccount()
  /// Right when fed as the file says.
  public let right: Int
  /// The mistakes that make sense for this model and these pictures.
  public let rows: [Row]

  /// Share right when fed as the file says.
  public var accuracy: Double { Double(right) / Double(max(1, pictures)) }
  /// Wilson's 95 % interval of the accuracy.
  public var interval: ClosedRange<Double> { Wilson.interval(right, of: pictures) }

  /// Mistakes that make the answers clearly better: what the data, or the training of the model, was made with. The
  /// most helpful first.
  public var explanations: [Row] {
    rows.filter { $0.gain >= 0.03 && $0.p < 0.01 / Double(max(1, rows.count)) }.sorted { $0.gain > $1.gain }
  }

  /// Mistakes that would give an accuracy that was seen elsewhere: those whose interval holds it, the nearest first.
  public func mistakes(giving accuracy: Double) -> [Row] {
    rows.filter { $0.interval.contains(accuracy) && $0.gain < -0.02 }
      .sorted { abs($0.accuracy - accuracy) < abs($1.accuracy - accuracy) }
  }

  /// Runs the model over the pictures once for each mistake.
  ///
  /// - Parameters:
  ///   - runner: the model.
  ///   - pictures: with labels that are the model's; those that do not decode are left out.
  ///   - searches: by the number of their folder, how pictures that are not known to have a face are searched for one;
  ///     empty where none are. A face also shows what a crop would do to a model whose rule does not crop.
  ///   - progress: called with pictures done and their number.
  /// - Throws: `DatasetError` where none decodes, `NotFiniteError` where the model's logits for one are no numbers.
  public init(
    _ runner: ModelRunner, pictures: [Dataset.Picture], searches: [FaceSource.Search] = [],
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let rule = runner.model.description.preprocessing
    func answer(_ pixels: [UInt8], _ picture: Dataset.Picture) throws -> Int {
      let probabilities = runner.probabilities(logits: try runner.finiteLogits(pixels, of: picture.name))
      return probabilities.indices.max { (probabilities[$0], $1) < (probabilities[$1], $0) } ?? 0
    }
    var (right, cropped) = (0, 0)
    // Of each mistake: pictures, right, right without it, right only with it, right only without it.
    var counts = [DeploymentMistake: [Int]]()
    for (number, picture) in pictures.enumerated() {
      guard let fed = FedPicture(picture, searches, &account) else { continue }
      let (image, face) = (fed.image, fed.face)
      cropped += face != nil && rule.cropsToFaces ? 1 : 0
      let isRight = try answer(rule.apply(to: image, face: face).pixels, picture) == picture.label
      right += isRight ? 1 : 0
      for mistake in DeploymentMistake.allCases {
        guard let input = mistake.input(of: image, face: face, rule: rule) else { continue }
        let isRightWithIt = try answer(input, picture) == picture.label
        var count = counts[mistake] ?? [0, 0, 0, 0, 0]
        count[0] += 1
        if isRightWithIt { count[1] += 1 }
        if isRight { count[2] += 1 }
        if isRightWithIt, !isRight { count[3] += 1 }
        if isRight, !isRightWithIt { count[4] += 1 }
        counts[mistake] = count
      }
      progress(number + 1, pictures.count)
    }
    self.right = right
    self.cropped = cropped
    if account.used == 0, !pictures.isEmpty {
      throw DatasetError(
        path: pictures[0].name, "none of \(pictures.count) pictures can be fed to the model\(account.hint)")
    }
    rows = DeploymentMistake.allCases.compactMap { mistake in
      guard let count = counts[mistake] else { return nil }
      return Row(
        mistake: mistake, pictures: count[0], right: count[1], rightWithout: count[2],
        p: McNemar.pValue(onlyFirstRight: count[3], onlySecondRight: count[4]))
    }
  }
}
