import ArgumentParser
import Datasets
import Imaging
import ModelFiles
import Models
import Teaching

/// `glint features`: what a model knows of general pictures, stored without them.
struct FeaturesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "features",
    abstract: "Store what an int8 model knows of general pictures, for 'glint teach'.",
    discussion: """
      Runs pictures through an int8 classifier and stores what its last layer reads of each, a hundred bytes or so, \
      with its class, and no picture. 'glint teach' learns from these features beside somebody's own pictures, so that \
      the model stays good for others, and is judged by some that it did not learn from. Pictures of the training part \
      are learned from, those of the validation part choose, those of the test part judge.

      It finds the file where it stands beside the model: NAME.int8.safetensors and NAME.features.safetensors.

      Examples:
        glint features faces.int8.safetensors photos -o faces.features.safetensors
        glint features faces.int8.safetensors ferplus rafdb \\
          --classes happy=happiness,sad=sadness,neutral \\
          --count 2000 -o faces.features.safetensors
      """)

  @Argument(help: "The int8 model.")
  var model: String

  @Argument(help: "Folders of class folders; all that hold every class of the model serve best.")
  var data: [String]

  @Option(name: [.short, .long], help: "The file to write.")
  var output: String

  @Option(name: .long, help: "The most pictures of each part.")
  var count = 1500

  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var split: SplitOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (1...100_000).contains(count) else { throw ValidationError("--count takes a number from 1 to 100000.") }
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("the data", data)
    try plan.write("-o", output, .features)
    try plan.check(force: force.force)
    let int8 = try faces.trust.loadQuantized(model)
    let reader = try FeatureReader(int8)
    let dataset = try readDataset(
      data, classes: try classes.names(for: int8.description), faces: try faces.source(for: int8.description),
      split: split.shares, for: int8.description, use: .evaluation, threads: threads.count, quiet: quiet.quiet)
    tell(dataset.account, quiet: quiet.quiet)
    var table = FeatureTable(int8, count: reader.count)
    var bar = Progress("Looking at pictures", quiet: quiet.quiet)
    let parts: [(FeatureTable.Part, [Dataset.Picture])] = [
      (.training, dataset.training), (.validation, dataset.validation), (.test, dataset.test),
    ]
    // What voters were divided about teaches nobody.
    let chosen = parts.map { ($0, $1.filter { !($0.votes?.isDivided ?? false) }.spread(count)) }
    let all = chosen.reduce(0) { $0 + $1.1.count }
    for (part, pictures) in chosen {
      for picture in pictures {
        let image = try LabelledImage(picture, by: int8.description.preprocessing)
        table.add(reader.codes(image.pixels), label: picture.label, part: part)
        bar.update(table.classes.count, of: all)
      }
    }
    bar.finish("\(all) pictures, \(reader.count) numbers of each")
    try table.write(to: output)
  }
}
