import ArgumentParser
import Datasets
import Evaluation
import Files
import Imaging
import Inference
import ModelFiles
import Models
import Reports

/// `glint doctor`: what is wrong with data, with the way in which a model is fed, or with cameras.
struct Doctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check a data set, how a model is fed, or the cameras.",
    discussion: """
      Folders may be named without 'data'; one that is called 'camera' is './camera'.

      Examples:
        glint doctor photos
        glint doctor photos --model face.int8.safetensors
        glint doctor data --help
        glint doctor camera
      """,
    subcommands: [DataDoctor.self, CameraDoctor.self], defaultSubcommand: DataDoctor.self)
}

/// `glint doctor data`: what is wrong with data, or with the way in which a model is fed.
struct DataDoctor: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data",
    abstract: "Check a data set: copies, leaks, contradictions, damage, shortcuts; or how a model is fed.",
    discussion: """
      Looks at every picture of the folders and says what would spoil training or make its figures untrue, and what \
      to do: files that do not decode, copies, parts that leak, one photo under two labels, exchanged colours, and \
      anything but the picture's contents that tells the classes apart, such as grey, black borders, size or source.

      With --model it runs that model over the pictures as its file says and with each of the common mistakes \
      (colours exchanged, range, crop, aspect, video range), and says which of them would explain a bad accuracy. \
      --seen names the accuracy that another program reaches with the same model and pictures: what would give that \
      is named.

      The exit status is 1 where something serious was found, so that scripts can stop.

      Examples:
        glint doctor photos
        glint doctor photos facecrops --report checkup.html
        glint doctor photos --json > checkup.json
        # votes/index.csv: file,happiness,sadness
        glint doctor votes photos --classes happy=happiness,sad=sadness
        glint doctor photos --model face.int8.safetensors --seen 61
      """)

  @Argument(help: "The folder of class folders, or several with the same classes.")
  var data: [String]

  @Option(name: .long, help: "A model to feed with the common mistakes.")
  var model: String?

  @Option(name: .long, help: "With --model: the accuracy seen elsewhere, in percent.")
  var seen: Double?

  @Option(name: .long, help: "With --model: how many of the pictures to use at most (default: 400).")
  var images: Int?

  @Option(name: .long, help: "Write an HTML page with the worst pictures to this file.")
  var report: String?

  @OptionGroup var classes: ClassesOption
  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard images ?? 1 > 0 else { throw ValidationError("--images takes a number from 1.") }
    guard (0...100).contains(seen ?? 0) else { throw ValidationError("--seen takes a percentage from 0 to 100.") }
    guard model != nil || seen == nil && images == nil else {
      throw ValidationError("--seen and --images go with --model.")
    }
    guard model != nil || !faces.areSought else {
      throw ValidationError("--faces and --faces-in go with --model: a check-up looks at the pictures as they are.")
    }
    guard model != nil || faces.detector == nil else { throw FaceSourceOption.unusedDetector }
    guard report == nil || model == nil else { throw ValidationError("--report is of the data, without --model.") }
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("the data", data)
    faces.note(in: &plan)
    plan.read("the model", model)
    try plan.write("--report", report, .report)
    try plan.check(force: force.force)
    try FileArguments.checkFolders(data, wanting: FileArguments.classFolders)
    if let model { try checkModel(model) } else { try checkData() }
  }

  private func checkData() throws {
    let bar = LockedProgress("Looking at pictures", quiet: quiet.quiet || json.json)
    let checkup = try Checkup(
      folders: data, classes: try classes.names(), boxes: faces.boxes.boxes, threads: threads.count
    ) { bar.update($0, of: $1) }
    bar.finish("\(checkup.pictures.count) pictures")
    tell(checkup.account, quiet: quiet.quiet || json.json)
    if let report { try CheckupPage.page(checkup).page.write(to: report) }
    if json.json {
      emitWhole(try jsonLine(CheckupFacts(checkup)))
    } else {
      CheckupText(checkup).show()
      if let report { emit("\nReport: \(report)") }
    }
    if !json.json, !quiet.quiet, checkup.severity != .serious {
      NextCommand.show(["train"] + data + classes.words + ["-o", "faces.safetensors"])
    }
    if checkup.severity == .serious { throw ExitCode(1) }
  }

  private func checkModel(_ path: String) throws {
    let loaded = try faces.trust.loadClassifier(path)
    let runner = try ModelRunner(loaded, threads: threads.count)
    let source = try faces.source(checking: loaded.description)
    var (pictures, searches, account) = try Dataset.pictures(
      in: data, faces: source, classes: try classes.names(for: loaded.description))
    let most = images ?? 400
    account.notNeeded += pictures.count - min(most, pictures.count)
    pictures = pictures.spread(most)
    let isQuiet = quiet.quiet || json.json
    let rule = loaded.description.preprocessing
    var progress = Progress("Feeding the model", quiet: isQuiet)
    let check = try DeploymentCheck(
      runner, pictures: pictures, searches: searches
    ) { progress.update($0, of: $1) }
    progress.finish("\(check.pictures) pictures, \(check.rows.count) mistakes")
    account.add(check.account)
    tell(account, quiet: isQuiet)
    if !isQuiet {
      AppliedRule.say(rule, source, cropped: check.cropped, whole: check.pictures - check.cropped)
    }
    let text = DeploymentText(
      check, seen: seen.map { $0 / 100 }, account: account,
      isOverridden: !AppliedRule.holds(rule, source, whole: check.pictures - check.cropped))
    if json.json { emitWhole(try jsonLine(text.facts)) } else { text.show() }
    if !check.explanations.isEmpty { throw ExitCode(1) }
  }
}
