import ArgumentParser
import Datasets
import Files
import Inference
import ModelFiles
import Models
import Training

/// `--teacher`: networks from whose probabilities the new one learns.
struct TeacherOption: ParsableArguments {
  @Option(
    name: .customLong("teacher"),
    help: ArgumentHelp(
      """
      A model of the same classes, float or int8, usually a larger one, of whose probabilities the network learns too. \
      May be repeated: the mean of several is nearer to the truth. Where all read pictures as the network does, they \
      look at each as it is learned, changes and all; otherwise once at each as it is, by their own rule.
      """, valueName: "model"))
  var teachers: [String] = []

  @Option(name: .long, help: "The share of the target that the teachers' probabilities make up (default: 0.6).")
  var teacherShare: Float?

  func validate() throws {
    guard (0...1).contains(teacherShare ?? 0) else {
      throw ValidationError("--teacher-share takes a share from 0 to 1.")
    }
    guard teacherShare == nil || !teachers.isEmpty else {
      throw ValidationError("--teacher-share goes with --teacher.")
    }
  }

  /// The teachers, nil where none are named.
  ///
  /// - Throws: `FormatError` for a file that is no classifier.
  func open() throws -> Teachers? {
    teachers.isEmpty ? nil : Teachers(try teachers.map(Self.open), share: teacherShare ?? 0.6)
  }

  /// Lets teachers look at the training pictures as they are.
  ///
  /// - Throws: `TrainingError` where a teacher's classes are others.
  func look(_ opened: Teachers, at dataset: inout Dataset, threads: Int, quiet: Bool) throws {
    let words = teachers.count == 1 ? "teacher" : "\(teachers.count) teachers"
    let bar = LockedProgress("Asking the \(words)", quiet: quiet)
    try opened.look(at: &dataset, threads: threads) { bar.update($0, of: $1) }
    bar.finish("The \(words) looked at \(dataset.training.count) pictures")
  }

  private static func open(_ path: String) throws -> Teacher {
    try TrustOption.checkKind(path)
    let model = try ModelFile.loadClassifier(path)
    let hash =
      switch model {
      case .float(let float): float.weightsSHA256
      case .int8: SHA256.hex(of: try MappedFile(path: path))
      }
    return Teacher(model.description, hash: hash) {
      let runner = try ModelRunner(model, threads: 1)
      return { runner.logits($0) }
    }
  }
}
