import Glibc

extension Double {
  var logarithm10: Double { log10(self) }
}

/// Whether two classifiers differ on the same images beyond chance (McNemar 1947, "Note on the sampling error of
/// the difference between correlated proportions or percentages"), by the exact binomial test.
public enum McNemar {
  /// The two-sided p-value: the chance that of `first + second` images on which only one is right, a fair coin gives
  /// a split at least as uneven. 1 where there is no such image.
  ///
  /// - Parameters:
  ///   - first: images that only the first got right.
  ///   - second: images that only the second got right.
  public static func pValue(onlyFirstRight first: Int, onlySecondRight second: Int) -> Double {
    let total = first + second
    guard total > 0 else { return 1 }
    let fewer = min(first, second)
    // log C(n, k) - n log 2, summed from the small end.
    var tail = 0.0
    for k in 0...fewer {
      let logarithm = lgamma(Double(total) + 1) - lgamma(Double(k) + 1) - lgamma(Double(total - k) + 1)
      tail += exp(logarithm - Double(total) * log(2))
    }
    return min(1, 2 * tail)
  }
}
