import Evaluation
import ModelFiles
import Quantization
import TestSupport
import Testing

@Suite struct SuggestionTests {
  /// The nasty network made without equalization is told to use it; made with it, it is held against its equalized
  /// version.
  @Test func wideChannelsAreNamed() throws {
    let nasty = try NastyNetwork()
    let record = try nasty.record()
    let plain = try Quantizer(method: .minMax).quantize(nasty.model, record)
    let images = Array(nasty.test.prefix(40))
    let first = try Comparison(.float(nasty.model), .int8(plain), images: images, threads: 2)
    #expect(!first.isEqualized)
    let suggestions = Suggestions.list(first, of: .int8(plain))
    let named = suggestions.first { $0.hasPrefix("depth1 channel 0: weights ") }
    #expect(named?.hasSuffix("times the median, equalization would help") == true, "\(suggestions)")
    // Alone, a depthwise layer's wide channel ruins the logits; the last layer does not.
    let effects = Dictionary(uniqueKeysWithValues: first.layers.map { ($0.name, $0.alone?.logitError ?? 0) })
    #expect(effects["depth2"]! > 5 * effects["logits"]!)
    let method = QuantizationMethod(range: .minMax, equalizes: true)
    let equalized = try Quantizer(method).quantize(nasty.model, record)
    let second = try Comparison(
      .float(nasty.model), .int8(equalized), images: images, threads: 2,
      equalized: nasty.model.equalizedVersion(of: equalized))
    #expect(second.isEqualized)
    #expect(second.layers.allSatisfy { $0.statistics.sqnr > 20 })
    #expect(
      !Suggestions.list(second, of: .int8(equalized)).contains {
        $0.contains("equalization would help")
      })
  }
}
