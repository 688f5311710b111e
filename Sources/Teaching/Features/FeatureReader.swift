import Models
import Numerics
import Runtime

/// What an int8 classifier knows of a picture before its last layer turns that into logits: the features.
///
/// The last layer, the head, is dense. All before it, the body, stays as it is when a head is taught, so that features
/// that were stored once serve again and again, and what is learned on them holds for the int8 network itself.
public final class FeatureReader {
  /// The number of the value that the head reads.
  public let value: Int
  /// Numbers of a picture.
  public let count: Int
  /// What the codes mean.
  public let quantization: QuantizationParameters
  private let interpreter: Interpreter

  /// Finds out whether a model can be taught, and makes nothing ready.
  ///
  /// - Throws: `TeachingError` for a model that does not end in a dense layer of logits that reads codes of 8 bits, or
  ///   that was taught already.
  public static func check(_ model: QuantizedModel) throws(TeachingError) { _ = try features(of: model) }

  /// - Throws: as `check`, and `RuntimeError` for a model that cannot be run.
  public init(_ model: QuantizedModel) throws {
    (value, count) = try Self.features(of: model)
    quantization = model.quantization[value]
    interpreter = try Interpreter(model, keepingAllValues: true)
  }

  /// The number of the value that the head reads, and its numbers.
  private static func features(of model: QuantizedModel) throws(TeachingError) -> (value: Int, count: Int) {
    let graph = model.description.graph
    guard let head = graph.nodes.last, case .dense = head.operator, model.description.isClassifier,
      graph.outputs.map(\.value) == [graph.nodes.count], let parameters = model.parameters.last ?? nil
    else {
      throw TeachingError("This model does not end in one dense layer of logits: only such models are taught.")
    }
    guard !graph.nodes.contains(where: { $0.name == Head.unitsName }) else {
      throw TeachingError("This model was taught already: teach the one that it came from, with all pictures.")
    }
    let value = head.inputs[0]
    guard !model.quantization[value].isSixteenBits else {
      throw TeachingError("The last layer of this model reads codes of 16 bits: only those of 8 are taught.")
    }
    return (value, parameters.weight.shape.count / parameters.bias.shape.count)
  }

  /// The features of one picture as codes, `[count]`.
  ///
  /// - Parameter pixels: of the network's input, `[height, width, channels]`.
  public func codes(_ pixels: [UInt8]) -> [Int8] {
    _ = interpreter.invoke(pixels)
    return interpreter.value(value).map { Int8(truncatingIfNeeded: $0) }
  }
}
