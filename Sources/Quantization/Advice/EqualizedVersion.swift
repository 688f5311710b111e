import ModelFiles
import Models

extension FloatModel {
  /// This network after equalization across layers, where the int8 model was made from that; nil where it was made from
  /// the network as it is, from another one, or where nothing can be equalized.
  ///
  /// - Throws: `GraphError` for a graph that makes no sense.
  public func equalizedVersion(of int8: QuantizedModel) throws -> FloatModel? {
    let card = int8.description.card
    guard int8.description.graph == description.graph, card["float weights sha256"] == weightsSHA256,
      card["quantization method"].flatMap({ QuantizationMethod(name: $0) })?.equalizes == true
    else { return nil }
    return try CrossLayerEqualization.equalized(self)
  }
}

extension LoadedModel {
  /// `FloatModel.equalizedVersion(of:)` where this model is float and the other int8.
  public func equalizedVersion(of other: LoadedModel) throws -> FloatModel? {
    guard case .float(let float) = self, case .int8(let int8) = other else { return nil }
    return try float.equalizedVersion(of: int8)
  }
}
