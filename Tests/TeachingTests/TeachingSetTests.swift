import Datasets
import Files
import Imaging
import Teaching
import TestSupport
import Testing

/// Collecting: what is kept, what is passed over, and what stands in the folder.
@Suite struct TeachingSetTests {
  private let person = TaughtPerson(seed: 5, number: 3)

  /// Pictures of several people: a data set keeps what is alike in one part.
  private func filled(_ folder: String? = nil, count: Int = 24) throws -> TeachingSet {
    let set = try TeachingSet(classes: ["happy", "sad"], folder: folder)
    for moment in 0..<count {
      for label in 0..<2 {
        let (image, face) = TaughtPerson(seed: 5, number: moment).picture(label, moment: moment)
        let added = try set.add(image, face: face, to: label, milliseconds: Int64(moment) * 1_500 + 1_000_000)
        #expect(added != .full)
      }
    }
    return set
  }

  @Test func whatShowsTheSameCountsOnce() throws {
    let set = try TeachingSet(classes: ["a", "b"])
    let (image, face) = person.picture(0, moment: 1)
    guard case .kept = try set.add(image, face: face, to: 0, milliseconds: 1) else {
      Issue.record("the first was not kept")
      return
    }
    #expect(try set.add(image, face: face, to: 0, milliseconds: 900) == .nearCopy)
    // Light alone makes no other picture.
    var lighter = image
    lighter.pixels = image.pixels.map { UInt8(min(255, Int($0) + 6)) }
    #expect(try set.add(lighter, face: face, to: 0, milliseconds: 1_800) == .nearCopy)
    // Of another class it is another picture.
    #expect(try set.add(image, face: face, to: 1, milliseconds: 2_700) != .nearCopy)
    let (smile, place) = person.picture(1, moment: 9)
    #expect(try set.add(smile, face: place, to: 0, milliseconds: 3_600) != .nearCopy)
    #expect(set.count(of: 0) == 2 && set.count(of: 1) == 1)
  }

  @Test func theFolderHoldsWhatTheSetHolds() throws {
    let folder = try TemporaryFolder()
    let set = try filled(folder.path("kept"))
    let all = set.pictures.count
    #expect(all > 40)
    try set.move(set.pictures[0].id, to: 1)
    try set.remove(set.pictures[1].id)
    try set.rename(class: 0, to: "glad \"x\"")
    let other = try set.add(class: "neutral")
    try set.remove(class: other)
    // Another program opens it.
    let again = try TeachingSet(classes: [], folder: folder.path("kept"))
    #expect(Set(again.classes.map(\.name)) == ["glad \"x\"", "sad"])
    #expect(again.pictures.count == all - 1)
    for one in set.classes {
      let id = try #require(again.class(named: one.name))
      #expect(again.count(of: id) == set.count(of: one.id))
    }
    try again.wipe()
    #expect(try TeachingSet(classes: [], folder: folder.path("kept")).pictures.isEmpty)
  }

  /// Two folders that were put together may have files of one name: moving a picture overwrites none.
  @Test func picturesOfOneNameStayTwo() throws {
    let folder = try TemporaryFolder()
    for (name, size) in [("a", 8), ("b", 9)] {
      let image = Image(width: size, height: size, channels: 1, filledWith: 99)
      for number in [4, 5] {
        try folder.write(ImageEncoder.jpeg(image, quality: 90), as: "kept/\(name)/7-\(number)f.jpg")
      }
    }
    let set = try TeachingSet(classes: [], folder: folder.path("kept"))
    let b = try #require(set.class(named: "b"))
    for picture in set.pictures where picture.classID != b { try set.move(picture.id, to: b) }
    let again = try TeachingSet(classes: [], folder: folder.path("kept"))
    #expect(again.pictures.map(\.width).sorted() == [8, 8, 9, 9])
    for picture in set.pictures { try set.remove(picture.id) }
    #expect(try TeachingSet(classes: [], folder: folder.path("kept")).pictures.isEmpty)
  }

  /// `glint train` reads the folder with the faces where they are, and the archive once unpacked.
  @Test func trainingReadsTheFolderAndTheArchive() throws {
    let folder = try TemporaryFolder()
    let set = try filled(folder.path("kept"))
    set.flush()
    let dataset = try Dataset(folders: [folder.path("kept")], faces: FaceSource(), shares: .default, threads: 1)
    let pictures = dataset.training + dataset.validation + dataset.test
    #expect(dataset.labels == ["happy", "sad"] && pictures.count + dataset.leaks.count == set.pictures.count)
    #expect(pictures.allSatisfy { $0.face != nil })
    let archive = try set.archive()
    let path = try folder.write(archive, as: "pictures.zip")
    let unzipped = try GlintProgram.shell("cd '\(folder.path(""))' && python3 -m zipfile -e '\(path)' out && ls out")
    #expect(unzipped.status == 0 && unzipped.output == "happy\nindex.csv\nsad\n", "\(unzipped.errors)")
    let unpacked = try Dataset(folders: [folder.path("out")], faces: FaceSource(), shares: .default, threads: 1)
    #expect((unpacked.training + unpacked.validation + unpacked.test).allSatisfy { $0.face != nil })
  }

  @Test func namesThatAreNoneAreRefused() throws {
    let set = try TeachingSet(classes: ["happy"])
    for name in [
      "", "a/b", "..", ".x", " a", "train", "Models", "happy", "Happy", "a\nb", String(repeating: "x", count: 61),
    ] {
      #expect(throws: TeachingError.self, "\(name)") { _ = try set.add(class: name) }
    }
    #expect(try set.add(class: "überrascht") == 1)
    #expect(throws: TeachingError.self) { try set.move(99, to: 0) }
    #expect(throws: TeachingError.self) { try set.remove(class: 7) }
  }

  @Test func tooFewPicturesAreSaidSo() throws {
    let set = try filled(count: 3)
    let error = #expect(throws: TeachingError.self) { _ = try set.dataset(labels: ["happy", "sad"]) }
    #expect("\(error!)".contains("'happy' has 3") && "\(error!)".contains("20"))
  }

  /// What somebody else put there is left alone, also by deleting all.
  @Test func filesOfOthersStay() throws {
    let folder = try TemporaryFolder()
    try folder.write([1, 2, 3], as: "kept/happy/mine.jpg")
    try folder.write([1, 2, 3], as: "kept/happy/12-3.jpg")
    let set = try filled(folder.path("kept"), count: 2)
    try set.wipe()
    try set.remove(class: set.class(named: "happy")!)
    #expect(
      FileSystem.exists(folder.path("kept/happy/mine.jpg")) && FileSystem.exists(folder.path("kept/happy/12-3.jpg")))
  }
}
