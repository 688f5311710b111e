import Datasets
import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

/// Checkpoints that were damaged, come from elsewhere, or say what no training writes.
@Suite struct CheckpointTests {
  /// A training of 3 epochs of 5 batches, stopped after 7 batches: in the second epoch.
  private static func stopped(_ folder: TemporaryFolder) throws -> String {
    let path = folder.path("c.checkpoint")
    var batches = 0
    _ = try TrainingLoopTests.loop().run(
      checkpoints: .init(path: path), isCancelled: { batches >= 7 },
      observe: { if case .batch = $0 { batches += 1 } })
    return path
  }

  private static func resume(_ path: String) throws -> TrainingLoop {
    let loop = try TrainingLoopTests.loop()
    _ = try loop.run(checkpoints: .init(path: path, resumes: true))
    return loop
  }

  private static func refusal(_ path: String) -> String? {
    guard case .checkpoint(_, let reason)? = caught(TrainingError.self, { try resume(path) }) else { return nil }
    return reason
  }

  @Test func aRewrittenOneIsGoneOnFrom() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let whole = try TrainingLoopTests.loop()
    _ = try whole.run()
    let copy = folder.path("copy.checkpoint")
    try rewriteCheckpoint(path, to: copy)
    #expect(try TrainingLoopTests.hash(Self.resume(copy)) == TrainingLoopTests.hash(whole))
  }

  /// Whoever knows the format can write any shape with the right checksum.
  @Test func tensorsOfOtherShapesAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    let changes = try tensorChanges(path)
    #expect(changes.count > 100)
    for (what, change) in changes {
      try rewriteCheckpoint(path, to: copy, tensors: change)
      #expect(Self.refusal(copy) != nil, "\(what)")
    }
  }

  @Test func everyFlippedBitIsFound() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    try withFlippedBits(path, in: folder) { copy, byte in #expect(Self.refusal(copy) != nil, "byte \(byte)") }
  }

  @Test func numbersThatCannotBeAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    func changed(_ key: String, _ value: Any) -> (inout [String: Any]) -> Void { { $0[key] = value } }
    func record(_ key: String, _ value: Any) -> (inout [String: Any]) -> Void {
      {
        var history = $0["history"] as! [[String: Any]]
        history[0][key] = value
        $0["history"] = history
      }
    }
    let cases: [(String, (inout [String: Any]) -> Void)] = [
      ("epoch -1", changed("epoch", -1)), ("epoch 2", changed("epoch", 2)), ("epoch", changed("epoch", Int.max)),
      ("batch -1 of 5", changed("batch", -1)), ("batch 6 of 5", changed("batch", 6)),
      ("batch", changed("batch", Int.max)), ("batch", changed("batch", Int.min)),
      ("step -1", changed("step", -1)), ("step 8", changed("step", 8)), ("step", changed("step", Int.max)),
      ("pictures seen", changed("seen", 33)), ("pictures seen", changed("seen", -34)),
      ("labelled rightly", changed("correct", 35)), ("labelled rightly", changed("correct", -1)),
      ("best epoch is 2", changed("bestEpoch", 2)), ("best epoch is -1", changed("bestEpoch", -1)),
      ("best epoch is 0", changed("bestEpoch", 0)), ("best loss", changed("bestLoss", 0.25)),
      ("best loss", { $0["bestLoss"] = nil }),
      ("epoch 1", changed("history", [Any]())), ("figures of epoch 1", record("epoch", 2)),
      ("figures of epoch 1", record("accuracy", 1.5)), ("figures of epoch 1", record("validationAccuracy", -0.5)),
      ("no checkpoint", changed("lossSum", "NaN")), ("no checkpoint", changed("step", 1.5)),
      ("no checkpoint", { $0["kind"] = "glint-detection-checkpoint-3" }),
      ("no checkpoint", { $0["network"] = nil }), ("another network", changed("network", "input [24, 24, 3]")),
      ("other data", changed("fingerprint", "of other data")),
    ]
    let copy = folder.path("copy.checkpoint")
    for (phrase, change) in cases {
      try rewriteCheckpoint(path, to: copy, state: change)
      let reason = Self.refusal(copy)
      #expect(reason?.contains(phrase) == true, "\(phrase): \(reason ?? "accepted")")
    }
  }

  /// What is accepted must be a training that can go on, and whatever is refused must be refused in words.
  @Test func anyNumberIsRefusedOrGoneOnFrom() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    let changes = try numberChanges(path)
    #expect(changes.count > 150)
    var accepted: Set<Substring> = []
    for (place, change) in changes {
      try rewriteCheckpoint(path, to: copy, state: change)
      let loop = try TrainingLoopTests.loop()
      do { #expect(try loop.run(checkpoints: .init(path: copy, resumes: true)) == .completed, "\(place)") } catch {
        guard let error = error as? TrainingError, case .checkpoint = error else { throw error }
        continue
      }
      accepted.insert(place.prefix { $0 != " " })
    }
    // The recipe's patience and epochs may change; the others are figures that nothing is computed from.
    let harmless: Set<Substring> = [
      ".recipe.patience", ".recipe.epochs", ".lossSum", ".history[0].loss", ".history[0].imagesPerSecond",
      ".history[0].accuracy", ".history[0].validationAccuracy",
    ]
    #expect(accepted.isSubset(of: harmless), "\(accepted.subtracting(harmless))")
  }

  @Test func lossesAndWeightsThatAreNoNumbersAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    for (group, value) in [
      ("weights/", Float.nan), ("best/", .infinity), ("first/", .infinity), ("second/", .nan), ("second/", -1),
    ] {
      try rewriteCheckpoint(path, to: copy, tensor: { if $0.hasPrefix(group) { $1[0] = value } })
      #expect(Self.refusal(copy)?.contains("not a number") == true, "\(group) \(value)")
    }
    // The square of a large gradient overflows, and Adam's step is zero there: training itself writes such a moment.
    try rewriteCheckpoint(path, to: copy, tensor: { if $0.hasPrefix("second/") { $1[0] = .infinity } })
    #expect(Self.refusal(copy) == nil)
    // A number too large for a double, which JSON can say.
    let file = try SafetensorsFile(path: path)
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", try #require(file.metadata("kind")))
    let state = try #require(file.metadata("state"))
    let place = try #require(state.range(of: "\"lossSum\":"))
    let end = try #require(state[place.upperBound...].firstIndex { $0 == "," || $0 == "}" })
    writer.add(metadata: "state", state[..<place.upperBound] + "1e999" + state[end...])
    for entry in file.entries { writer.add(entry.name, try file.tensor(entry.name, of: Float.self)) }
    try writer.write(to: copy)
    #expect(Self.refusal(copy) != nil)
  }

  @Test func aRefusedOneLeavesTheNetworkAsItWas() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    // The last tensor that is read, of the last layer.
    try rewriteCheckpoint(path, to: copy, tensor: { if $0.hasPrefix("best/") { $1[0] = .nan } })
    let loop = try TrainingLoopTests.loop()
    let before = loop.network.parameters.map(\.tensor)
    #expect(throws: TrainingError.self) { try loop.run(checkpoints: .init(path: copy, resumes: true)) }
    #expect(loop.network.parameters.map(\.tensor) == before)
  }

  @Test func otherDataIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    var recipe = TrainingRecipe()
    (recipe.epochs, recipe.batch, recipe.patience, recipe.augmentation) = (3, 17, 0, .none)
    let same = try TrainingLoopTests.loop()
    let other = try TrainingLoop(
      same.network.architecture, dataset: TrainingLoopTests.dataset(126), preprocessing: same.preprocessing,
      recipe: recipe, threads: 1)
    guard
      case .checkpoint(_, let reason)? = caught(
        TrainingError.self, { try other.run(checkpoints: .init(path: path, resumes: true)) })
    else {
      Issue.record("a checkpoint of other data was accepted")
      return
    }
    #expect(reason.contains("other data"))
  }

  @Test func theLastOneGoesElsewhereWhereItsPlaceIsGone() throws {
    let folder = try TemporaryFolder()
    func cancelled(refuge: String?) throws -> TrainingEnding {
      var batches = 0
      return try TrainingLoopTests.loop().run(
        checkpoints: .init(path: folder.path("missing/c.checkpoint"), refuge: refuge),
        isCancelled: { batches >= 7 }, observe: { if case .batch = $0 { batches += 1 } })
    }
    let refuge = folder.path("refuge")
    guard case .cancelled(.elsewhere(let path, let reason)) = try cancelled(refuge: refuge) else {
      Issue.record("nothing is kept elsewhere")
      return
    }
    #expect(path == refuge && reason.contains("missing/c.checkpoint"))
    let whole = try TrainingLoopTests.loop()
    _ = try whole.run()
    #expect(try TrainingLoopTests.hash(Self.resume(refuge)) == TrainingLoopTests.hash(whole))
    for nowhere in [nil, folder.path("missing/refuge")] {
      guard case .cancelled(.lost(let reason)) = try cancelled(refuge: nowhere) else {
        Issue.record("a lost checkpoint is not told")
        continue
      }
      #expect(reason.contains("missing/c.checkpoint"))
    }
  }

  @Test func trainingGoesOnWhereNoCheckpointCanBeWritten() throws {
    let folder = try TemporaryFolder()
    let problems = Problems()
    let loop = try TrainingLoopTests.loop()
    let ending = try loop.run(
      checkpoints: .init(path: folder.path("missing/c.checkpoint"), interval: 0, failed: { problems.add($0) }))
    #expect(ending == .completed)
    #expect(problems.all.count == 15 && problems.all[0].contains("missing/c.checkpoint"))
  }
}
