import ModelFiles
import Models
import Quantization

/// Refuses a model of several inputs: what is observed are values on pictures.
func checkTakesPictures(_ description: ModelDescription, _ model: String) throws {
  guard description.takesPictures else {
    throw Failure("\(model): reads several inputs, and quantizing observes pictures; such a model stays in float")
  }
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
