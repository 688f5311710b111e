import Datasets
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing

@Suite struct DatasetTests {
  /// Writes `count` pictures of noise, coarse enough that no two are alike.
  static func write(_ count: Int, to folder: String, seed: UInt64, size: Int = 16) throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for index in 0..<count {
      var random = CounterRandom(seed: seed, stream: UInt64(index))
      let pixels = (0..<size * size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
      let png = try ImageEncoder.png(Image(width: size, height: size, channels: 1, pixels: pixels))
      try Data(png).write(to: URL(fileURLWithPath: folder + "/\(index).PNG"))
    }
  }

  func inFolder(_ body: (String) throws -> Void) throws {
    let folder = try TemporaryFolder()
    try body(folder.path("."))
  }

  func message(_ folder: String) -> String {
    do {
      _ = try Dataset(folder: folder)
      return ""
    } catch { return "\(error)" }
  }

  @Test func splitsByContentAndNotByName() throws {
    try inFolder { folder in
      try Self.write(60, to: folder + "/b", seed: 1)
      try Self.write(40, to: folder + "/a", seed: 2)
      let first = try Dataset(folder: folder, threads: 2)
      #expect(first.labels == ["a", "b"])
      #expect(first.training.count + first.validation.count + first.test.count == 100)
      #expect((55...85).contains(first.training.count))
      func names(_ part: [Dataset.Picture]) -> Set<String> { Set(part.map(\.name)) }
      let file = try #require(first.training.first { $0.label == 1 }).name
      try FileManager.default.moveItem(atPath: file, toPath: folder + "/b/renamed.png")
      let second = try Dataset(folder: folder)
      #expect(names(second.training).subtracting(names(first.training)) == [folder + "/b/renamed.png"])
      #expect(names(second.validation) == names(first.validation))
      #expect(names(second.test) == names(first.test))
    }
  }

  @Test func facesAreFoundAndPicturesWithoutOneLeftOut() throws {
    try inFolder { folder in
      try Self.write(60, to: folder + "/a", seed: 1)
      try Self.write(60, to: folder + "/b", seed: 2)
      // A table would say otherwise.
      try "file,x,y,w,h\na/1.PNG,1,1,3,3\n".write(toFile: folder + "/index.csv", atomically: true, encoding: .utf8)
      let finder: FaceFinder = { image in
        image.pixels[0] < 64 ? nil : FaceBox(x: Float(image.pixels[0]), y: 2, width: 5, height: 5)
      }
      let dataset = try Dataset(folders: [folder], faces: FaceSource(finder: finder), threads: 3)
      let kept = dataset.training + dataset.validation + dataset.test
      #expect(kept.count + dataset.faceless.count == 120 && dataset.faceless.count > 10)
      for picture in kept {
        guard case .file(let path) = picture.source else { continue }
        let image = try ImageDecoder.decode(path: path)
        #expect(picture.face == finder(image))
      }
      #expect(dataset.boxTables.isEmpty)
      let again = try Dataset(folders: [folder], faces: FaceSource(finder: finder))
      #expect(dataset.fingerprint == again.fingerprint)
      #expect(throws: DatasetError.self) { try Dataset(folders: [folder], faces: FaceSource(finder: { _ in nil })) }
    }
  }

  @Test func facesAreFoundInSomeFoldersAndNamedByTablesInOthers() throws {
    try inFolder { folder in
      let (photos, crops) = (folder + "/photos", folder + "/crops")
      for data in [photos, crops] {
        try Self.write(60, to: data + "/a", seed: data == photos ? 1 : 3)
        try Self.write(60, to: data + "/b", seed: data == photos ? 2 : 4)
        try "file,x,y,w,h\na/1.PNG,1,1,3,3\n".write(toFile: data + "/index.csv", atomically: true, encoding: .utf8)
      }
      let found = FaceBox(x: 2, y: 2, width: 5, height: 5), named = FaceBox(x: 1, y: 1, width: 3, height: 3)
      // The same folder by another path.
      let finder: FaceFinder = { image in image.pixels[0] < 64 ? nil : FaceBox(x: 2, y: 2, width: 5, height: 5) }
      let source = FaceSource(finder: finder, searched: [folder + "/crops/../photos/"])
      let dataset = try Dataset(folders: [photos, crops], faces: source)
      let all = dataset.training + dataset.validation + dataset.test
      let ofPhotos = all.filter { $0.origin == 0 }.map(\.face), ofCrops = all.filter { $0.origin == 1 }.map(\.face)
      #expect(Set(ofPhotos) == [found] && ofPhotos.count + dataset.faceless.count == 120)
      #expect(!dataset.faceless.isEmpty && dataset.faceless.allSatisfy { $0.file.hasPrefix(photos) })
      #expect(ofCrops.compactMap { $0 } == [named] && ofCrops.count == 120)
      #expect(dataset.boxTables.map(\.folder) == [crops])
      let unknown = FaceSource(finder: finder, searched: [crops])
      let error = caught(DatasetError.self) { try Dataset(folders: [folder + "/photos"], faces: unknown) }
      #expect(error.map { "\($0)" }?.contains("none of the folders") ?? false)
    }
  }

  /// What a model's own rule does: nothing is left out, and a folder's table goes before the finder.
  @Test func facesThatAreOfferedLeaveNothingOut() throws {
    try inFolder { folder in
      let (photos, crops) = (folder + "/photos", folder + "/crops")
      for data in [photos, crops] {
        try Self.write(60, to: data + "/a", seed: data == photos ? 1 : 3)
        try Self.write(60, to: data + "/b", seed: data == photos ? 2 : 4)
      }
      try "file,x,y,w,h\na/1.PNG,1,1,3,3\n".write(toFile: crops + "/index.csv", atomically: true, encoding: .utf8)
      let finder: FaceFinder = { image in image.pixels[0] < 64 ? nil : FaceBox(x: 2, y: 2, width: 5, height: 5) }
      let dataset = try Dataset(folders: [photos, crops], faces: FaceSource(elsewhere: finder))
      let all = dataset.training + dataset.validation + dataset.test
      #expect(dataset.faceless.isEmpty && dataset.searchedOrigins == [0])
      for picture in all where picture.origin == 0 {
        guard case .file(let path) = picture.source else { continue }
        #expect(try picture.face == finder(ImageDecoder.decode(path: path)))
      }
      let found = dataset.facesFound(inOrigin: 0)
      #expect(found.cropped > 10 && found.whole > 10 && found.cropped + found.whole == 120)
      #expect(dataset.facesFound(inOrigin: 1) == (1, 119))
    }
  }

  @Test func copiesStayInOnePart() throws {
    try inFolder { folder in
      try Self.write(30, to: folder + "/a", seed: 1)
      try Self.write(30, to: folder + "/b", seed: 2)
      // The same pictures at another size and compression.
      for index in 0..<30 {
        let image = try ImageDecoder.decode(path: folder + "/a/\(index).PNG")
        let larger = image.resampled(width: 64, height: 64)
        try Data(ImageEncoder.jpeg(larger, quality: 90)).write(to: URL(fileURLWithPath: folder + "/a/\(index).jpg"))
      }
      let dataset = try Dataset(folder: folder)
      #expect(dataset.nearDuplicates >= 54)
      let parts = [dataset.training, dataset.validation, dataset.test].map { part in
        Set(
          part.filter { $0.label == 0 }.map { URL(fileURLWithPath: $0.name).deletingPathExtension().lastPathComponent })
      }
      let shared = parts[0].intersection(parts[1]).count + parts[0].intersection(parts[2]).count
      #expect(shared * 10 <= 30 - dataset.nearDuplicates / 2 + 3)
    }
  }

  @Test func givenPartsAreHonouredAndLeaksLeftOut() throws {
    try inFolder { folder in
      for (part, seed) in [("train", 1), ("val", 2), ("test", 3)] {
        try Self.write(8, to: folder + "/\(part)/a", seed: UInt64(seed))
        try Self.write(8, to: folder + "/\(part)/b", seed: UInt64(seed + 10))
      }
      try FileManager.default.copyItem(atPath: folder + "/test/a/3.PNG", toPath: folder + "/train/a/copy.png")
      let dataset = try Dataset(folder: folder)
      #expect(dataset.training.count == 16 && dataset.validation.count == 16 && dataset.test.count == 16)
      #expect(dataset.leaks.map(\.file) == [folder + "/train/a/copy.png"])
      #expect(dataset.validation.allSatisfy { $0.name.hasPrefix(folder + "/val/") })
    }
  }

  @Test func damagedFilesAreNamedAndPassedOver() throws {
    try inFolder { folder in
      try Self.write(20, to: folder + "/a", seed: 1)
      try Self.write(20, to: folder + "/b", seed: 2)
      try Data("no picture".utf8).write(to: URL(fileURLWithPath: folder + "/a/text.jpg"))
      let png = try #require(FileManager.default.contents(atPath: folder + "/b/0.PNG"))
      try png.prefix(png.count / 2).write(to: URL(fileURLWithPath: folder + "/b/cut.png"))
      let dataset = try Dataset(folder: folder)
      #expect(dataset.damaged.map(\.file) == [folder + "/a/text.jpg", folder + "/b/cut.png"])
      #expect(dataset.training.count + dataset.validation.count + dataset.test.count == 40)
    }
  }

  @Test func severalFoldersAreOneSet() throws {
    try inFolder { folder in
      for (number, name) in ["one", "two"].enumerated() {
        try Self.write(30, to: folder + "/\(name)/a", seed: UInt64(10 * number + 1))
        try Self.write(30, to: folder + "/\(name)/b", seed: UInt64(10 * number + 2))
      }
      // A copy of a file of the one folder in the other one stays with it.
      try FileManager.default.copyItem(atPath: folder + "/one/a/3.PNG", toPath: folder + "/two/a/copy.png")
      let both = try Dataset(folders: [folder + "/one", folder + "/two"])
      #expect(both.name == "one + two" && both.origins == ["one", "two"])
      let all = both.training + both.validation + both.test
      #expect(all.count == 121 && all.count { $0.origin == 1 } == 61)
      #expect(all.allSatisfy { $0.name.hasPrefix(folder + "/" + both.origins[$0.origin] + "/") })
      let copies = [both.training, both.validation, both.test].map { part in
        part.count { $0.name.hasSuffix("copy.png") || $0.name.hasSuffix("/one/a/3.PNG") }
      }
      #expect(copies.sorted() == [0, 0, 2])
      func refusal(_ folders: [String]) -> String {
        "\(caught(DatasetError.self) { try Dataset(folders: folders) }.map { "\($0)" } ?? "")"
      }
      #expect(refusal([folder + "/one", folder + "/two/../one/"]).contains("named twice"))
      try Self.write(2, to: folder + "/two/c", seed: 99)
      #expect(refusal([folder + "/one", folder + "/two"]).contains("its classes are a, b, c; those of"))
    }
  }

  /// A later folder may lack classes; its pictures keep the numbers of theirs.
  @Test func aFolderMayLackClasses() throws {
    try inFolder { folder in
      for (number, name) in ["all/a", "all/b", "all/c", "some/a", "some/c", "one/b"].enumerated() {
        try Self.write(30, to: folder + "/" + name, seed: UInt64(number + 1))
      }
      let dataset = try Dataset(folders: [folder + "/all", folder + "/some"])
      #expect(dataset.labels == ["a", "b", "c"] && dataset.originClasses == [[0, 1, 2], [0, 2]])
      let pictures = dataset.training + dataset.validation + dataset.test
      for picture in pictures {
        #expect(picture.name.contains("/\(dataset.labels[picture.label])/"))
        #expect(dataset.knowsAllClasses(picture) == picture.name.contains("/all/"))
      }
      let some = try Dataset(folders: [folder + "/some"], classes: ClassNames(["a", "b", "c"]))
      #expect(some.labels == ["a", "b", "c"] && Set(some.training.map(\.label)) == [0, 2])
      func refusal(_ folders: [String], labels: [String]? = nil) -> String {
        let classes = labels.map { ClassNames($0) }
        return "\(caught(DatasetError.self) { try Dataset(folders: folders, classes: classes) }.map { "\($0)" } ?? "")"
      }
      #expect(refusal([folder + "/some", folder + "/all"]).contains("its classes are a, b, c; those of"))
      #expect(refusal([folder + "/all"], labels: ["a", "b"]).contains("the model's labels are a, b"))
      #expect(refusal([folder + "/all", folder + "/one"]).contains("at least two"))
    }
  }

  @Test func facesComeFromATable() throws {
    try inFolder { folder in
      try Self.write(30, to: folder + "/a", seed: 1)
      try Self.write(30, to: folder + "/b", seed: 2)
      let plain = try Dataset(folder: folder)
      let rows = (0..<20).map { "a/\($0).PNG,\($0),1,10,10" }.joined(separator: "\n")
      let table = folder + "/index.csv"
      try Data("file,x,y,w,h\n\(rows)\n".utf8).write(to: URL(fileURLWithPath: table))
      let boxed = try Dataset(folder: folder)
      let used = try #require(boxed.boxTables.first)
      #expect(used.file == table && used.folder == folder && used.boxed == 20 && used.unboxed == 40)
      let all = boxed.training + boxed.validation + boxed.test
      for picture in all {
        let number = Float((picture.name as NSString).lastPathComponent.dropLast(4)) ?? -1
        let expected =
          picture.label == 0 && number < 20 ? FaceBox(x: number, y: 1, width: 10, height: 10) : nil
        #expect(picture.face == expected, "\(picture.name)")
      }
      #expect(boxed.fingerprint != plain.fingerprint)
      try Data("file,x,y,w,h\na/0.PNG,0,0,-1,4\n".utf8).write(to: URL(fileURLWithPath: table))
      #expect(message(folder).contains("index.csv, line 2: the box has no width"))
    }
  }

  @Test func oneFileUnderTwoLabelsIsLeftOut() throws {
    try inFolder { folder in
      try Self.write(30, to: folder + "/a", seed: 1)
      try Self.write(30, to: folder + "/b", seed: 2)
      try FileManager.default.copyItem(atPath: folder + "/a/7.PNG", toPath: folder + "/b/same.png")
      let dataset = try Dataset(folder: folder)
      #expect(dataset.conflicts.map(\.file) == [folder + "/a/7.PNG", folder + "/b/same.png"])
      #expect(dataset.conflicts[0].reason.contains("labelled 'b' as \(folder)/b/same.png"))
      #expect(dataset.training.count + dataset.validation.count + dataset.test.count == 59)
    }
  }

  @Test func unrelatedPicturesOfOneHashAreNoCopies() throws {
    // One dark disc on white, and within it details of two people: a perceptual hash sees the disc alone.
    func face(_ seed: UInt64) -> Image {
      var image = Image(width: 64, height: 64, channels: 1, filledWith: 255)
      var random = CounterRandom(seed: seed)
      let tones = (0..<64).map { _ in UInt8(20 + random.below(120)) }
      for y in 0..<64 {
        for x in 0..<64 where (x - 32) * (x - 32) + (y - 32) * (y - 32) < 900 {
          image.pixels[64 * y + x] = tones[y / 8 * 8 + x / 8]
        }
      }
      return image
    }
    let first = Likeness(face(1))
    #expect((2..<200).allSatisfy { !first.isCopy(of: Likeness(face($0))) })
    let copy = try ImageDecoder.decode(
      ImageEncoder.jpeg(face(1).resampled(width: 40, height: 40), quality: 40), name: "copy")
    #expect(first.isCopy(of: Likeness(copy)) && Likeness(copy).isCopy(of: first))
  }

  @Test func saysWhatIsMissing() throws {
    try inFolder { folder in
      #expect(message(folder + "/nowhere").contains("no such folder"))
      #expect(message(folder).contains("no class folders"))
      try Self.write(1, to: folder + "/a", seed: 1)
      #expect(message(folder + "/a/0.PNG").contains("is a PNG picture; name a folder"))
      #expect(message(folder).contains("one class, 'a'"))
      try Self.write(1, to: folder + "/b", seed: 2)
      #expect(message(folder).contains("give it at least ten"))
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/a/0.PNG"))
      try Data("x".utf8).write(to: URL(fileURLWithPath: folder + "/b/0.PNG"))
      #expect(message(folder).contains("none of its 2 pictures can be read"))
    }
  }
}
