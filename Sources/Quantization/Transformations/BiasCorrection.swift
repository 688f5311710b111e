/// Empirical bias correction (Nagel et al. 2019, "Data-Free Quantization Through Weight Equalization and Bias
/// Correction", section 4.2 and appendix D): rounding and clipping shift the mean of each channel, and the shift adds
/// up from layer to layer. The bias takes it back.
enum BiasCorrection {
  /// What to add to the bias of each output channel, `E[w x] - E[w' x']` before the activation, where x and w are of
  /// the float layer, x' and w' of the int8 layer behind all layers that are corrected already.
  ///
  /// - Parameters:
  ///   - exact: the mean of what each tap reads in the float network, `[groups][taps]`.
  ///   - coded: the same of the int8 network.
  ///   - weight: of the float layer, `[outputs][taps]`.
  ///   - codes: of the int8 layer, `[outputs][taps]`.
  ///   - scales: of the int8 layer's weights, `[outputs]`.
  static func shifts(
    exact: [Float], coded: [Float], weight: [Float], codes: [Int8], scales: [Float]
  ) -> [Float] {
    let taps = weight.count / scales.count
    let groupOutputs = scales.count / (exact.count / taps)
    return scales.indices.map { output in
      let first = output / groupOutputs * taps
      var sum = 0.0
      for tap in 0..<taps {
        let at = output * taps + tap
        sum += Double(weight[at]) * Double(exact[first + tap])
        sum -= Double(scales[output]) * Double(codes[at]) * Double(coded[first + tap])
      }
      return Float(sum)
    }
  }
}
