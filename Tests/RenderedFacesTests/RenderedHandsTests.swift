import Files
import Foundation
import Imaging
import RenderedFaces
import TestSupport
import Testing

@Suite struct RenderedHandsTests {
  @Test func picturesDependOnSeedAndIndexAlone() {
    let (first, label) = RenderedHands.paint(seed: 3, index: 5, size: 64)
    let (again, same) = RenderedHands.paint(seed: 3, index: 5, size: 64)
    #expect(first.pixels == again.pixels && label == same && first.width == 64 && first.channels == 3)
    #expect(RenderedHands.paint(seed: 4, index: 5, size: 64).image.pixels != first.pixels)
    #expect(RenderedHands.paint(seed: 3, index: 6, size: 64).image.pixels != first.pixels)
  }

  /// Three neighbours show one gesture each, and their order changes.
  @Test func classesAreBalanced() {
    let labels = (0..<60).map { RenderedHands.paint(seed: 8, index: $0, size: 16).label }
    var orders: Set<[Int]> = []
    for start in stride(from: 0, to: 60, by: 3) {
      let order = Array(labels[start..<start + 3])
      #expect(order.sorted() == [0, 1, 2])
      orders.insert(order)
    }
    #expect(orders.count > 2)
  }

  /// What tells the gestures apart is seen: above the palm, an open hand covers more of a plain picture than a fist.
  @Test func anOpenHandCoversMoreThanAFist() {
    var covered = [0.0, 0, 0]
    for index in 0..<30 {
      let (image, label) = RenderedHands.paint(seed: 12, index: index, size: 96, variety: 0)
      // In the upper half, above the palm, where only stretched fingers are; a background is smooth there.
      var edges = 0
      for y in 8..<42 {
        for x in 1..<95 where abs(luma(image, x, y) - luma(image, x - 1, y)) > 18 { edges += 1 }
      }
      covered[label] += Double(edges)
    }
    #expect(covered[1] > 1.3 * covered[0], "\(covered)")
    #expect(covered[2] > 1.1 * covered[0] && covered[1] > covered[2], "\(covered)")
  }

  private func luma(_ image: Image, _ x: Int, _ y: Int) -> Int {
    let at = (y * image.width + x) * 3
    return (Int(image.pixels[at]) + Int(image.pixels[at + 1]) + Int(image.pixels[at + 2])) / 3
  }

  @Test func aFolderHasAFolderForEachGesture() throws {
    let folder = try TemporaryFolder()
    let path = folder.path("hands")
    #expect(try RenderedHands.write(count: 9, seed: 1, size: 32, to: path, threads: 2))
    for gesture in RenderedHands.labels {
      #expect(try FileManager.default.contentsOfDirectory(atPath: path + "/" + gesture).count == 3)
    }
    #expect(throws: FileError.self) { try RenderedHands.write(count: 3, seed: 1, size: 32, to: path) }
    #expect(try !RenderedHands.write(count: 9, seed: 1, size: 32, to: folder.path("none"), isCancelled: { true }))
    #expect(try folder.names() == ["hands"])
  }
}
