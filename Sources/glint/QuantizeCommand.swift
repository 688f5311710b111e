import ArgumentParser
import Foundation
import Graphs
import ModelFiles
import Quantization

/// `glint quantize`: float weights to int8.
struct Quantize: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Quantize a float model to int8, per channel.",
    discussion: """
      Activations are observed on calibration images (a few hundred pictures of the kind that the model will see; \
      labels are not needed), weights get one scale per output channel. What was observed can be kept and used \
      again without the images.

      Examples:
        glint quantize happy-sad.safetensors --calibration photos -o happy-sad.int8.safetensors
        glint quantize happy-sad.safetensors --calibration photos --method percentile -o q.safetensors
        glint quantize happy-sad.safetensors --record calibration.json -o q.safetensors
      """)

  @Argument(help: "The float model.")
  var model: String

  @Option(name: .long, help: "A folder of images to observe activations on.")
  var calibration: String?

  @Option(name: .long, help: "How many of the calibration images to use at most.")
  var images = 256

  @Option(name: .long, help: "Use this calibration record instead of images.")
  var record: String?

  @Option(name: .long, help: "Keep what was observed in this file.")
  var writeRecord: String?

  @Option(
    name: .long,
    help: "How to quantize, parts joined with '+' as in mse+weights-mse+equalize: \(QuantizationMethod.words).",
    transform: { name in
      guard let method = QuantizationMethod(name: name) else {
        throw ValidationError("Unknown method '\(name)'. Parts are: \(QuantizationMethod.words).")
      }
      return method
    })
  var method = QuantizationMethod()

  @Option(name: [.short, .long], help: "Where the int8 model goes.")
  var output: String

  @OptionGroup var boxes: BoxesOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var quiet: QuietOption

  func validate() throws {
    guard (calibration == nil) != (record == nil) else {
      throw ValidationError("Give either --calibration FOLDER or --record FILE.")
    }
    guard images > 0 else { throw ValidationError("--images takes a number from 1.") }
  }

  func run() throws {
    let float = try FloatModel.load(model)
    try AtomicFile.checkWritable(output)
    if let writeRecord { try AtomicFile.checkWritable(writeRecord) }
    let observed: CalibrationRecord
    if let record {
      observed = try CalibrationRecord.load(record, for: float)
    } else {
      observed = try calibrate(
        float, folder: calibration!, boxes: boxes.boxes, count: images, threads: threads.count, quiet: quiet.quiet)
    }
    let int8 = try Quantizer(method).quantize(float, observed)
    if let writeRecord { try observed.write(to: writeRecord) }
    try int8.write(to: output)
    if !quiet.quiet {
      emit("\(output): int8 by \(method) over \(observed.images.count) images")
    }
  }
}

/// Observes a folder's images, with progress, damaged files named.
func calibrate(
  _ model: FloatModel, folder: String, boxes: String? = nil, count: Int, threads: Int, quiet: Bool
) throws -> CalibrationRecord {
  var reading = Progress("Reading images", quiet: quiet)
  let images = try CalibrationImages(
    folder: folder, boxes: boxes, count: count, preprocessing: model.description.preprocessing
  ) { reading.update($0, of: $1) }
  reading.finish("\(images.items.count) images")
  for error in images.damaged { complain("passed over: \(error)") }
  return try calibrate(model, images.items.map { ($0.pixels, $0.hash) }, threads: threads, quiet: quiet)
}

/// Observes images in memory, with progress.
func calibrate(
  _ model: FloatModel, _ images: [(pixels: [UInt8], hash: String)], threads: Int, quiet: Bool
) throws -> CalibrationRecord {
  let calibrator = try Calibrator(model, threads: threads)
  var progress = Progress("Calibrating", quiet: quiet)
  for (index, image) in images.enumerated() {
    try calibrator.observe(image.pixels, hash: image.hash)
    progress.update(index + 1, of: images.count)
  }
  progress.finish("\(images.count) images observed")
  return calibrator.record
}
