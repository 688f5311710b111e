import Datasets
import Models
import Threads

/// Teachers beside a network that learns: what they say of a picture that became an input.
package final class TeachersAtWork: Sendable {
  /// Runs each teacher, for one thread at a time, which takes it and gives it back.
  private struct Panel: @unchecked Sendable {
    let runners: [Teacher.Runner]
  }

  private let teachers: [(description: ModelDescription, order: [Int])]
  private let share: Float
  private let free: Locked<[Panel]>

  /// - Parameter threads: how many threads may ask at a time.
  /// - Throws: `TrainingError.data` where a teacher's classes are not the data's, or what makes its runner.
  init(_ teachers: Teachers, dataset: Dataset, threads: Int) throws {
    self.teachers = try teachers.teachers.map {
      ($0.description, try $0.order(of: dataset.labels, in: dataset.name))
    }
    share = teachers.share
    free = Locked(try (0..<threads).map { _ in Panel(runners: try teachers.teachers.map { try $0.makeRunner() }) })
  }

  /// The mean of their probabilities for pixels `[height, width, channels]`.
  func answer(_ pixels: UnsafeBufferPointer<UInt8>) -> Truth.Taught {
    let panel = free.withLock { $0.removeLast() }
    defer { free.withLock { $0.append(panel) } }
    let input = Array(pixels)
    var sum = [Float](repeating: 0, count: teachers[0].order.count)
    for (teacher, run) in zip(teachers, panel.runners) {
      let said = teacher.description.probabilities(logits: run(input))
      for (place, output) in teacher.order.enumerated() { sum[place] += said[output] / Float(teachers.count) }
    }
    return .init(shares: sum, weight: share)
  }
}
