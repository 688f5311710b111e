import Datasets
import Files
import Imaging
import Models
import Numerics
import Threads

/// Networks that teach together. The mean of their probabilities counts, which is nearer to the truth than one.
public struct Teachers: Sendable {
  let teachers: [Teacher]
  /// How much of the loss is what is left between their answer and the network's, 0...1.
  let share: Float

  /// At least one teacher, and the share of the target that their probabilities make up, 0...1.
  public init(_ teachers: [Teacher], share: Float) { (self.teachers, self.share) = (teachers, share) }

  /// Whether each can look at pictures that became inputs by this rule.
  public func canRead(_ preprocessing: Preprocessing) -> Bool {
    teachers.allSatisfy { $0.description.preprocessing == preprocessing }
  }

  /// Lets each look at every training picture, as it is and mirrored, by its own rule.
  ///
  /// - Parameters:
  ///   - threads: threads to compute with; the result does not depend on them.
  ///   - progress: called now and then with pictures done and their number, of all teachers together.
  /// - Throws: `TrainingError.data` for pictures that cannot be read, and where a teacher's classes are not the data's.
  public func look(
    at dataset: inout Dataset, threads: Int,
    progress: @escaping @Sendable (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws {
    let count = dataset.training.count
    var sums = [[Float]](repeating: [Float](repeating: 0, count: dataset.labels.count), count: count)
    for (number, teacher) in teachers.enumerated() {
      let said = try teacher.answers(dataset, threads: threads) { done in
        progress(number * count + done, teachers.count * count)
      }
      for (index, said) in said.enumerated() {
        for place in said.indices { sums[index][place] += said[place] / Float(teachers.count) }
      }
    }
    for (index, said) in sums.enumerated() { dataset.training[index].taught = said }
    sign(&dataset, how: "")
  }

  /// Writes into a data set that they look at each picture as it is learned.
  func accompany(_ dataset: inout Dataset) { sign(&dataset, how: ", which look at every picture as it is learned") }

  private func sign(_ dataset: inout Dataset, how: String) {
    let hashes = teachers.map(\.hash).joined(separator: ", ")
    let who = teachers.count == 1 ? "a network" : "\(teachers.count) networks"
    let verb = teachers.count == 1 ? how.replacing("look", with: "looks") : how
    dataset.teachersShare = share
    dataset.teacher = "\(percent(Double(share), 0)) of the target from \(who) with weights \(hashes)\(verb)"
    // Other targets, other weights: a checkpoint without the teachers does not fit.
    dataset.fingerprint = Array("\(dataset.fingerprint) taught \(share) by \(hashes)\(how)".utf8).withUnsafeBytes {
      SHA256.hex($0)
    }
  }
}

extension Teacher {
  /// The probabilities of the data's classes, in their order, for each training picture.
  fileprivate func answers(
    _ dataset: Dataset, threads: Int, progress: @Sendable (_ done: Int) -> Void
  ) throws -> [[Float]] {
    let order = try order(of: dataset.labels, in: dataset.name)
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
          taught.withLock { $0[index] = order.map { said[$0] } }
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
