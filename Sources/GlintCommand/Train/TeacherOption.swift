import ArgumentParser
import Datasets
import FloatRuntime
import ModelFiles
import Models
import Training

/// `--teacher`: a larger network from whose probabilities the new one learns.
struct TeacherOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      A float model of the same classes, usually a larger one, of whose probabilities the network learns too. It reads \
      pictures by its own rule.
      """, valueName: "model"))
  var teacher: String?

  @Option(name: .long, help: "The share of the target that the teacher's probabilities make up.")
  var teacherShare: Float = 0.6

  func validate() throws {
    guard (0...1).contains(teacherShare) else { throw ValidationError("--teacher-share takes a share from 0 to 1.") }
  }

  /// Lets the teacher look at the training pictures, where there is one.
  ///
  /// - Throws: `FormatError` for a file that is no model, `Failure` for one that is no float classifier,
  ///   `TrainingError` where its classes are others.
  func teach(_ dataset: inout Dataset, threads: Int, quiet: Bool) throws {
    guard let teacher else { return }
    let model = try FloatModel.load(teacher)
    guard model.description.isClassifier else {
      throw Failure("--teacher \(teacher): is no classifier: name a float model that 'glint train' made")
    }
    let bar = LockedProgress("Asking the teacher", quiet: quiet)
    try Teacher(model.description, hash: model.weightsSHA256, share: teacherShare) {
      let interpreter = try FloatInterpreter(model)
      return { interpreter.run(pixels: $0) }
    }.teach(&dataset, threads: threads) { bar.update($0, of: $1) }
    bar.finish("The teacher looked at \(dataset.training.count) pictures")
  }
}
