import Imaging
import RenderedFaces
import Testing

/// FNV-1a over a picture's bytes, so that a changed pixel on any machine shows.
func fingerprint(_ image: Image) -> UInt64 {
  image.pixels.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x0000_0100_0000_01B3 }
}

@Suite struct FacePainterTests {
  /// The same bytes on every machine. A change of the painter changes these, on purpose or not.
  @Test(arguments: [
    (0, UInt64(17_253_413_829_132_692_239)), (1, 12_484_977_089_741_569_343), (17, 6_910_231_620_903_709_425),
    (1234, 14_773_464_599_088_158_458),
  ])
  func paintsTheSameBytesEverywhere(index: Int, expected: UInt64) {
    let face = FacePainter.paint(seed: 7, index: index, size: 128)
    #expect(fingerprint(face.image) == expected, "picture \(index)")
  }

  @Test func orderDoesNotMatter() {
    let later = FacePainter.paint(seed: 3, index: 9, size: 64)
    _ = FacePainter.paint(seed: 3, index: 1, size: 64)
    #expect(FacePainter.paint(seed: 3, index: 9, size: 64).image == later.image)
    #expect(FacePainter.paint(seed: 4, index: 9, size: 64).image != later.image)
    #expect(FacePainter.paint(seed: 3, index: 10, size: 64).image != later.image)
  }

  @Test func everyPairOfNeighboursHasOneOfEachClass() {
    for pair in 0..<500 {
      let labels = [0, 1].map { FacePainter.label(seed: 11, index: 2 * pair + $0) }
      #expect(labels.sorted() == [0, 1], "pair \(pair)")
    }
    let first = (0..<500).map { FacePainter.label(seed: 11, index: 2 * $0) }.reduce(0, +)
    #expect((200...300).contains(first), "the order within a pair is random: \(first) of 500 begin with sad")
  }

  @Test(arguments: [1, 2, 16, 48, 97, 256, 300])
  func paintsAnySize(size: Int) {
    let face = FacePainter.paint(seed: 5, index: 4, size: size)
    #expect(face.image.width == size && face.image.height == size && face.image.channels == 3)
    #expect(face.image.pixels.count == size * size * 3)
  }

  @Test(arguments: [Float(0.35), 1])
  func theFaceIsInsideThePicture(variety: Float) {
    for index in 0..<200 {
      let face = FacePainter.paint(seed: 13, index: index, size: 32, variety: variety).face
      #expect(face.x >= 0 && face.y >= 0 && face.x + face.width <= 32 && face.y + face.height <= 32, "\(index)")
      #expect(face.width > 12 && face.height > 14, "\(index): \(face)")
    }
  }

  @Test func theFaceBoxHoldsTheFace() {
    // Two pictures that differ in the expression alone differ inside the box alone.
    for index in 0..<20 {
      var happy = FacePainter.parameters(seed: 17, index: index, label: 0)
      var sad = FacePainter.parameters(seed: 17, index: index, label: 1)
      happy.capture.noise = 0
      sad.capture.noise = 0
      happy.capture.blur = 0
      sad.capture.blur = 0
      let a = FacePainter.paint(happy, size: 96)
      let b = FacePainter.paint(sad, size: 96)
      var outside = 0
      var inside = 0
      for y in 0..<96 {
        for x in 0..<96 {
          let place = (y * 96 + x) * 3 + 1
          if abs(Int(a.image.pixels[place]) - Int(b.image.pixels[place])) < 10 { continue }
          let box = a.face.height > b.face.height ? a.face : b.face
          // Below the chin its shadow on the neck moves; hair that lies on the jaw moves with it.
          if Float(y) > box.y + box.height { continue }
          let isIn = Float(x) >= box.x - 2 && Float(x) <= box.x + box.width + 2 && Float(y) >= box.y - 2
          if isIn { inside += 1 } else { outside += 1 }
        }
      }
      #expect(inside > 80, "picture \(index) does not show its expression")
      #expect(outside <= inside / 5, "picture \(index): \(outside) pixels changed outside, \(inside) inside")
    }
  }
}
