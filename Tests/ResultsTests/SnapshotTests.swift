import Foundation
import Imaging
import Results
import TestSupport
import Testing
import Threads

@Suite struct SnapshotTests {
  private let folder: TemporaryFolder
  init() throws { folder = try TemporaryFolder() }

  private func picture(_ number: Int, hidden: [FaceBox] = []) -> Snapshots.Picture {
    let pixels = (0..<64 * 48 * 3).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    return Snapshots.Picture(
      image: Image(width: 64, height: 48, channels: 3, pixels: pixels),
      event: AnswerEvent(kind: .began, nanoseconds: 0, track: number, label: "a/b c", probability: 1, seconds: 1),
      time: "2026-11-27T22:30:00.\(100 + number)+01:00", hidden: hidden)
  }

  /// Each picture is 1000 bytes.
  private func open(files: Int, bytes: Int) throws -> Snapshots {
    try Snapshots(
      folder.path("shots"), limits: .init(files: files, bytes: bytes),
      encode: { _ in [UInt8](repeating: 0x55, count: 1000) },
      isOurs: { FileManager.default.contents(atPath: $0)?.first == 0x55 }, tell: { Issue.record("\($0)") })
  }

  private func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path("shots")).sorted()
  }

  @Test(arguments: [(4, 1_000_000, 4), (100, 3_500, 3), (1, 1_000, 1), (100, 999, 0)])
  func theOldestGo(_ files: Int, _ bytes: Int, _ kept: Int) throws {
    let snapshots = try open(files: files, bytes: bytes)
    for number in 0..<8 {
      snapshots.add(picture(number))
      snapshots.close()
    }
    let names = try names()
    #expect(names.count == kept)
    if kept > 0 { #expect(names.last == "glint-2026-11-27T22.30.00.107+01.00-face7-a_b_c.jpg") }
    // For this user alone.
    let mode = try FileManager.default.attributesOfItem(atPath: folder.path("shots"))[.posixPermissions] as? NSNumber
    #expect(mode?.intValue == 0o700)
  }

  /// What is hidden has one colour in each of sixteen fields; what is not stays.
  @Test func facesAreHidden() throws {
    let seen = Locked<Image?>(nil)
    let snapshots = try Snapshots(
      folder.path("shots"), limits: .init(files: 9, bytes: 1 << 20),
      encode: { image in
        seen.withLock { $0 = image }
        return [0]
      }, isOurs: { _ in true }, tell: { Issue.record("\($0)") })
    // A face of 16 by 16 with its margin of a quarter: 24 by 24 from 16, 8.
    let whole = picture(1).image
    snapshots.add(
      picture(
        1, hidden: [FaceBox(x: 20, y: 12, width: 16, height: 16), FaceBox(x: 60, y: -9, width: 90, height: .nan)]))
    snapshots.close()
    let image = try #require(seen.value)
    var colours = Set<[UInt8]>()
    for row in 0..<48 {
      for column in 0..<64 {
        let place = (row * 64 + column) * 3, pixel = Array(image.pixels[place..<place + 3])
        if (16..<40).contains(column), (8..<32).contains(row) {
          colours.insert(pixel)
        } else {
          #expect(pixel == Array(whole.pixels[place..<place + 3]))
        }
      }
    }
    #expect(colours.count <= 16)
  }
}
