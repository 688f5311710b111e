import Files
import Foundation
import Imaging
import RenderedFaces
import TestSupport
import Testing
import Threads

@Suite struct RenderedSceneTests {
  @Test func dependsOnSeedAndTimeAlone() {
    let scene = RenderedScene(seed: 1, width: 160, height: 120)
    let late = scene.frame(at: 5.5)
    _ = scene.frame(at: 1)
    #expect(RenderedScene(seed: 1, width: 160, height: 120).frame(at: 5.5).image == late.image)
    #expect(RenderedScene(seed: 2, width: 160, height: 120).frame(at: 5.5).image != late.image)
    #expect(scene.frame(at: 5.6).image != late.image)
  }

  @Test(arguments: [UInt64(1), 2, 3])
  func onePersonStaysAndChangesItsExpression(seed: UInt64) {
    let scene = RenderedScene(seed: seed, width: 64, height: 48)
    var labels: [Int] = []
    for tick in 0..<80 {
      let faces = scene.frame(at: Double(tick) * 0.25).faces
      #expect(faces.count == 1)
      for face in faces {
        labels.append(face.label)
        #expect(face.face.width > 15 && face.face.height > 18)
      }
    }
    let changes = zip(labels, labels.dropFirst()).filter { $0 != $1 }.count
    #expect((3...7).contains(changes), "20 s of seed \(seed) have \(changes) changes")
    #expect(Set(labels) == [0, 1])
  }

  @Test func facesMoveSmoothly() {
    let scene = RenderedScene(seed: 4, width: 64, height: 48, people: 3)
    var last: [Int: FaceBox] = [:]
    for tick in 0..<200 {
      var now: [Int: FaceBox] = [:]
      for face in scene.frame(at: Double(tick) / 15).faces { now[face.person] = face.face }
      for (person, box) in now {
        guard let before = last[person] else { continue }
        #expect(abs(box.x - before.x) < 6 && abs(box.y - before.y) < 4, "person \(person) at tick \(tick)")
      }
      last = now
    }
  }

  @Test func severalPeopleComeAndGo() {
    let scene = RenderedScene(seed: 5, width: 64, height: 48, people: 3)
    let counts = Set((0..<60).map { scene.frame(at: Double($0)).faces.count })
    #expect(counts.count > 1 && counts.max() == 3, "\(counts)")
  }
}

@Suite struct RenderedFacesFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func writesClassFoldersThatDoNotDependOnThreads() throws {
    let (one, two) = (folder.path("one"), folder.path("two"))
    try RenderedFaces.write(count: 10, seed: 1, size: 48, to: one)
    try RenderedFaces.write(count: 10, seed: 1, size: 48, to: two, threads: 3)
    let files = try FileManager.default.subpathsOfDirectory(atPath: one).sorted()
    #expect(try FileManager.default.subpathsOfDirectory(atPath: two).sorted() == files)
    #expect(files.filter { $0.hasPrefix("happy/") }.count == 5)
    #expect(files.filter { $0.hasPrefix("sad/") }.count == 5)
    for file in files where file.hasSuffix(".jpg") {
      let first = FileManager.default.contents(atPath: one + "/" + file)
      #expect(first == FileManager.default.contents(atPath: two + "/" + file))
      let image = try ImageDecoder.decode(path: one + "/" + file)
      #expect(image.width == 48 && image.height == 48)
    }
  }

  @Test func leavesAFolderThatIsThereAlone() throws {
    let own = try folder.write([7], as: "photos/happy/own.jpg")
    #expect(throws: FileError.self) {
      try RenderedFaces.write(count: 2, seed: 1, size: 16, to: folder.path("photos"))
    }
    #expect(try folder.names() == ["photos"] && FileManager.default.contents(atPath: own) == Data([7]))
  }

  /// Drafts of processes that were killed are never part of a data set, whatever their number was, and are removed.
  @Test func earlierDraftsAreNotMixedIn() throws {
    try folder.write([7], as: ".faces.partial-\(getpid())/happy/stale.jpg")
    try folder.write([7], as: ".glint-0123456789abcdef.draft/happy/stale.jpg")
    try RenderedFaces.write(count: 4, seed: 1, size: 16, to: folder.path("faces"))
    let files = try FileManager.default.subpathsOfDirectory(atPath: folder.path("faces"))
    #expect(files.filter { $0.hasSuffix(".jpg") }.count == 4 && !files.contains { $0.contains("stale") })
    #expect(try folder.names() == [".faces.partial-\(getpid())", "faces"])
  }

  @Test func cancelledWorkLeavesNothing() throws {
    let left = Locked(3)
    let isWhole = try RenderedFaces.write(
      count: 40, seed: 1, size: 16, to: folder.path("faces"), threads: 2,
      isCancelled: {
        left.withLock {
          $0 -= 1
          return $0 < 0
        }
      })
    #expect(!isWhole)
    #expect(try folder.names().isEmpty)
  }

  @Test func leavesNothingBehindWhereItCannotWrite() {
    #expect(throws: FileError.self) {
      try RenderedFaces.write(count: 2, seed: 1, size: 16, to: "/proc/nowhere/faces")
    }
  }
}
