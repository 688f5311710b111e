import Datasets
import Imaging
import Inference
import ModelFiles
import Models
import Numerics

/// Several ways in which pixels could become a network's input, held against each other on pictures whose classes are
/// known: the file of a foreign network does not say which one it was trained with.
///
/// A wrong one mostly still gives answers, only worse ones, so that accuracy alone tells little on few pictures. What
/// is compared is the loss of each picture, with a temperature of its own for each way: a network that is too sure of
/// itself, or is fed numbers too small to be sure of anything, is not judged by that.
public struct ConventionTrial: Sendable {
  /// One way and how it fits.
  public struct Row: Sendable {
    /// Its place in the list that was tried.
    public let candidate: Int
    /// Pictures labelled rightly.
    public let right: Int
    /// Mean loss, -ln of the probability of the true class, at the temperature that fits.
    public let loss: Double
    /// The same of each picture.
    let losses: [Double]
  }

  /// What became of each picture.
  public private(set) var account = ReadingAccount()
  /// Pictures of each class that were fed.
  public let counts: [Int]
  /// The ways that gave numbers, the smallest loss first.
  public let rows: [Row]

  /// What the best way's accuracy says where the network may not know these classes at all.
  public var chance: ChanceCheck { ChanceCheck(counts: counts, right: rows.first?.right ?? 0) }

  /// The ways that fit as well as the best, the best first, as far as these pictures tell: the mean of the differences
  /// of losses, picture by picture, is within three standard errors of 0.
  public var fitting: [Row] {
    guard let best = rows.first else { return [] }
    return [best] + rows.dropFirst().filter { !Self.isWorse($0, than: best) }
  }

  private static func isWorse(_ row: Row, than best: Row) -> Bool {
    let differences = zip(row.losses, best.losses).map { $0 - $1 }
    let count = Double(differences.count)
    guard count > 1 else { return false }
    let mean = differences.reduce(0, +) / count
    let variance = differences.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1)
    return mean > 3 * (variance / count).squareRoot()
  }

  /// Runs every way over the pictures; each is read once.
  ///
  /// - Parameters:
  ///   - runners: the network, imported in each way. They share labels and the rule by which pictures are cropped.
  ///   - pictures: with labels that are the model's; those that do not decode are left out.
  ///   - searches: by the number of their folder, how pictures are searched for faces; empty where none are.
  ///   - progress: called with pictures done and their number.
  /// - Throws: `DatasetError` where none decodes.
  public init(
    _ runners: [ModelRunner], pictures: [Dataset.Picture], searches: [FaceSource.Search] = [],
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(DatasetError) {
    let description = runners[0].model.description
    var predictions = [[Metrics.Prediction]](repeating: [], count: runners.count)
    var counts = [Int](repeating: 0, count: description.labels.count)
    for (number, picture) in pictures.enumerated() {
      progress(number, pictures.count)
      guard let fed = FedPicture(picture, searches, &account) else { continue }
      counts[picture.label] += 1
      let pixels = description.preprocessing.apply(to: fed.image, face: fed.face).pixels
      for (index, runner) in runners.enumerated() {
        let logits = runner.logits(pixels)
        let probabilities = runner.probabilities(logits: logits).map { Double($0) }
        predictions[index].append(
          .init(name: picture.name, label: picture.label, probabilities: probabilities, logits: logits))
      }
    }
    guard account.used > 0 else {
      let first = pictures.first?.name ?? "the pictures"
      throw DatasetError(path: first, "none of \(pictures.count) pictures can be fed to the network\(account.hint)")
    }
    self.counts = counts
    rows = predictions.enumerated().compactMap { Row($0.offset, $0.element) }.sorted { $0.loss < $1.loss }
  }
}

extension ConventionTrial.Row {
  /// Nil where a logit is not finite.
  fileprivate init?(_ candidate: Int, _ predictions: [Metrics.Prediction]) {
    guard predictions.allSatisfy({ $0.logits.allSatisfy(\.isFinite) }) else { return nil }
    let temperature = Temperature.fitted(to: predictions, within: 0.01...100)
    let scaled = Temperature.apply(temperature, to: predictions)
    self.candidate = candidate
    right = predictions.count { $0.predicted == $0.label }
    losses = scaled.map { -Elementary.log(max($0.probabilities[$0.label], 1e-12)) }
    loss = losses.reduce(0, +) / Double(losses.count)
  }
}
