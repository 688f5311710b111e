import Datasets
import Faces
import Files
import Foundation
import Glibc
import Imaging
import TestSupport
import Testing

/// What becomes a class, what a part, and what is left out with its reason.
@Suite struct LayoutTests {
  private let folder: TemporaryFolder
  private var data: String { folder.path("data") }

  init() throws { folder = try TemporaryFolder() }

  private func write(_ names: String..., count: Int = 30) throws {
    for (number, name) in names.enumerated() {
      try DatasetTests.write(count, to: folder.path("data/" + name), seed: UInt64(77 + number))
    }
  }

  private func message(for use: DataUse = .training) -> String {
    do { _ = try Dataset(folder: data, for: use) } catch { return "\(error)" }
    return ""
  }

  @Test func twoFormsOfOneNameAreOneClass() throws {
    let composed = "caf\u{E9}", decomposed = "cafe\u{301}"
    try write(composed, decomposed, "b")
    let dataset = try Dataset(folder: data)
    #expect(dataset.labels == ["b", composed])
    #expect(Array(dataset.labels[1].utf8) == Array(composed.utf8))
    #expect(dataset.account.used == 90)
    #expect(dataset.account.notes.contains { $0.contains("two Unicode forms") })
  }

  @Test func aDecomposedNameAloneIsComposed() throws {
    try write("cafe\u{301}", "b")
    let dataset = try Dataset(folder: data)
    #expect(Array(dataset.labels[1].utf8) == Array("caf\u{E9}".utf8) && dataset.account.notes.isEmpty)
    #expect(dataset.account.used == 60)
  }

  @Test func whatSystemsLeaveIsNoClass() throws {
    try write("a", "b", "#recycle", "$RECYCLE.BIN", "@eaDir", "lost+found", "__MACOSX")
    let dataset = try Dataset(folder: data)
    #expect(dataset.labels == ["a", "b"] && dataset.account.used == 60)
    #expect(dataset.account.leftOut(.system).count == 5)
  }

  @Test func aClassMayBeCalledTrain() throws {
    try write("train", "plane")
    let dataset = try Dataset(folder: data)
    #expect(dataset.labels == ["plane", "train"] && dataset.account.used == 60)
    #expect(dataset.account.notes.contains { $0.contains("'train'") && $0.contains("taken for a class") })
  }

  @Test func partsWithoutClassesAreNoParts() throws {
    try write("train", "val")
    #expect(message().contains("data/train: holds pictures, but no class folders"), "\(message())")
  }

  @Test func validationWithoutTraining() throws {
    try write("val/a", "val/b")
    #expect(message().contains("holds 'val', but no 'train'"), "\(message())")
    #expect(message(for: .calibration).contains("no 'train'") && message(for: .checkup).contains("no 'train'"))
    let dataset = try Dataset(folder: data, for: .evaluation)
    #expect(dataset.validation.count == 60 && dataset.labels == ["a", "b"])
  }

  @Test func onePartOfTwoNames() throws {
    try write("train/a", "train/b", "Training/a")
    #expect(message().contains("'Training' and 'train' would both be one part"), "\(message())")
  }

  @Test func picturesBesideAreMisplaced() throws {
    try write("train/a", "train/b", "val/a", "val/b", "extra", count: 12)
    try write(".", "train", count: 1)
    let dataset = try Dataset(folder: data)
    #expect(dataset.account.used == 48)
    let misplaced = dataset.account.leftOut(.misplaced)
    #expect(misplaced.count == 14 && misplaced.contains { $0.file == data + "/extra/0.PNG" }, "\(misplaced)")
  }

  @Test(
    arguments: [
      (Array("a\nb".utf8), "control characters"), ([0x63, 0xE9], "not UTF-8"), (Array("  ".utf8), "nothing but spaces"),
      ([UInt8](repeating: 0x61, count: 120), "120 characters"),
    ] as [([UInt8], String)])
  func namesThatAreNoLabels(_ name: [UInt8], _ words: String) throws {
    try write("x", "b")
    let path = PathText.bytes(data + "/" + PathText.text(name))
    #expect(rename(data + "/x", path) == 0)
    #expect(message().contains(words) && message().contains("rename it"), "\(message())")
    #expect(!message().contains("\n"))
  }

  @Test func wordsFitTheWork() throws {
    try write("a", count: 3)
    try folder.write(Array("RIFF1234WEBPVP8 ".utf8), as: "data/b/x.webp")
    for (use, words) in [
      (.training, "training needs"), (.evaluation, "accuracy is measured"), (.calibration, "calibration set"),
      (.checkup, "check-up compares"),
    ] as [(DataUse, String)] {
      // And what the other folder holds, which is no class.
      #expect(message(for: use).contains("one class, 'a'; ") && message(for: use).contains(words))
      #expect(message(for: use).contains("b/x.webp (a WebP picture"), "\(message(for: use))")
    }
    try write("b", count: 3)
    #expect(message().contains("to train on") && message(for: .calibration).contains("to calibrate on"))
    #expect(message(for: .evaluation).isEmpty)
  }

  @Test func everyFileIsAccountedFor() throws {
    try write("a", "b")
    let files = FileManager.default
    try folder.write(Array("text".utf8), as: "data/a/text.jpg")
    try folder.write(Array("RIFF1234WEBPVP8 ".utf8), as: "data/a/x.webp")
    try folder.write(Array("hello".utf8), as: "data/a/notes.txt")
    try folder.write(
      ImageEncoder.jpeg(Image(width: 9, height: 9, channels: 1, filledWith: 3), quality: 80), as: "data/b/y.jfif")
    try files.copyItem(atPath: data + "/a/7.PNG", toPath: data + "/b/same.png")
    try files.createSymbolicLink(atPath: data + "/b/gone.png", withDestinationPath: "nowhere")
    try Data("file,x,y,w,h\na/0.PNG,2,2,9,9\na/1.PNG,900,2,9,9\n".utf8).write(
      to: URL(fileURLWithPath: data + "/index.csv"))
    let account = try Dataset(folder: data).account
    // 30 and 30; the JFIF is one more; a pair torn between labels, and one whose box lies outside, are less.
    #expect(account.used == 59, "\(account.lines)")
    let causes = Dictionary(grouping: account.leftOut) { $0.cause }.mapValues(\.count)
    #expect(
      causes == [.damaged: 1, .otherFormat: 1, .notAPicture: 1, .conflict: 2, .unreadable: 1, .boxOutside: 1],
      "\(account.leftOut)")
    #expect(account.seen == 66)
  }

  @Test func aTableThatNamesNoPictureIsTold() throws {
    try write("a", "b")
    try Data("file,x,y,w,h\nelse/0.PNG,2,2,9,9\n".utf8).write(to: URL(fileURLWithPath: data + "/index.csv"))
    let dataset = try Dataset(folder: data)
    #expect(
      dataset.boxTables.isEmpty && dataset.account.notes.contains { $0.contains("names a box for none of the 60") })
  }
}
