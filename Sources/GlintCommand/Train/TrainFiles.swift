import Files

extension Train {
  /// Finds out what would be lost, before any work.
  func checkFiles() throws {
    var plan = OutputPlan()
    plan.read("the data", data)
    plan.read("--network", network)
    plan.read("--teacher", teacher.teacher)
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
