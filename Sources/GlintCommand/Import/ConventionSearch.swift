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

  /// The network, imported in the way that fits beyond doubt.
  ///
  /// - Throws: `Failure` where several fit alike, or none does; `ImportError`, `DatasetError`.
  func imported(data: [String], images: Int) throws -> ImportedModel {
    let ways = try ways()
    let description = ways[0].model.description
    guard description.isClassifier else {
      throw Failure("--data holds pictures of classes, and the network has no labels; say them with --labels")
    }
    var (pictures, searches, account) = try Dataset.pictures(
      in: data, faces: try faces.source(for: description), labels: description.labels)
    account.notNeeded += pictures.count - min(images, pictures.count)
    pictures = pictures.spread(images)
    let runners = try ways.map { try ModelRunner($0.loaded, threads: threads) }
    var progress = Progress("Trying \(ways.count) ways to read pixels", quiet: quiet)
    let trial = try ConventionTrial(runners, pictures: pictures, searches: searches) { progress.update($0, of: $1) }
    progress.finish("\(trial.account.used) pictures")
    account.add(trial.account)
    tell(account, quiet: quiet)
    if !quiet { show(trial, ways) }
    return try chosen(trial, ways, description.labels)
  }

  private func ways() throws -> [ImportedModel] {
    // A network that reads one channel sees no colours.
    let isGrey = try ImportedModel(network, options: said).model.description.preprocessing.colour == .grey
    let isFixed = said.range != nil || !said.mean.isEmpty || !said.deviation.isEmpty
    let ranges: [ImportOptions.Range?] =
      isFixed ? [said.range] : isGrey ? [.unit, .symmetric, .bytes] : ImportOptions.Range.allCases
    let colours: [ImportOptions.Colour?] = isGrey || said.colour != nil ? [said.colour] : [.rgb, .bgr]
    var ways: [ImportedModel] = []
    for range in ranges {
      for colour in colours {
        var options = said
        (options.range, options.colour) = (range, colour)
        ways.append(try ImportedModel(network, options: options))
      }
    }
    return ways
  }

  private func show(_ trial: ConventionTrial, _ ways: [ImportedModel]) {
    var table = Table(["pixels read as", "loss", "accuracy"])
    for row in trial.rows {
      table.add([
        ways[row.candidate].convention, fixed(row.loss, 3), percent(Double(row.right) / Double(trial.account.used)),
      ])
    }
    table.show()
    emit("")
  }

  private func chosen(_ trial: ConventionTrial, _ ways: [ImportedModel], _ labels: [String]) throws -> ImportedModel {
    guard !trial.rows.isEmpty else { throw Failure("the network gives no finite numbers, however pixels are read") }
    guard !trial.chance.mayBeChance else {
      throw Failure(
        """
        however pixels are read, the network does no better than always answering \
        '\(labels[trial.chance.commonest])' (\(percent(trial.chance.accuracy)) right): the order of --labels may be \
        another, --fit too, or the pictures are of something else
        """)
    }
    let fitting = trial.fitting.map { ways[$0.candidate].convention }
    guard fitting.count == 1 else {
      throw Failure(
        """
        on \(trial.account.used) pictures, these fit alike: \(fitting.joined(separator: "; ")). Give more pictures, or \
        say which with --range and --colour
        """)
    }
    return ways[trial.rows[0].candidate]
  }
}

extension ImportedModel {
  /// As a model that can be run.
  fileprivate var loaded: LoadedModel { quantized.map(LoadedModel.int8) ?? .float(model) }
}
