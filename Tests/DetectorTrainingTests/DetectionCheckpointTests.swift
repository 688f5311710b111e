import DetectorTraining
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing
import Training

/// A detector's checkpoints that were damaged, come from elsewhere, or say what no training writes; and what becomes of
/// a training that goes wrong.
@Suite struct DetectionCheckpointTests {
  private typealias Loops = DetectionLoopTests

  /// A training of 20 steps in rounds of 5, stopped after 7.
  private static func stopped(_ folder: TemporaryFolder) throws -> String {
    let path = folder.path("c.checkpoint")
    var steps = -1
    let ending = try Loops.loop(steps: 20, threads: 2).run(
      checkpoints: .init(path: path),
      isCancelled: {
        steps += 1
        return steps == 7
      })
    #expect(ending == .cancelled(.written))
    return path
  }

  private static func refusal(_ path: String, material: DetectionMaterial = Loops.material(seed: 1)) -> String? {
    let error = caught(TrainingError.self) {
      try Loops.loop(steps: 20, threads: 2, material: material).run(checkpoints: .init(path: path, resumes: true))
    }
    guard case .checkpoint(_, let reason)? = error else { return nil }
    return reason
  }

  @Test func numbersThatCannotBeAreRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    try rewriteCheckpoint(path, to: copy)
    let resumed = try Loops.loop(steps: 20, threads: 1)
    let whole = try Loops.loop(steps: 20, threads: 2)
    #expect(try resumed.run(checkpoints: .init(path: copy, resumes: true)) == .completed)
    #expect(try whole.run() == .completed)
    #expect(try Loops.hash(resumed) == Loops.hash(whole))

    func changed(_ key: String, _ value: Any) -> (inout [String: Any]) -> Void { { $0[key] = value } }
    func round(_ key: String, _ value: Any) -> (inout [String: Any]) -> Void {
      {
        var rounds = $0["rounds"] as! [[String: Any]]
        rounds[0][key] = value
        $0["rounds"] = rounds
      }
    }
    func view(_ scene: Int, _ x: Int, _ y: Int, _ width: Int, _ height: Int) -> [String: Any] {
      ["scene": scene, "x": x, "y": y, "width": width, "height": height]
    }
    let wide = (0..<2001).map { view($0 % 24, $0 / 24, 0, 8, 8) }
    let cases: [(String, (inout [String: Any]) -> Void)] = [
      ("step 4", changed("step", 4)), ("step -1", changed("step", -1)), ("step 11", changed("step", 11)),
      ("step", changed("step", Int.max)), ("step", changed("step", Int.min)),
      ("step 7", changed("rounds", [Any]())), ("round 1 ends at step 6", round("step", 6)),
      ("figures of round 1", round("hardViews", -1)), ("figures of round 1", round("hardViews", 2001)),
      ("no checkpoint", round("loss", "NaN")), ("no checkpoint", changed("lossSum", "NaN")),
      ("no checkpoint", changed("kind", "glint-checkpoint-2")),
      ("no checkpoint", changed("kind", "glint-detection-checkpoint-2")),
      ("scene 24", changed("hard", [view(24, 0, 0, 8, 8)])), ("scene -1", changed("shown", [view(-1, 0, 0, 8, 8)])),
      ("scene 3", changed("shown", [view(3, 93, 0, 8, 8)])), ("scene 3", changed("shown", [view(3, 0, -1, 8, 8)])),
      ("scene 3", changed("shown", [view(3, 0, 0, 0, 8)])), ("scene 3", changed("shown", [view(3, 0, 0, 8, Int.max)])),
      ("scene 3", changed("shown", [view(3, Int.max, 0, 8, 8)])),
      ("scene 3", changed("shown", [view(3, 0, Int.min, 8, 8)])), ("2001 views", changed("hard", wide)),
      ("2 views", changed("hard", [view(3, 0, 0, 8, 8), view(3, 0, 0, 8, 8)])),
      ("other data", changed("fingerprint", "")), ("another network", changed("network", "input [96, 128, 1]")),
    ]
    for (phrase, change) in cases {
      try rewriteCheckpoint(path, to: copy, state: change)
      let reason = Self.refusal(copy)
      #expect(reason?.contains(phrase) == true, "\(phrase): \(reason ?? "accepted")")
    }
    // What lies in a scene is a view, though nobody saw a face there.
    try rewriteCheckpoint(path, to: copy, state: changed("hard", [view(23, 92, 72, 8, 8)]))
    #expect(Self.refusal(copy) == nil)
    for group in ["weights/", "average/", "best/"] {
      try rewriteCheckpoint(path, to: copy, tensor: { if $0.hasPrefix(group) { $1[0] = .nan } })
      #expect(Self.refusal(copy)?.contains("not a number") == true, "\(group)")
    }
  }

  @Test func anyNumberIsRefusedOrGoneOnFrom() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    let copy = folder.path("copy.checkpoint")
    let changes = try numberChanges(path)
    #expect(changes.count > 80)
    // What the pictures of a round are composed with follows from the steps alone only at its beginning.
    let harmless: Set<Substring> = [
      ".lossSum", ".rounds[0].loss", ".rounds[0].validationLoss", ".rounds[0].imagesPerSecond", ".hard", ".shown",
    ]
    for (place, change) in changes {
      try rewriteCheckpoint(path, to: copy, state: change)
      guard Self.refusal(copy) == nil else { continue }
      #expect(harmless.contains(place.prefix { $0 != " " }), "\(place)")
    }
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

  @Test func otherMaterialIsRefused() throws {
    let folder = try TemporaryFolder()
    let path = try Self.stopped(folder)
    var pixel = Loops.material(seed: 1)
    pixel.scenes[20].pixels[99] ^= 1
    var order = Loops.material(seed: 1)
    order.photos.swapAt(0, 1)
    var fewer = Loops.material(seed: 1)
    fewer.scenes.removeLast()
    for (name, material) in [("pixel", pixel), ("order", order), ("fewer", fewer)] {
      #expect(Self.refusal(path, material: material)?.contains("other data") == true, "\(name)")
    }
  }

  @Test func trainingGoesOnWhereNoCheckpointCanBeWritten() throws {
    let folder = try TemporaryFolder()
    let problems = Problems()
    let loop = try Loops.loop(steps: 6, threads: 2)
    let ending = try loop.run(
      checkpoints: .init(path: folder.path("missing/c.checkpoint"), interval: 0, failed: { problems.add($0) }))
    #expect(ending == .completed)
    #expect(problems.all.count == 6 && problems.all[0].contains("missing/c.checkpoint"))
  }

  @Test func saysWhereItDivergedAndKeepsTheWeightsFromBefore() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("c.checkpoint")
    // The first step's rate is a fifth of it: the weights it makes are finite, what they compute is not.
    let loop = try Loops.loop(steps: 20, threads: 2, learningRate: 1e38)
    guard case .diverged(let step, let layer) = try loop.run(checkpoints: .init(path: path, interval: 0)) else {
      Issue.record("a learning rate of 1e38 diverges")
      return
    }
    #expect(step >= 1 && step <= 5 && !layer.isEmpty)
    let fresh = try Loops.loop(steps: 20, threads: 2)
    #expect(loop.network.parameters.map(\.tensor) == fresh.network.parameters.map(\.tensor))
  }

  @Test func materialThatLacksSomethingIsNamed() throws {
    func reason(_ change: (inout DetectionMaterial) -> Void) -> String {
      var material = Loops.material(seed: 1)
      change(&material)
      return caught(TrainingError.self) { try Loops.loop(steps: 20, threads: 1, material: material) }
        .map { "\($0)" } ?? "accepted"
    }
    #expect(reason { $0.scenes = [] }.hasPrefix("the training part: has no pictures without faces"))
    #expect(reason { $0.photos = [] }.hasPrefix("the training part: has no photos with faces"))
    let folder = try TemporaryFolder()
    // Five pictures of one series are all in one part.
    for number in 0..<5 { try folder.write([0], as: "few/\(number).png") }
    for number in 0..<500 { try folder.write([0], as: "many/\(number).png") }
    func missing(photos: [String], scenes: String, painted: [DetectionMaterial.Part] = []) -> String? {
      caught(TrainingError.self) {
        try DetectionMaterial.checkParts(
          photos: photos.map(folder.path), scenes: [folder.path(scenes)], hasOtherPhotos: { painted.contains($0) })
      }.map { "\($0)" }
    }
    let parts = DetectionMaterial.Part.allCases
    #expect(missing(photos: [], scenes: "few", painted: parts)?.contains("no pictures without faces") == true)
    #expect(missing(photos: [], scenes: "many", painted: parts) == nil)
    #expect(missing(photos: ["many"], scenes: "many") == nil)
    #expect(missing(photos: ["few"], scenes: "many")?.contains("no photos with faces") == true)
    #expect(
      missing(photos: [], scenes: "many", painted: [.training])?.hasPrefix("the validation part: has no photos") == true
    )
  }
}
