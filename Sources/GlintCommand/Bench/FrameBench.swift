import Camera
import Faces
import Files
import Imaging
import Inference
import Live
import ModelFiles
import Models
import Numerics
import Runtime

/// How long a camera's JPEG takes to its labels, in the words of `bench --json`: the labeller of `glint live` on frames
/// that have come, with or without looking for faces.
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
  /// Followed in each frame, in the order of their files; nil where faces are not looked for.
  let faces: [Int]?
  /// Of each frame's faces, in the order of their files.
  let logits: [[Float]]

  /// - Parameters:
  ///   - folder: of JPEGs, which are gone through again and again.
  ///   - detector: finds faces; without one, the middle of the frame counts as the only one.
  /// - Throws: `Failure` for a folder without pictures, `ImageError` for one that does not decode, `RuntimeError` for a
  ///   model that does not run.
  init(
    _ loaded: LoadedModel, path: String, folder: String, detector: FaceDetector?, threads: Int, runs: Int
  ) throws {
    try FileArguments.checkFolders([folder])
    var frames = try ImageFiles.list(folder).map { try Self.frame($0) }
    guard !frames.isEmpty else { throw Failure("\(folder): there are no pictures in it") }
    let runner = try ModelRunner(loaded, threads: threads)
    let labeller = try FrameLabeller(
      loaded.description, follower: detector.map { FaceFollower($0) }, logits: { runner.logits($0) })
    var all = Samples(), decode = Samples(), detect = Samples(), prepare = Samples(), classify = Samples()
    var answers: [[Float]] = []
    var counts: [Int] = []
    // Before the measurement once over all frames to warm up, since who follows faces waits for the second frame of
    // one, and once for their answers.
    for number in 0..<2 * frames.count + runs {
      // Whoever follows faces wants to know when frames were taken.
      frames[number % frames.count].nanoseconds = UInt64(number + 1) * 33_333_333
      let labelled = try labeller.label(frames[number % frames.count])
      guard number >= 2 * frames.count else {
        guard number >= frames.count else { continue }
        answers += labelled.faces.map(\.logits)
        counts.append(labelled.faces.count)
        continue
      }
      let times = labelled.times
      let stages = [times.decode, times.detect, times.prepare, times.classify].map { Double($0) / 1e6 }
      all.add(stages.reduce(0, +))
      decode.add(stages[0])
      detect.add(stages[1])
      prepare.add(stages[2])
      classify.add(stages[3])
    }
    (model, isa, self.threads, self.frames, self.runs) = (
      path, KernelTable.detected.isa.name, threads, frames.count, runs
    )
    (minMs, medianMs, p99Ms) = (all.least, all.median, all.quantile(0.99))
    let search = detector == nil ? [] : [Stage("detect", detect)]
    stages = [Stage("decode", decode)] + search + [Stage("prepare", prepare), Stage("classify", classify)]
    faces = detector == nil ? nil : counts
    logits = answers
  }

  /// A JPEG file as a camera would give it.
  private static func frame(_ path: String) throws -> Frame {
    var frame = Frame()
    frame.bytes = try ImageDecoder.bytes(ofFile: path)
    if let format = FileFormat(frame.bytes), format != .jpeg {
      throw Failure("\(path): is \(format.name); --frames measures JPEGs, as cameras give them")
    }
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    do { try FrameDecoder().decode(frame, into: &image) } catch {
      throw ImageError(file: path, cause: error.cause)
    }
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
    let seen = faces.map { ", \(fixed(Double($0.reduce(0, +)) / Double($0.count), 1)) faces a frame" } ?? ""
    return ["\(model): from JPEG to label, \(isa), \(words)\(seen)", ""] + table.lines
  }
}
