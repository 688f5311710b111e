import Datasets
import Imaging
import Inference
import ModelFiles
import Models
import Numerics
import Teaching
import TestSupport
import Testing

/// Classes of one's own, on drawn pictures.
@Suite struct NewClassesTests {
  /// A disc, a frame or a cross of one of two colours each, on a ground of any colour.
  private static func picture(_ label: Int, _ number: Int) -> Image {
    var random = CounterRandom(seed: 40, stream: UInt64(number * 3 + label))
    let side = 96
    func colour() -> [UInt8] { (0..<3).map { _ in UInt8(random.below(256)) } }
    let ground = colour()
    var ink = colour().map { $0 / 2 }
    ink[label] = 200 + UInt8(random.below(56))
    let (x, y, radius) = (30 + random.below(36), 30 + random.below(36), 14 + random.below(12))
    var pixels: [UInt8] = []
    for row in 0..<side {
      for column in 0..<side {
        let (across, down) = (abs(column - x), abs(row - y))
        let isInk =
          switch label {
          case 0: across * across + down * down < radius * radius
          case 1: max(across, down) < radius && max(across, down) > radius / 2
          default: min(across, down) < radius / 4 && max(across, down) < radius
          }
        pixels += isInk ? ink : ground
      }
    }
    return Image(width: side, height: side, channels: 3, pixels: pixels)
  }

  @Test func shapesAreToldApart() throws {
    let set = try TeachingSet(classes: ["disc", "frame", "cross"])
    for number in 0..<60 {
      for label in 0..<3 {
        _ = try set.add(Self.picture(label, number), face: nil, to: label, milliseconds: Int64(number) * 1_200)
      }
    }
    let labels = set.classes.map(\.name)
    let dataset = try set.dataset(labels: labels)
    var curve: [Double] = []
    let taught = try #require(
      try NewClasses(start: nil, threads: 2, budget: 4, tool: "test").run(dataset, observe: { curve = $0.curve }))
    #expect(taught.way == .newClasses && taught.int8.description.labels == labels && !curve.isEmpty)
    #expect(taught.own.before == nil && taught.own.count == dataset.test.count)
    #expect(taught.isBetter && taught.own.after * 10 >= taught.own.count * 7, "\(taught.words)")
    let agreement = try #require(taught.agreement)
    #expect(agreement.same * 20 >= agreement.of * 19)
    _ = try ModelRunner(.int8(taught.int8), threads: 1)
  }

  @Test func oneClassAndNoPicturesAreRefused() throws {
    let empty = Dataset(name: "x", labels: ["a"], training: [], validation: [], test: [], splitDescription: "")
    #expect(throws: TeachingError.self) { _ = try NewClasses(start: nil, threads: 1, tool: "t").run(empty) }
    let two = Dataset(name: "x", labels: ["a", "b"], training: [], validation: [], test: [], splitDescription: "")
    #expect(throws: TeachingError.self) { _ = try NewClasses(start: nil, threads: 1, tool: "t").run(two) }
  }
}
