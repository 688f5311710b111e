import ModelFiles
import Models
import Quantization

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
