import Datasets
import Files
import Models
import Training

extension Train {
  /// Where faces are known from: as the model that is trained on has it, where it reads faces.
  func source(_ network: NetworkChoice) throws -> FaceSource {
    guard let description = network.start?.model.description, description.preprocessing.cropsToFaces else {
      return try faces.source()
    }
    return try faces.source(for: description)
  }

  /// Finds out what would be lost, before any work.
  func checkFiles() throws {
    var plan = OutputPlan()
    plan.read("the data", data)
    plan.read("--network", network)
    plan.read("--from", start.model)
    for path in teacher.teachers { plan.read("--teacher", path) }
    faces.note(in: &plan)
    try plan.write("-o", output, .floatModel)
    try plan.write("the checkpoint", output.map { _ in checkpointPath }, .checkpoint, isAsked: false)
    try plan.write("--report", report, .report)
    try plan.write("--show-augmentation", showAugmentation, .sheet)
    try plan.write("--prepare", prepare, .preparedPictures)
    try plan.check(force: force.force)
    if output != nil { try checkCheckpoint() }
  }

  private func checkCheckpoint() throws {
    let exists = FileSystem.exists(checkpointPath)
    if resume, !exists { throw Failure("\(checkpointPath): there is no checkpoint to resume from") }
    if !resume, exists {
      throw Failure(
        "\(checkpointPath): an earlier run was interrupted. Go on with --resume, or delete it to start anew")
    }
  }
}
