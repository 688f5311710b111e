import DetectorTraining
import Evaluation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing
import Training

@Suite struct DetectionTests {
  @Test func cellsNearAFaceAimAtIt() {
    var targets = DetectionTargets(rows: 30, columns: 40, stride: 8)
    // Its middle is that of the cell in row 10, column 20: (164, 84).
    targets.set(faces: [FaceBox(x: 154, y: 74, width: 20, height: 20)], ignored: [])
    let own = 10 * 40 + 20
    #expect(targets.scores[own] == 1)
    #expect(targets.scores.filter { $0 == 1 }.count == 1)
    #expect(Array(targets.boxes[3 * own..<3 * own + 2]) == [0, 0])
    #expect(abs(targets.boxes[3 * own + 2] + 0.678_072) < 1e-5)  // log2(20 / 32)
    // Its neighbours may say either, and aim at it from where they are.
    #expect(targets.scores[own + 1] == -1)
    #expect(abs(targets.boxes[3 * (own + 1)] + 0.4) < 1e-6)
    #expect(targets.scores[own + 3] == 0)
    #expect(targets.faceWeights[own] == 1)

    // A large face has many cells, of the weight of four together.
    targets.set(faces: [FaceBox(x: 60, y: 20, width: 200, height: 200)], ignored: [])
    let cells = targets.scores.indices.filter { targets.scores[$0] == 1 }
    #expect(cells.count > 16)
    #expect(abs(DetectionLoss.weight(targets) - 4) < 1e-5)
    for cell in cells {
      let (column, row) = (Float(cell % 40), Float(cell / 40))
      #expect(abs((column + 0.5) * 8 + targets.boxes[3 * cell] * 200 - 160) < 1e-3)
      #expect(abs((row + 0.5) * 8 + targets.boxes[3 * cell + 1] * 200 - 120) < 1e-3)
    }

    // Of two that share cells, the smaller keeps its own; where nothing is asked, none is.
    targets.set(
      faces: [FaceBox(x: 154, y: 74, width: 20, height: 20), FaceBox(x: 64, y: 0, width: 200, height: 200)],
      ignored: [FaceBox(x: 0, y: 160, width: 320, height: 80)])
    #expect(targets.scores[own] == 1)
    #expect(abs(targets.boxes[3 * own + 2] + 0.678_072) < 1e-5)
    #expect(targets.scores[29 * 40] == -1)
    // Faces beyond the picture ask for nothing, and break nothing.
    targets.set(
      faces: [FaceBox(x: -500, y: 1e7, width: 50, height: 50)], ignored: [FaceBox(x: -1e9, y: 0, width: 3, height: 3)])
    #expect(!targets.scores.contains { $0 != 0 })
  }

  @Test func lossGradientIsItsSlope() {
    var targets = DetectionTargets(rows: 4, columns: 5, stride: 8)
    targets.set(
      faces: [FaceBox(x: 8, y: 9, width: 19, height: 19)], ignored: [FaceBox(x: 32, y: 0, width: 8, height: 8)])
    var random = CounterRandom(seed: 5)
    var logits = (0..<4 * 5 * Detection.channels).map { _ in random.uniform(-3, 3) }
    let loss = DetectionLoss()
    func value(_ logits: [Float], _ gradient: inout [Float]) -> Double {
      logits.withUnsafeBufferPointer { logits in
        gradient.withUnsafeMutableBufferPointer {
          loss.evaluate(logits, targets, scale: 0.5, gradient: $0.baseAddress!)
        }
      }
    }
    var gradient = [Float](repeating: .nan, count: logits.count), other = gradient
    _ = value(logits, &gradient)
    #expect(gradient.allSatisfy { $0.isFinite })
    #expect(gradient.contains { $0 != 0 })
    for index in logits.indices {
      let kept = logits[index]
      logits[index] = kept + 1e-3
      let above = value(logits, &other)
      logits[index] = kept - 1e-3
      let below = value(logits, &other)
      let step = Double((kept + 1e-3) - (kept - 1e-3))
      logits[index] = kept
      let slope = (above - below) / step
      #expect(abs(slope - Double(gradient[index])) < 2e-3 * max(1, abs(slope)), "logit \(index)")
    }
    // No logit makes it other than finite.
    for extreme: Float in [-1e30, 1e30] {
      #expect(value([Float](repeating: extreme, count: logits.count), &other).isFinite)
      #expect(other.allSatisfy { $0.isFinite })
    }
  }

  @Test func averagePrecisionByHand() {
    var metrics = DetectionMetrics()
    let face = FaceBox(x: 0, y: 0, width: 10, height: 10), far = FaceBox(x: 50, y: 50, width: 10, height: 10)
    // A hit at 3, a second box of the same face at 2, a miss; then a hit at 1. Of three faces two are found.
    let scores = metrics.add(
      [.init(face, score: 3), .init(FaceBox(x: 1, y: 0, width: 10, height: 10), score: 2)], faces: [face, far])
    #expect(scores == [3, nil])
    metrics.add([.init(face, score: 1)], faces: [face])
    // Precision 1 up to a recall of 1/3, then 2/3 up to 2/3.
    #expect(abs(metrics.averagePrecision - (1.0 / 3 + 2.0 / 9)) < 1e-12)
    #expect(metrics.found(threshold: 2) == 1)
    #expect(metrics.falseBoxes(threshold: 2) == 1)
    #expect(metrics.falseBoxes(threshold: metrics.threshold(falseBoxes: 0)) == 0)
    #expect(metrics.falseBoxes(threshold: metrics.threshold(falseBoxes: 1)) == 1)
    // Over an ignored place nothing counts.
    metrics.add([.init(far, score: 9)], faces: [], ignored: [far])
    #expect(abs(metrics.averagePrecision - (1.0 / 3 + 2.0 / 9)) < 1e-12)
  }

  @Test func seriesStayTogether() {
    func part(_ name: String) -> DetectionMaterial.Part { DetectionMaterial.part(ofFile: "somewhere/" + name) }
    #expect(part("Ann_Lee_0001.jpg") == part("Ann_Lee_0002.jpg"))
    #expect((0..<25).allSatisfy { part("image_00\(25 + $0).jpg") == part("image_0025.jpg") })
    let counts = Dictionary(grouping: (0..<2000).map { part("person\($0)_a.jpg") }) { $0 }.mapValues(\.count)
    #expect((1500...1700).contains(counts[.training] ?? 0))
    #expect((110...210).contains(counts[.validation] ?? 0))
  }
}
