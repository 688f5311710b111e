import Datasets
import Evaluation
import Imaging
import Importing
import Inference
import ModelFiles
import Models
import Numerics

/// Finds out with labelled photos how pixels become what a foreign network was trained on: `import --data`.
struct ConventionSearch {
  /// What neither the options nor the file say is tried in all common ways.
  let said: ImportOptions
  let network: ForeignNetwork
  let faces: FaceSourceOption
  let threads: Int
  let quiet: Bool

  /// A convention that is tried.
  private struct Way {
    let network: ImportedModel
    /// Whether the options leave it open, or ask for it.
    let isSaid: Bool
  }

  /// The network, imported in the way that fits beyond doubt.
  ///
  /// - Throws: `Failure` where several fit alike, none does better than chance, or another fits than the options say;
  ///   `ImportError`, `DatasetError`.
  func imported(data: [String], images: Int) throws -> ImportedModel {
    let ways = try ways()
    let description = ways[0].network.model.description
    guard description.isClassifier else {
      throw Failure("--data holds pictures of classes, and the network has no labels; say them with --labels")
    }
    var (pictures, searches, account) = try Dataset.pictures(
      in: data, faces: try faces.source(for: description), classes: ClassNames(description.labels))
    account.notNeeded += pictures.count - min(images, pictures.count)
    pictures = pictures.spread(images)
    let runners = try ways.map { try ModelRunner($0.network.loaded, threads: threads) }
    var progress = Progress("Trying \(ways.count) ways to read pixels", quiet: quiet)
    let trial = try ConventionTrial(runners, pictures: pictures, searches: searches) { progress.update($0, of: $1) }
    progress.finish("\(trial.account.used) pictures")
    account.add(trial.account)
    tell(account, quiet: quiet)
    if !quiet { show(trial, ways) }
    return try chosen(trial, ways, description.labels)
  }

  /// All common ways, and first those that the options leave open. Others are tried too: what was said may be wrong.
  private func ways() throws -> [Way] {
    let first = try ImportedModel(network, options: said).model.description
    guard first.takesPictures else {
      throw Failure("--data holds pictures, and the network has several inputs, which take numbers; leave out --data")
    }
    // A network that reads one channel sees no colours.
    let isGrey = first.preprocessing.colour == .grey
    let isFixed = said.range != nil || !said.mean.isEmpty || !said.deviation.isEmpty
    let ranges: [ImportOptions.Range?] = isGrey ? [.unit, .symmetric, .bytes] : ImportOptions.Range.allCases
    let colours: [ImportOptions.Colour?] = isGrey ? [said.colour] : [.rgb, .bgr]
    var ways: [Way] = []
    func add(_ options: ImportOptions, _ ranges: [ImportOptions.Range?], _ colours: [ImportOptions.Colour?]) throws {
      let isSaid = ways.isEmpty
      let known = Set(ways.map(\.network.convention))
      for range in ranges {
        for colour in colours {
          var options = options
          (options.range, options.colour) = (range, colour)
          let network = try ImportedModel(network, options: options)
          if !known.contains(network.convention) { ways.append(Way(network: network, isSaid: isSaid)) }
        }
      }
    }
    try add(said, isFixed ? [said.range] : ranges, said.colour != nil ? [said.colour] : colours)
    var others = said
    (others.mean, others.deviation) = ([], [])
    try add(others, ranges, colours)
    return ways
  }

  private func show(_ trial: ConventionTrial, _ ways: [Way]) {
    var table = Table(["pixels read as", "loss", "accuracy"])
    for row in trial.rows { table.add([words(ways[row.candidate], among: ways)] + figures(row, trial)) }
    table.show()
    emit("")
  }

  private func words(_ way: Way, among ways: [Way]) -> String {
    way.network.convention + (way.isSaid && ways.contains { !$0.isSaid } ? " (as said)" : "")
  }

  private func figures(_ row: ConventionTrial.Row, _ trial: ConventionTrial) -> [String] {
    [fixed(row.loss, 3), percent(Double(row.right) / Double(trial.account.used))]
  }

  private func chosen(_ trial: ConventionTrial, _ ways: [Way], _ labels: [String]) throws -> ImportedModel {
    guard let best = trial.rows.first else {
      throw Failure("the network gives no finite numbers, however pixels are read")
    }
    guard !trial.chance.mayBeChance else {
      throw Failure(
        """
        however pixels are read, the network does no better than always answering \
        '\(labels[trial.chance.commonest])' (\(percent(trial.chance.accuracy)) right): the order of --labels may be \
        another, --fit too, or the pictures are of something else
        """)
    }
    func told(_ row: ConventionTrial.Row, _ words: String = "") -> String {
      [ways[row.candidate].network.convention, words, "(loss \(figures(row, trial)[0]))"].filter { !$0.isEmpty }
        .joined(separator: " ")
    }
    let fitting = trial.fitting.filter { ways[$0.candidate].isSaid }
    guard !fitting.isEmpty else {
      let asked = trial.rows.first { ways[$0.candidate].isSaid }.map { told($0) } ?? "what gives no finite numbers"
      throw Failure(
        """
        the options say \(asked), and on \(trial.account.used) pictures \(told(best, "fits beyond doubt")): leave out \
        --range, --mean, --std and --colour, or leave out --data if you know better
        """)
    }
    guard fitting.count == 1 else {
      let conventions = fitting.map { ways[$0.candidate].network.convention }.joined(separator: "; ")
      throw Failure(
        """
        on \(trial.account.used) pictures, these fit alike: \(conventions). Give more pictures, or say which with \
        --range and --colour
        """)
    }
    return ways[fitting[0].candidate].network
  }
}

extension ImportedModel {
  /// As a model that can be run.
  fileprivate var loaded: LoadedModel { quantized.map(LoadedModel.int8) ?? .float(model) }
}
