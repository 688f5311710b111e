import Faces
import Foundation
import Imaging
import Models
import Numerics
import Testing

@Suite struct DecodingTests {
  private static let detection = Detection(stride: 8, threshold: 0.5, overlapPercent: 40, sides: 18...230)

  /// Random logits `[rows, columns, 4]`: some cells are faces, neighbours with equal scores among them.
  private static func logits(rows: Int, columns: Int, seed: UInt64) -> [Float] {
    var random = CounterRandom(seed: seed)
    return (0..<rows * columns).flatMap { _ -> [Float] in
      let score = (random.uniform(-12, 4) * 4).rounded() / 4
      return [score, random.uniform(-1, 1), random.uniform(-1, 1), random.uniform(-1, 3.5)]
    }
  }

  @Test func powersAndLogarithmsAreExactEnough() {
    for step in -4000...4000 {
      let x = Float(step) / 400
      #expect(abs(Double(Detection.exp2(x)) / exp2(Double(x)) - 1) < 5e-7, "2^\(x)")
      #expect(abs(Detection.log2(Detection.exp2(x)) - x) < 3e-6)
    }
  }

  /// What `Detection` says, in double precision and with the C library: slow, and written without looking at the other.
  private func plainly(_ logits: [Float], rows: Int, columns: Int) -> [(box: [Double], score: Float)] {
    var boxes: [(box: [Double], score: Float, cell: Int)] = []
    for cell in 0..<rows * columns where logits[4 * cell] >= Self.detection.threshold {
      let side = 32 * pow(2, Double(logits[4 * cell + 3]))
      let x = (Double(cell % columns) + 0.5) * 8 + Double(logits[4 * cell + 1]) * side
      let y = (Double(cell / columns) + 0.5) * 8 + Double(logits[4 * cell + 2]) * side
      boxes.append(([x - 0.425 * side, y - side / 2, 0.85 * side, side], logits[4 * cell], cell))
    }
    boxes.sort { $0.score == $1.score ? $0.cell < $1.cell : $0.score > $1.score }
    var kept: [(box: [Double], score: Float)] = []
    for (box, score, _) in boxes where kept.count < 64 {
      let isHidden = kept.contains { other in
        let (a, b) = (other.box, box)
        let across = max(0, min(a[0] + a[2], b[0] + b[2]) - max(a[0], b[0]))
        let down = max(0, min(a[1] + a[3], b[1] + b[3]) - max(a[1], b[1]))
        let shared = across * down
        let centre = (b[0] + b[2] / 2, b[1] + b[3] / 2)
        let inside = centre.0 > a[0] && centre.0 < a[0] + a[2] && centre.1 > a[1] && centre.1 < a[1] + a[3]
        return shared / (a[2] * a[3] + b[2] * b[3] - shared) > 0.4 || (inside && shared / (b[2] * b[3]) > 0.7)
      }
      if !isHidden { kept.append((box, score)) }
    }
    return kept
  }

  @Test(arguments: 0..<20 as Range<UInt64>)
  func equalsAPlainDefinition(seed: UInt64) {
    let (rows, columns) = (30, 40)
    let logits = Self.logits(rows: rows, columns: columns, seed: seed)
    var candidates: [DetectedFace] = [], faces: [DetectedFace] = []
    BoxDecoding(detection: Self.detection, rows: rows, columns: columns).add(logits, to: &candidates)
    Suppression.keepBest(of: &candidates, overlap: 0.4, most: 64, in: &faces)
    let wanted = plainly(logits, rows: rows, columns: columns)
    #expect(wanted.count > 20, "the case is worth looking at")
    #expect(faces.count == wanted.count)
    for (face, other) in zip(faces, wanted) {
      #expect(face.score == other.score)
      #expect(abs(Double(face.box.x) - other.box[0]) < 1e-3 && abs(Double(face.box.y) - other.box[1]) < 1e-3)
      #expect(abs(Double(face.box.width) - other.box[2]) < 1e-3 && abs(Double(face.box.height) - other.box[3]) < 1e-3)
    }
  }

  @Test func anyLogitsGiveSoundBoxes() {
    let odd: [Float] = [.nan, .infinity, -.infinity, 0, 1e30, -1e30, 3]
    var random = CounterRandom(seed: 5)
    let logits = (0..<4 * 30 * 40).map { _ in odd[random.below(odd.count)] }
    var faces: [DetectedFace] = []
    BoxDecoding(detection: Self.detection, rows: 30, columns: 40).add(logits, to: &faces)
    #expect(!faces.isEmpty)
    for face in faces {
      #expect(face.score.isFinite && face.box.x.isFinite && face.box.y.isFinite)
      #expect(face.box.width > 1 && face.box.width < 1100)
    }
  }

  @Test func ofEqualBoxesTheFirstStaysAndOfTooManyTheBest() {
    let box = FaceBox(x: 10, y: 10, width: 20, height: 20)
    var candidates = [
      DetectedFace(box: box, score: 1), DetectedFace(box: FaceBox(x: 11, y: 10, width: 20, height: 20), score: 1),
      DetectedFace(box: FaceBox(x: 14, y: 14, width: 9, height: 9), score: 0.9),
      DetectedFace(box: FaceBox(x: 28, y: 10, width: 20, height: 20), score: 0.8),
    ]
    var faces: [DetectedFace] = []
    Suppression.keepBest(of: &candidates, overlap: 0.4, most: 64, in: &faces)
    #expect(faces.map(\.box.x) == [10, 28])
    candidates = (0..<100).map {
      DetectedFace(box: FaceBox(x: Float(30 * $0), y: 0, width: 20, height: 20), score: Float($0 % 10))
    }
    Suppression.keepBest(of: &candidates, overlap: 0.4, most: 12, in: &faces)
    #expect(faces.map(\.score) == [Float](repeating: 9, count: 10) + [8, 8])
  }

  @Test func theMainFaceIsTheLargestOfTheSure() {
    func face(_ side: Float, _ score: Float) -> DetectedFace {
      DetectedFace(box: FaceBox(x: 0, y: 0, width: side, height: side), score: score)
    }
    #expect([face(20, 5), face(60, 4), face(200, 1)].main == face(60, 4))
    #expect([face(20, 5), face(20, 4.5)].main == face(20, 5))
    #expect([DetectedFace]().main == nil)
  }
}
