import Datasets
import Evaluation
import Foundation
import Imaging
import Models
import Numerics
import TestSupport
import Testing
import Threads
import Training

/// Learning from how likely each class is: votes, a teacher, weights that balance sources.
@Suite struct SharesTests {
  /// The pictures of `TrainingLoopTests`, of which voters are as sure as they are told.
  private static func dataset(_ shares: (Dataset.Picture) -> [Float]?) -> Dataset {
    var dataset = TrainingLoopTests.dataset()
    for index in dataset.training.indices {
      dataset.training[index].votes = shares(dataset.training[index]).map { .init(shares: $0, isDivided: false) }
    }
    return dataset
  }

  private static func trained(
    _ dataset: Dataset, _ checkpoints: CheckpointOptions? = nil, stopAfter: Int = .max,
    change: (inout TrainingRecipe) -> Void = { _ in }
  ) throws -> TrainingLoop {
    var recipe = TrainingRecipe()
    (recipe.epochs, recipe.batch, recipe.patience, recipe.augmentation) = (3, 17, 0, .none)
    change(&recipe)
    let loop = try TrainingLoop(
      Architecture(Graph.happySad(input: [24, 24, 3])), dataset: dataset, preprocessing: .init(width: 24, height: 24),
      recipe: recipe, threads: 2)
    var batches = 0
    _ = try loop.run(
      checkpoints: checkpoints, isCancelled: { batches >= stopAfter },
      observe: { if case .batch = $0 { batches += 1 } })
    return loop
  }

  /// Votes that all agree are labels, to the bit; divided ones give other weights, and doubt.
  @Test func votesThatAgreeAreLabels() throws {
    let labels = try TrainingLoopTests.hash(Self.trained(Self.dataset { _ in nil }))
    let sure = try TrainingLoopTests.hash(Self.trained(Self.dataset { $0.label == 0 ? [1, 0] : [0, 1] }))
    #expect(sure == labels)
    let doubting = try Self.trained(Self.dataset { $0.label == 0 ? [0.7, 0.3] : [0.3, 0.7] }) { $0.epochs = 40 }
    #expect(try TrainingLoopTests.hash(doubting) != labels)
    let said = try doubting.evaluate(doubting.dataset.test).predictions.map { $0.probabilities[$0.label] }
    let mean = said.reduce(0, +) / Double(said.count)
    #expect((0.6...0.8).contains(mean), "told 0.7, says \(mean)")
  }

  @Test func votesResumeToTheSameWeights() throws {
    let folder = try TemporaryFolder()
    let data = Self.dataset { $0.label == 0 ? [0.7, 0.3] : [0.2, 0.8] }
    let whole = try Self.trained(data) { $0.balancesSources = true }
    let path = folder.path("c.checkpoint")
    _ = try Self.trained(data, .init(path: path), stopAfter: 7) { $0.balancesSources = true }
    let rest = try Self.trained(data, .init(path: path, resumes: true)) { $0.balancesSources = true }
    #expect(try TrainingLoopTests.hash(rest) == TrainingLoopTests.hash(whole))
    let error = caught(TrainingError.self) { try Self.trained(data, .init(path: path, resumes: true)) }
    #expect("\(try #require(error))".contains("was made with other options"))
  }

  /// Three sources of three classes, the last of which lacks one.
  private static func sources() -> Dataset {
    var dataset = Dataset(
      name: "x", labels: ["a", "b", "c"], training: [], validation: [], test: [], splitDescription: "")
    dataset.origins = ["one", "two", "three"]
    dataset.originClasses = [[0, 1, 2], [0, 1, 2], [0, 2]]
    let counts = [[60, 20, 20], [10, 40, 50], [95, 0, 5]]
    let grey = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    for (origin, own) in counts.enumerated() {
      for (label, count) in own.enumerated() {
        dataset.training += (0..<count).map { _ in
          .init(name: "", label: label, source: .image(grey), origin: origin)
        }
      }
    }
    return dataset
  }

  private static func sums(_ dataset: Dataset, _ balance: Balance) -> [[Double]] {
    dataset.origins.indices.map { origin in
      dataset.labels.indices.map { label in
        dataset.training.filter { $0.origin == origin && $0.label == label }.reduce(0) { $0 + balance.weight(of: $1) }
      }
    }
  }

  @Test func balancedSourcesHaveTheSharesOfAll() {
    let dataset = Self.sources()
    let sums = Self.sums(dataset, Balance(dataset, classes: false, sources: true))
    // 165, 60 and 75 of 300 in all; the last source lacks the second class.
    for source in sums.prefix(2) {
      for (sum, share) in zip(source, [0.55, 0.2, 0.25]) { #expect(abs(sum - 100 * share) < 1e-9) }
    }
    #expect(abs(sums[2][0] - 100 * 165 / 240) < 1e-9 && sums[2][1] == 0)
    let equal = Self.sums(dataset, Balance(dataset, classes: true, sources: true))
    for source in equal.prefix(2) { for sum in source { #expect(abs(sum - 100.0 / 3) < 1e-9) } }
    // Five pictures that would have to count for fifty.
    #expect(abs(equal[2][0] - 50) < 1e-9 && equal[2][2] == 5 * Balance.most)
    let classes = Self.sums(dataset, Balance(dataset, classes: true, sources: false))
    for label in 0..<3 { #expect(abs(classes.reduce(0) { $0 + $1[label] } - 100) < 1e-3) }
    let plain = Self.sums(dataset, Balance(dataset, classes: false, sources: false))
    #expect(plain == [[60, 20, 20], [10, 40, 50], [95, 0, 5]])
  }

  @Test func aPictureWithVotesWeighsTheMeanOfItsClasses() {
    var dataset = Self.sources()
    let balance = Balance(dataset, classes: false, sources: true)
    let (a, b) = (balance.weight(of: dataset.training[0]), balance.weight(of: dataset.training[70]))
    dataset.training[0].votes = .init(shares: [0.25, 0.75, 0], isDivided: false)
    #expect(abs(balance.weight(of: dataset.training[0]) - (0.25 * a + 0.75 * b)) < 1e-6)
  }

  /// Its classes in another order, its input of another size and colour; what it says is mixed in by its share.
  @Test func aTeacherSharesWhatItSees() throws {
    let own = TrainingLoopTests.dataset()
    var description = ModelDescription(
      graph: Graph.happySad(input: [30, 32, 1]), preprocessing: .init(width: 32, height: 30, colour: .grey),
      labels: ["dark", "bright"])
    description.temperature = 2
    let taught = try [1, 3].map { threads in
      var dataset = own
      // Which side is lighter: a mirrored picture says the opposite, so that the mean is even.
      let teacher = Teacher(description, hash: "abc") {
        { pixels in
          let left = (0..<30).reduce(0) { sum, y in sum + (0..<16).reduce(0) { $0 + Int(pixels[y * 32 + $1]) } }
          let all = pixels.reduce(0) { $0 + Int($1) }
          return [2 * left > all ? 6 : -6]
        }
      }
      try Teachers([teacher], share: 0.6).look(at: &dataset, threads: threads)
      return dataset
    }
    #expect(taught[0].training.map(\.taught) == taught[1].training.map(\.taught))
    #expect(taught[0].fingerprint == taught[1].fingerprint && taught[0].fingerprint != own.fingerprint)
    #expect(taught[0].teacher == "60 % of the target from a network with weights abc")
    #expect(taught[0].teachersShare == 0.6)
    for picture in taught[0].training {
      let shares = try #require(picture.taught)
      #expect(abs(shares[0] - 0.5) < 1e-6 && abs(shares[1] - 0.5) < 1e-6 && picture.votes == nil)
    }
    #expect(taught[0].validation.allSatisfy { $0.taught == nil })
    description.labels = ["dark", "blue"]
    var dataset = own
    #expect(throws: TrainingError.self) {
      try Teachers([Teacher(description, hash: "abc") { { _ in [0] } }], share: 0.6).look(at: &dataset, threads: 1)
    }
  }

  /// A teacher's own order of classes is not the data's.
  @Test func aTeachersClassesAreTakenByName() throws {
    var dataset = TrainingLoopTests.dataset()
    let description = ModelDescription(
      graph: Graph.happySad(input: [30, 32, 1]), preprocessing: .init(width: 32, height: 30, colour: .grey),
      labels: ["dark", "bright"])
    try Teachers([Teacher(description, hash: "abc") { { _ in [-40] } }], share: 1).look(at: &dataset, threads: 1)
    #expect(dataset.training.allSatisfy { $0.taught![1] > 0.999 })
  }

  /// Two that are sure of different things: a half each, in either order.
  @Test func severalTeachersCountAlike() throws {
    let labels = TrainingLoopTests.dataset().labels
    let description = ModelDescription(
      graph: Graph.happySad(input: [30, 32, 1]), preprocessing: .init(width: 32, height: 30, colour: .grey),
      labels: labels)
    let sure = [Float(40), -40].map { logit in Teacher(description, hash: "\(logit)") { { _ in [logit] } } }
    for teachers in [sure, sure.reversed()] {
      var dataset = TrainingLoopTests.dataset()
      let told = Locked<[Int]>([])
      try Teachers(teachers, share: 0.8).look(at: &dataset, threads: 2) { done, of in
        told.withLock { $0 += [done, of] }
      }
      for picture in dataset.training {
        let shares = try #require(picture.taught)
        #expect(abs(shares[0] - 0.5) < 1e-5 && abs(shares[1] - 0.5) < 1e-5)
      }
      #expect(dataset.teacher?.contains("from 2 networks with weights") == true)
      #expect(told.value.max() == 2 * dataset.training.count)
    }
  }

  /// A teacher that says which half of a picture is brighter, trained beside with changed pictures.
  private static func watched(
    threads: Int, _ seen: Locked<Set<[UInt8]>>, _ checkpoints: CheckpointOptions? = nil, stopAfter: Int = .max
  ) throws -> TrainingLoop {
    let description = ModelDescription(
      graph: Graph.happySad(input: [24, 24, 3]), preprocessing: .init(width: 24, height: 24),
      labels: ["dark", "bright"])
    let teacher = Teacher(description, hash: "abc") {
      { pixels in
        seen.withLock { _ = $0.insert(pixels) }
        let (first, all) = (pixels.prefix(864).reduce(0) { $0 + Int($1) }, pixels.reduce(0) { $0 + Int($1) })
        return [2 * first > all ? 3 : -3]
      }
    }
    var recipe = TrainingRecipe()
    (recipe.epochs, recipe.batch, recipe.patience) = (2, 17, 0)
    recipe.augmentation = Augmentation.Level.light.augmentation
    let loop = try TrainingLoop(
      Architecture(Graph.happySad(input: [24, 24, 3])), dataset: TrainingLoopTests.dataset(),
      preprocessing: .init(width: 24, height: 24), recipe: recipe, threads: threads,
      teachers: Teachers([teacher], share: 0.5))
    var batches = 0
    _ = try loop.run(
      checkpoints: checkpoints, isCancelled: { batches >= stopAfter },
      observe: { if case .batch = $0 { batches += 1 } })
    return loop
  }

  /// It sees each picture of each epoch as the network does, and the weights depend neither on threads nor on a break.
  @Test func aTeacherLooksAtEachPictureAsItIsLearned() throws {
    let seen = Locked<Set<[UInt8]>>([])
    let whole = try Self.watched(threads: 1, seen)
    #expect(seen.value.count == 2 * whole.dataset.training.count)
    let hash = try TrainingLoopTests.hash(whole)
    #expect(try TrainingLoopTests.hash(Self.watched(threads: 3, seen)) == hash)
    #expect(seen.value.count == 2 * whole.dataset.training.count)
    let folder = try TemporaryFolder()
    let path = folder.path("c.checkpoint")
    _ = try Self.watched(threads: 2, seen, .init(path: path), stopAfter: 7)
    #expect(try TrainingLoopTests.hash(Self.watched(threads: 2, seen, .init(path: path, resumes: true))) == hash)
    let said = "50 % of the target from a network with weights abc, which looks at every picture as it is learned"
    #expect(whole.dataset.teacher == said)
    let alone = try Self.trained(TrainingLoopTests.dataset()) {
      ($0.epochs, $0.augmentation) = (2, Augmentation.Level.light.augmentation)
    }
    #expect(try TrainingLoopTests.hash(alone) != hash)
  }

  /// One that reads pictures otherwise cannot look at what the network gets.
  @Test func aTeacherOfAnotherSizeCannotLookAlong() throws {
    let description = ModelDescription(
      graph: Graph.happySad(input: [30, 32, 1]), preprocessing: .init(width: 32, height: 30, colour: .grey),
      labels: ["dark", "bright"])
    let teachers = Teachers([Teacher(description, hash: "abc") { { _ in [0] } }], share: 0.5)
    #expect(!teachers.canRead(.init(width: 24, height: 24)))
    #expect(throws: TrainingError.self) {
      try TrainingLoop(
        Architecture(Graph.happySad(input: [24, 24, 3])), dataset: TrainingLoopTests.dataset(),
        preprocessing: .init(width: 24, height: 24), recipe: TrainingRecipe(), threads: 1, teachers: teachers)
    }
  }
}
