import Datasets
import Files
import Imaging
import Models
import Numerics
import Threads

/// A trained network that tells another what it sees, so that the other learns which classes resemble each other in a
/// picture (Hinton, Vinyals, Dean 2015).
///
/// It looks at each training picture once, as it is and mirrored, by its own rule: a network ten times as large would
/// otherwise cost several times the training itself at every step.
public struct Teacher: Sendable {
  /// Logits for pixels `[height, width, channels]`; used by one thread at a time.
  public typealias Runner = (_ pixels: [UInt8]) -> [Float]

  /// What its file says of it.
  let description: ModelDescription
  /// The SHA-256 of its weights.
  let hash: String
  private let makeRunner: @Sendable () throws -> Runner

  /// - Parameters:
  ///   - description: its preprocessing, its labels and its temperature.
  ///   - hash: the SHA-256 of its weights.
  ///   - makeRunner: makes what runs it, once for each thread.
  public init(_ description: ModelDescription, hash: String, makeRunner: @escaping @Sendable () throws -> Runner) {
    (self.description, self.hash, self.makeRunner) = (description, hash, makeRunner)
  }

  /// Puts what teachers say into what is known of a data set's training pictures: of several the mean of their
  /// probabilities, which is nearer to the truth than one alone.
  ///
  /// - Parameters:
  ///   - share: the share of the target that their probabilities make up, 0...1.
  ///   - threads: threads to compute with; the result does not depend on them.
  ///   - progress: called now and then with pictures done and their number, of all teachers together.
  /// - Throws: `TrainingError.data` for pictures that cannot be read, and where a teacher's classes are not the data's.
  public static func teach(
    _ dataset: inout Dataset, by teachers: [Teacher], share: Float, threads: Int,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    guard !teachers.isEmpty else { return }
    let count = dataset.training.count, classes = dataset.labels.count
    var sums = [[Float]](repeating: [Float](repeating: 0, count: classes), count: count)
    for (number, teacher) in teachers.enumerated() {
      let said = try teacher.answers(dataset, threads: threads) { done in
        progress(number * count + done, teachers.count * count)
      }
      for (index, said) in said.enumerated() {
        for place in said.indices { sums[index][place] += said[place] / Float(teachers.count) }
      }
    }
    for (index, said) in sums.enumerated() {
      let picture = dataset.training[index]
      let own = picture.votes?.shares ?? dataset.labels.indices.map { $0 == picture.label ? 1 : 0 }
      dataset.training[index].votes = Dataset.Votes(
        shares: zip(own, said).map { (1 - share) * $0 + share * $1 }, isDivided: picture.votes?.isDivided ?? false)
    }
    let hashes = teachers.map(\.hash).joined(separator: ", ")
    dataset.teacher =
      "\(percent(Double(share), 0)) of the target from "
      + (teachers.count == 1 ? "a network" : "\(teachers.count) networks") + " with weights \(hashes)"
    // Other targets, other weights: a checkpoint without the teacher does not fit.
    dataset.fingerprint = Array("\(dataset.fingerprint) taught \(share) by \(hashes)".utf8).withUnsafeBytes {
      SHA256.hex($0)
    }
  }

  /// The probabilities of the data's classes, in their order, for each training picture.
  private func answers(
    _ dataset: Dataset, threads: Int, progress: @Sendable (_ done: Int) -> Void
  ) throws -> [[Float]] {
    // Its outputs in the order of the data's classes.
    let order = dataset.labels.map { description.labels.firstIndex(of: $0) }
    guard description.labels.count == dataset.labels.count, !order.contains(nil) else {
      throw TrainingError.data(
        path: dataset.name,
        "its classes are \(dataset.labels.joined(separator: ", ")), the teacher's "
          + description.labels.joined(separator: ", "))
    }
    let runners = Locked(try (0..<threads).map { _ in OneThread(try makeRunner()) })
    let pictures = dataset.training
    let taught = Locked([[Float]](repeating: [], count: pictures.count))
    let failure = Locked<TrainingError?>(nil)
    let done = Locked(0)
    ThreadPool(threads: threads).run(pictures.count, inBlocksOf: 16) { block in
      let runner = runners.withLock { $0.removeLast() }
      defer { runners.withLock { $0.append(runner) } }
      for index in block {
        do throws(ImageError) {
          let said = try probabilities(of: pictures[index], runner.run)
          taught.withLock { $0[index] = order.map { said[$0!] } }
        } catch {
          failure.withLock { $0 = .data(path: pictures[index].name, "could be read before and now cannot: \(error)") }
          return
        }
      }
      done.withLock {
        $0 += block.count
        progress($0)
      }
    }
    if let error = failure.value { throw error }
    return taught.value
  }

  /// Lets a runner be handed from thread to thread: one at a time holds it.
  private struct OneThread: @unchecked Sendable {
    let run: Runner

    init(_ run: @escaping Runner) { self.run = run }
  }

  /// The mean of what it says of a picture and of its mirror image.
  private func probabilities(of picture: Dataset.Picture, _ run: Runner) throws(ImageError) -> [Float] {
    var input = try LabelledImage(picture, by: description.preprocessing).pixels
    let first = description.probabilities(logits: run(input))
    description.preprocessing.mirror(&input)
    let second = description.probabilities(logits: run(input))
    return zip(first, second).map { ($0 + $1) / 2 }
  }
}
