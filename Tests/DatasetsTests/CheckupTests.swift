import Datasets
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing

@Suite struct CheckupTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// A patchwork of its own in these colours.
  private func picture(
    _ seed: UInt64, grey: Bool = false, size: Int = 48, tint: (Int, Int, Int) = (200, 120, 90)
  ) -> Image {
    var random = CounterRandom(seed: seed)
    let patches = (0..<64).map { _ in Float(0.55) + 0.5 * random.unit() }
    var image = Image(width: size, height: size, channels: 3, filledWith: 0)
    for y in 0..<size {
      for x in 0..<size {
        let light = patches[y * 8 / size * 8 + x * 8 / size]
        for (c, value) in [tint.0, tint.1, tint.2].enumerated() {
          image.pixels[(y * size + x) * 3 + c] = UInt8(min(255, Float(grey ? 130 : value) * light))
        }
      }
    }
    return image
  }

  private func write(_ image: Image, _ name: String) throws {
    try folder.write(name.hasSuffix(".png") ? ImageEncoder.png(image) : ImageEncoder.jpeg(image, quality: 90), as: name)
  }

  private func writeClasses(_ count: Int = 120, change: (_ label: Int, _ index: Int) -> Image) throws {
    for (label, name) in ["a", "b"].enumerated() {
      for index in 0..<count { try write(change(label, index), "data/\(name)/\(index).jpg") }
    }
  }

  private func seed(_ label: Int, _ index: Int) -> UInt64 { UInt64(label * 1000 + index) }

  private func findings() throws -> [String: Finding] {
    let checkup = try Checkup(folders: [folder.path("data")], threads: 2)
    return Dictionary(checkup.findings.map { ($0.kind, $0) }) { first, _ in first }
  }

  @Test func soundDataHasNoFinding() throws {
    try writeClasses { picture(seed($0, $1)) }
    #expect(try findings().keys.sorted() == [])
  }

  @Test func namesDamageWrongNamesAndCopies() throws {
    try writeClasses { picture(seed($0, $1)) }
    try folder.write(Array("no picture".utf8), as: "data/a/text.jpg")
    try folder.write(try ImageEncoder.png(picture(90_001)), as: "data/a/named.jpg")
    try folder.write(Array("RIFF1234WEBPVP8 ".utf8), as: "data/b/moved.webp")
    let files = FileManager.default
    try files.copyItem(atPath: folder.path("data/a/1.jpg"), toPath: folder.path("data/a/again.jpg"))
    try files.copyItem(atPath: folder.path("data/a/2.jpg"), toPath: folder.path("data/b/torn.jpg"))
    try write(picture(seed(1, 5)).resampled(width: 33, height: 33), "data/b/smaller.png")
    let found = try findings()
    func names(_ kind: String) -> Set<String> {
      Set((found[kind]?.groups ?? []).joined().map { String($0.file.dropFirst(folder.path("data/").count)) })
    }
    #expect(names("damaged") == ["a/text.jpg"])
    #expect(names("misnamed") == ["a/named.jpg"])
    #expect(names("duplicate") == ["a/1.jpg", "a/again.jpg"])
    #expect(names("contradiction") == ["a/2.jpg", "b/torn.jpg"])
    #expect(names("near-duplicate") == ["b/5.jpg", "b/smaller.png"])
    #expect(found["contradiction"]?.severity == .serious && found["near-duplicate"]?.severity == .note)
    #expect(try #require(found["not-read"]).title.contains("b/moved.webp (a WebP picture"))
  }

  @Test func seesPartsThatLeak() throws {
    for (number, part) in ["train", "test"].enumerated() {
      for (label, name) in ["a", "b"].enumerated() {
        for index in 0..<30 {
          try write(picture(seed(label, index + 100 * number)), "data/\(part)/\(name)/\(index).jpg")
        }
      }
    }
    #expect(try findings()["leak"] == nil)
    try write(picture(seed(0, 107)).resampled(width: 40, height: 40), "data/train/a/leak.jpg")
    let leak = try #require(findings()["leak"])
    #expect(leak.severity == .serious && leak.groups.count == 1)
    #expect(Set(leak.groups[0].compactMap(\.part)) == ["train", "test"])
  }

  @Test func seesWhatClassesCouldBeToldBy() throws {
    try writeClasses { label, index in picture(seed(label, index), grey: label == 1 && index % 10 > 0) }
    let grey = try #require(findings()["grey"])
    // Nine tenths of b and none of a: 95 % of pairs are in order.
    #expect(grey.severity == .serious && grey.title.contains("95 % of pairs") && grey.title.contains("b 90 %"))
    try writeClasses { label, index in picture(seed(label, index), size: 48 + label * 16) }
    let found = try findings()
    #expect(found["grey"] == nil && found["resolution"]?.severity == .serious)
  }

  @Test func aHandfulProvesNoShortcut() throws {
    try writeClasses { picture(seed($0, $1)) }
    for index in 2..<120 { try FileManager.default.removeItem(atPath: folder.path("data/b/\(index).jpg")) }
    for index in 0..<2 { try write(picture(seed(1, index), grey: true, size: 90), "data/b/\(index).jpg") }
    let found = try findings()
    #expect(found["grey"] == nil && found["resolution"] == nil)
    #expect(found["few"]?.severity == .serious && found["imbalance"]?.severity == .serious)
  }

  @Test func seesExchangedColoursAndUnevenClasses() throws {
    try writeClasses { label, index in
      picture(seed(label, index), tint: index % 3 == 0 ? (90, 120, 200) : (200, 120, 90))
    }
    let found = try findings()
    let exchanged = try #require(found["channel-order"])
    #expect(exchanged.severity == .serious && exchanged.groups.count == 80)
    for index in 1000..<1300 { try write(picture(seed(0, index)), "data/a/\(index).jpg") }
    #expect(try findings()["imbalance"]?.severity == .look)
  }

  @Test func boxesMustLieInThePicture() throws {
    try writeClasses { picture(seed($0, $1)) }
    let lines = (0..<10).map { "a/\($0).jpg,\($0 < 4 ? 200 : 5),5,30,30" }.joined(separator: "\n")
    try folder.write(Array("file,x,y,w,h\n\(lines)\n".utf8), as: "data/index.csv")
    let found = try findings()
    #expect(found["box-outside"]?.groups.count == 4)
    #expect(try #require(found["no-box"]).title.hasPrefix("230 pictures"))
  }
}
