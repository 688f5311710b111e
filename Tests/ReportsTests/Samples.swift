import Imaging
import Numerics
import Reports

/// Reports filled with figures that tests look for again. Names are as hostile as files can be.
enum Samples {
  static let hostile = "<script>alert('x & \"y\"')</script>.jpg"

  static func picture(_ seed: UInt64) -> Image {
    var random = CounterRandom(seed: seed)
    return Image(width: 40, height: 30, channels: 3, pixels: (0..<3600).map { _ in UInt8(random.below(256)) })
  }

  static func evaluated(_ count: Int) -> [EvaluatedPicture] {
    (0..<count).map { index in
      EvaluatedPicture(
        image: picture(UInt64(index)), name: index == 0 ? hostile : "face-\(index).jpg", truth: "happy",
        predictions: [
          PredictionFigures(model: "float", label: "happy", probability: 0.613),
          PredictionFigures(model: "int8", label: "sad", probability: 0.507),
        ])
    }
  }

  static let history = [
    EpochFigures(epoch: 1, loss: 0.8123, validationLoss: 0.7011, accuracy: 0.52, validationAccuracy: 0.55),
    EpochFigures(epoch: 2, loss: 0.4321, validationLoss: .nan, accuracy: 0.81, validationAccuracy: .nan),
    EpochFigures(epoch: 3, loss: 0.1234, validationLoss: 0.1999, accuracy: 0.96, validationAccuracy: 0.9417),
  ]

  static func evaluation(_ name: String, _ counts: [[Int]]) -> EvaluationFigures {
    let confusion = ConfusionCounts(labels: ["happy", "sad"], counts: counts)
    let bins = (0..<10).map {
      Reliability.Bin(confidence: 0.525 + 0.05 * Double($0), accuracy: 0.5 + 0.05 * Double($0), count: 7 * $0)
    }
    return EvaluationFigures(
      name: name, accuracy: Share(confusion.accuracy, low: 0.951, high: 0.987), confusion: confusion,
      roc: ROCCurve(points: [.init(0, 0), .init(0, 0.8), .init(0.1, 0.97), .init(1, 1)], area: 0.9876),
      reliability: Reliability(bins: bins, expectedCalibrationError: 0.0213),
      milliseconds: name == "int8" ? 0.64 : 1.92,
      bytes: name == "int8" ? 3_710_000 : 14_790_000)
  }

  static var training: TrainingReport {
    TrainingReport(
      title: "happy-sad", facts: [Fact("seed", "42"), Fact("data", "a folder & another <one>")], history: history,
      keptEpoch: 3, test: evaluation("float", [[147, 3], [5, 145]]), samples: evaluated(3),
      notes: ["2 files were passed over"], footer: "Glint")
  }

  static var comparison: ComparisonReport {
    var report = ComparisonReport(
      title: "float and int8", float: evaluation("float", [[147, 3], [5, 145]]),
      int8: evaluation("int8", [[146, 4], [5, 145]]), agreement: 0.99667, mcNemar: 1,
      layers: [
        LayerFigures(name: "conv1", sqnr: 38.72, cosine: 0.99987, clipped: 0.00012, usedLevels: 0.93),
        LayerFigures(name: "conv2", sqnr: 33.15, cosine: 0.99941, clipped: 0, usedLevels: 0.88),
        LayerFigures(name: "logit", sqnr: .infinity, cosine: 1, clipped: 0, usedLevels: .nan),
      ],
      flipped: evaluated(1), suggestions: ["conv2 channel 7: weights 40 times the median"],
      facts: [Fact("method", "percentile")])
    report.flips = 31
    report.verdict = .init("300 pictures cannot tell: int8 may be up to 1.3 points less accurate.")
    report.mcNemarSentence = "float alone is right on 1, int8 alone on 0."
    report.agreementInterval = 0.981...0.999
    report.groups = [
      GroupFigures(
        by: "class",
        rows: [
          .init(
            name: "happy", pictures: 150, float: 0.98, int8: 0.973, pointsLost: 0.3, interval: -0.7...1.3,
            agreement: 0.99)
        ])
    ]
    report.layerPictures = 32
    report.answers = ["int8, happy from 0.7, otherwise unsure: 80.4 % of 1 758 labelled"]
    report.method = .init(
      name: "mse+bias", reason: "of 2 methods tried, its logits are nearest to float",
      trials: ["on 300 validation images, points lost", "mse 0.33 (-1.01 to 1.67)", "mse+bias 0.00 (-0.65 to 0.65)"])
    return report
  }

  static var demo: DemoReport {
    DemoReport(
      training: training, comparison: comparison,
      latency: [StageLatency("decode", median: 0.94, worst: 1.31), StageLatency("classify", median: 0.64)],
      live: "A rendered camera, 10 s at 30 frames/s.", samples: evaluated(4), facts: [Fact("threads", "2")])
  }
}
