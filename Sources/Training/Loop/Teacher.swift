import Models

/// A trained network that tells another what it sees, so that the other learns which classes resemble each other in a
/// picture (Hinton, Vinyals, Dean 2015).
///
/// One that reads pictures as the network does that learns looks at each as it is learned, changes and all: told of
/// that very picture, and of a new one each time, the network learns more (Beyer et al. 2022, "Knowledge distillation:
/// a good teacher is patient and consistent"). Any other looks at each picture once, as it is and mirrored, by its own
/// rule.
public struct Teacher: Sendable {
  /// Logits for pixels `[height, width, channels]`; used by one thread at a time.
  public typealias Runner = (_ pixels: [UInt8]) -> [Float]

  /// What its file says of it.
  let description: ModelDescription
  /// The SHA-256 of its weights.
  let hash: String
  let makeRunner: @Sendable () throws -> Runner

  /// - Parameters:
  ///   - description: its preprocessing, its labels and its temperature.
  ///   - hash: the SHA-256 of its weights.
  ///   - makeRunner: makes what runs it, once for each thread.
  public init(_ description: ModelDescription, hash: String, makeRunner: @escaping @Sendable () throws -> Runner) {
    (self.description, self.hash, self.makeRunner) = (description, hash, makeRunner)
  }

  /// The number of its output for each of some classes.
  ///
  /// - Throws: `TrainingError.data` where its classes are others.
  func order(of labels: [String], in name: String) throws(TrainingError) -> [Int] {
    let order = labels.compactMap { description.labels.firstIndex(of: $0) }
    guard order.count == labels.count, description.labels.count == labels.count else {
      throw .data(
        path: name,
        "its classes are \(labels.joined(separator: ", ")), the teacher's "
          + description.labels.joined(separator: ", "))
    }
    return order
  }
}
