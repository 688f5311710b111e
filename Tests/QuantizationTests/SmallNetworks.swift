import Files
import ModelFiles
import Models
import Numerics
import Quantization
import TestSupport
import Training

extension FloatModel {
  /// One dense layer of three pixels, 0...1, to one logit, without bias: `weights` are its three.
  static func ofThreePixels(_ weights: [Float]) throws -> FloatModel {
    let graph = Graph(
      input: [1, 1, 3],
      nodes: [.init("flat", .flatten, inputs: [0]), .init("logit", .dense(.init(outputs: 1)), inputs: [1])],
      outputs: [.init(value: 2, function: .sigmoid)])
    var model = try FloatModel.random(graph, seed: 1)
    model.parameters[1] = .init(weight: Tensor([1, 3], weights), bias: Tensor([1], [0]))
    return model
  }

  /// What is recorded of pictures.
  func record(_ images: [[UInt8]], threads: Int = 1) throws -> CalibrationRecord {
    let calibrator = try Calibrator(self, threads: threads)
    for pixels in images { try calibrator.observe(pixels, hash: pixels.withUnsafeBytes { SHA256.hex($0) }) }
    return calibrator.record
  }

  /// What a method of some name learns of pictures.
  func learned(_ images: [[UInt8]], by name: String, threads: Int = 1) throws -> LearnedParameters {
    guard let method = QuantizationMethod(name: name) else { throw QuantizationError("no method: \(name)") }
    return try Learner(method, self, try record(images, threads: threads), threads: threads).learn(images)
  }
}

/// 64 pictures of three pixels, the last two of which are always equal.
func picturesWithEqualPixels() -> [[UInt8]] {
  var random = CounterRandom(seed: 4)
  return (0..<64).map { _ in
    let pixel = UInt8(random.below(256))
    return [UInt8(random.below(256)), pixel, pixel]
  }
}
