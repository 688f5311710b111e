import Datasets
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Teaching
import TestSupport
import Testing

/// A rendered person is taught to a network that other rendered people taught before.
@Suite struct PersonalizationTests {
  static let labels = ["happy", "sad", "neutral"]

  private static func int8() throws -> QuantizedModel {
    try QuantizedModel.load("Calibration/Models/compact.int8.safetensors")
  }

  /// Pictures of one person, by time.
  static func pictures(_ person: TaughtPerson, of labels: [Int], count: Int) throws -> TeachingSet {
    let set = try TeachingSet(classes: Self.labels)
    for moment in 0..<count {
      for label in labels {
        let (image, face) = person.picture(label, moment: moment)
        _ = try set.add(image, face: face, to: label, milliseconds: Int64(moment) * 1_500)
      }
    }
    return set
  }

  /// Features of other people: of each expression as many.
  private static func table(_ model: QuantizedModel) throws -> FeatureTable {
    let reader = try FeatureReader(model)
    var table = FeatureTable(model, count: reader.count)
    for number in 0..<90 {
      let expression = number % 3
      let (image, face) = TaughtPerson(seed: 900, number: number).picture(expression, moment: 0)
      let pixels = model.description.preprocessing.apply(to: image, face: face).pixels
      guard let label = model.description.labels.firstIndex(of: labels[expression]) else { continue }
      table.add(reader.codes(pixels), label: label, part: FeatureTable.Part.allCases[number / 3 % 3])
    }
    return table
  }

  @Test func aPersonIsLearnedAndOthersAreNotForgotten() throws {
    let model = try Self.int8(), table = try Self.table(model)
    let set = try Self.pictures(TaughtPerson(seed: 11, number: 4), of: [0, 1, 2], count: 30)
    let dataset = try set.dataset(labels: model.description.labels)
    let taught = try #require(try Personalization(model, float: nil, table: table).run(dataset))
    #expect(taught.way == .personalize)
    let before = try #require(taught.own.before)
    #expect(taught.own.after >= before && taught.own.after * 10 >= taught.own.count * 9, "\(taught.words)")
    #expect(taught.isBetter == (taught.own.after > before))
    let general = try #require(taught.general)
    #expect(general.count == 30 && general.lost <= 100.0 / 30 + 0.01, "\(taught.words)")
    // All that was there is as it was; the units stand before the last layer.
    let own = taught.int8.description.graph.nodes, old = model.description.graph.nodes
    #expect(own.count == old.count + 1 && Array(own.dropLast(2)) == Array(old.dropLast()))
    #expect(throws: TeachingError.self) { _ = try FeatureReader(taught.int8) }
    // What was judged by features is what the engine itself says: the self-test runs when it is opened.
    _ = try ModelRunner(.int8(taught.int8), threads: 1)
  }

  /// With the features that are shipped, which are of photos of many people.
  @Test func thePeopleOfTheShippedFeaturesAreNotForgotten() throws {
    let model = try Self.int8()
    let table = try FeatureTable(path: "Calibration/Models/compact.features.safetensors")
    #expect(table.body == model.bodySHA256 && table.labels == model.description.labels)
    var better = 0
    for number in 1...3 {
      let set = try Self.pictures(TaughtPerson(seed: 31, number: number), of: [0, 1, 2], count: 24)
      let dataset = try set.dataset(labels: model.description.labels)
      let taught = try #require(try Personalization(model, float: nil, table: table).run(dataset))
      let general = try #require(taught.general)
      #expect(general.count >= 1_000 && general.lost <= 0.8, "\(taught.words)")
      better += taught.isBetter ? 1 : 0
    }
    #expect(better >= 2)
  }

  /// People who look sad at rest, and are called so: after twenty pictures of each expression far less, as pictures of
  /// another hour tell, and others lose nothing that can be seen.
  @Test func whoLooksSadAtRestIsCalledSadFarLess() throws {
    let model = try Self.int8()
    let table = try FeatureTable(path: "Calibration/Models/compact.features.safetensors")
    var called = (before: 0, after: 0), right = (before: 0, after: 0)
    for (seed, number) in [(500, 1), (1_000, 2), (1_300, 1)] as [(UInt64, Int)] {
      let person = TaughtPerson(seed: seed, number: number, restsSad: 0.7)
      let dataset = try Self.pictures(person, of: [0, 1, 2], count: 20).dataset(labels: model.description.labels)
      let taught = try #require(try Personalization(model, float: nil, table: table).run(dataset))
      #expect(try #require(taught.general).lost <= 0.5, "\(taught.words)")
      let (before, after) = (try Self.answers(model, person), try Self.answers(taught.int8, person))
      called.before += before[2].count { $0 == "sad" }
      called.after += after[2].count { $0 == "sad" }
      for label in 0..<3 {
        right.before += before[label].count { $0 == Self.labels[label] }
        right.after += after[label].count { $0 == Self.labels[label] }
      }
    }
    #expect(called.before >= 60 && called.after * 10 <= called.before * 6, "\(called)")
    #expect(right.after >= right.before + 36, "\(right)")
  }

  /// What a model says of pictures that nothing was learned from, 40 of each expression.
  private static func answers(_ model: QuantizedModel, _ person: TaughtPerson) throws -> [[String]] {
    let runner = try ModelRunner(.int8(model), threads: 1), description = model.description
    return labels.indices.map { label in
      (200..<240).map { moment in
        let (image, face) = person.picture(label, moment: moment)
        let logits = runner.logits(description.preprocessing.apply(to: image, face: face).pixels)
        return description.labels[logits.answer]
      }
    }
  }

  @Test func theSamePicturesGiveTheSameModel() throws {
    let model = try Self.int8()
    let set = try Self.pictures(TaughtPerson(seed: 12, number: 2), of: [0, 1], count: 24)
    let dataset = try set.dataset(labels: model.description.labels)
    let models = try (0..<2).map { _ in try Personalization(model, float: nil, table: nil).run(dataset)!.int8 }
    #expect(models[0].writer().bytes() == models[1].writer().bytes())
    let file = try TemporaryFolder()
    try models[0].write(to: file.path("taught.int8.safetensors"))
    #expect(try QuantizedModel.load(file.path("taught.int8.safetensors")).description.card["taught"] != nil)
  }

  @Test func featuresAreWrittenAndRead() throws {
    let model = try Self.int8(), table = try Self.table(model), folder = try TemporaryFolder()
    try table.write(to: folder.path("t.features.safetensors"))
    let read = try FeatureTable(path: folder.path("t.features.safetensors"))
    #expect(read.features == table.features && read.classes == table.classes && read.parts == table.parts)
    #expect(read.body == table.body && read.labels == table.labels)
    #expect(throws: (any Error).self) { _ = try FeatureTable(path: "Calibration/Models/compact.int8.safetensors") }
    // Another body's features are left aside.
    var other = model
    other.parameters[0]!.bias.elements[0] += 1
    #expect(other.bodySHA256 != model.bodySHA256)
    #expect(Personalization(other, float: nil, table: table).table == nil)
  }

  @Test func cancelledTeachingGivesNothing() throws {
    let model = try Self.int8()
    let set = try Self.pictures(TaughtPerson(seed: 13, number: 1), of: [0, 1], count: 22)
    let dataset = try set.dataset(labels: model.description.labels)
    #expect(try Personalization(model, float: nil, table: nil).run(dataset, isCancelled: { true }) == nil)
  }

  @Test func modelsWithoutAHeadAreRefused() throws {
    let detector = try QuantizedModel.load(
      "Calibration/Models/face-detector.int8.safetensors")
    #expect(throws: TeachingError.self) { _ = try FeatureReader(detector) }
  }
}
