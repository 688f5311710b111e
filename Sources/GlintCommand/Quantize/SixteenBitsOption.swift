import Quantization

/// What `--sixteen-bits` asks for.
enum SixteenBitsOption: Hashable {
  /// Layers that are known.
  case these(SixteenBitLayers)
  /// Those that the search finds.
  case auto

  init?(list: String) {
    guard list != "auto" else {
      self = .auto
      return
    }
    guard let layers = SixteenBitLayers(list: list) else { return nil }
    self = .these(layers)
  }

  var layers: SixteenBitLayers? { if case .these(let layers) = self { layers } else { nil } }
}
