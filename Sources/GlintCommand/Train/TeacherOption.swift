import ArgumentParser
import Datasets
import FloatRuntime
import ModelFiles
import Models
import Training

/// `--teacher`: networks from whose probabilities the new one learns.
struct TeacherOption: ParsableArguments {
  @Option(
    name: .customLong("teacher"),
    help: ArgumentHelp(
      """
      A float model of the same classes, usually a larger one, of whose probabilities the network learns too. It reads \
      pictures by its own rule. May be repeated: the mean of several is nearer to the truth.
      """, valueName: "model"))
  var teachers: [String] = []

  @Option(name: .long, help: "The share of the target that the teachers' probabilities make up.")
  var teacherShare: Float = 0.6

  func validate() throws {
    guard (0...1).contains(teacherShare) else { throw ValidationError("--teacher-share takes a share from 0 to 1.") }
  }

  /// Lets the teachers look at the training pictures, where there are some.
  ///
  /// - Throws: `FormatError` for a file that is no model, `Failure` for one that is no float classifier,
  ///   `TrainingError` where its classes are others.
  func teach(_ dataset: inout Dataset, threads: Int, quiet: Bool) throws {
    guard !teachers.isEmpty else { return }
    let words = teachers.count == 1 ? "teacher" : "\(teachers.count) teachers"
    let bar = LockedProgress("Asking the \(words)", quiet: quiet)
    try Teacher.teach(&dataset, by: teachers.map(Self.open), share: teacherShare, threads: threads) {
      bar.update($0, of: $1)
    }
    bar.finish("The \(words) looked at \(dataset.training.count) pictures")
  }

  private static func open(_ path: String) throws -> Teacher {
    let model = try TrustOption.loadFloat(path)
    guard model.description.isClassifier else {
      throw Failure("--teacher \(path): is no classifier: name a float model that 'glint train' made")
    }
    return Teacher(model.description, hash: model.weightsSHA256) {
      let interpreter = try FloatInterpreter(model)
      return { interpreter.run(pixels: $0) }
    }
  }
}
