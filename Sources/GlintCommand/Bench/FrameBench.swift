import Camera
import Imaging
import Inference
import Live
import ModelFiles
import Models
import Numerics
import Runtime

/// How long a camera's JPEG takes to its label, in the words of `bench --json`: the labeller of `glint live` on frames
/// that have come, where no face is looked for.
struct FrameBenchResult: Encodable {
  struct Stage: Encodable {
    let name: String
    let minMs: Double
    let medianMs: Double
    let p99Ms: Double

    init(_ name: String, _ times: Samples) {
      self.name = name
      (minMs, medianMs, p99Ms) = (times.least, times.median, times.quantile(0.99))
    }
  }

  let model: String
  let isa: String
  let threads: Int
  let frames: Int
  let runs: Int
  let minMs: Double
  let medianMs: Double
  let p99Ms: Double
  let stages: [Stage]
  /// Of each frame, in the order of their files.
  let logits: [[Float]]

  /// - Parameter folder: of JPEGs, which are gone through again and again.
  init(_ loaded: LoadedModel, path: String, folder: String, threads: Int, runs: Int) throws {
    let frames = try ImageFiles.list(folder).map { try Self.frame($0) }
    guard !frames.isEmpty else { throw Failure("\(folder): there are no pictures in it") }
    let runner = try ModelRunner(loaded, threads: threads)
    let labeller = try FrameLabeller(loaded.description) { runner.logits($0) }
    var all = Samples(), decode = Samples(), prepare = Samples(), classify = Samples()
    var answers: [[Float]] = []
    // Once over all frames before the measurement, for their answers and to warm up.
    for number in 0..<frames.count + runs {
      let labelled = try labeller.label(frames[number % frames.count])
      guard number >= frames.count else {
        answers += labelled.faces.map(\.logits)
        continue
      }
      let stages = [labelled.times.decode, labelled.times.prepare, labelled.times.classify].map { Double($0) / 1e6 }
      all.add(stages.reduce(0, +))
      decode.add(stages[0])
      prepare.add(stages[1])
      classify.add(stages[2])
    }
    (model, isa, self.threads, self.frames, self.runs) = (
      path, KernelTable.detected.isa.name, threads, frames.count, runs
    )
    (minMs, medianMs, p99Ms) = (all.least, all.median, all.quantile(0.99))
    stages = [Stage("decode", decode), Stage("prepare", prepare), Stage("classify", classify)]
    logits = answers
  }

  /// A JPEG file as a camera would give it.
  private static func frame(_ path: String) throws -> Frame {
    var frame = Frame()
    frame.bytes = try ImageDecoder.bytes(ofFile: path)
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    try FrameDecoder().decode(frame, into: &image)
    (frame.width, frame.height) = (image.width, image.height)
    return frame
  }

  /// The table for people.
  var lines: [String] {
    var table = Table(["stage", "min ms", "median ms", "p99 ms"])
    for stage in stages {
      table.add([stage.name, fixed(stage.minMs, 4), fixed(stage.medianMs, 4), fixed(stage.p99Ms, 4)])
    }
    table.add(["all", fixed(minMs, 4), fixed(medianMs, 4), fixed(p99Ms, 4)])
    let words = "\(threads) thread\(threads == 1 ? "" : "s"), \(frames) frames, \(runs) runs"
    return ["\(model): from JPEG to label, \(isa), \(words)", ""] + table.lines
  }
}
