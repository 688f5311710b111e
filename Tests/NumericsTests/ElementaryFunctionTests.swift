import Foundation
import Numerics
import Testing

/// What activations are made of, against the C library.
@Suite struct ElementaryFunctionTests {
  /// Everywhere of interest, zero, tiny and huge numbers among them.
  private static let places: [Double] =
    [0, 1e-300, 1e-20, 1e-9, 1e-4, 0.01, 0.29999, 0.3, 0.30001, 1e3, 1e300].flatMap { [$0, -$0] }
    + (-4000...4000).map { Double($0) / 100 + 1.3e-5 }

  private func expect(_ name: String, _ ours: (Double) -> Double, _ theirs: (Double) -> Double) {
    for x in Self.places {
      let (a, b) = (ours(x), theirs(x))
      #expect(a == b || abs(a - b) <= 1e-14 * abs(b) || abs(b) < 1e-290, "\(name) of \(x): \(a), not \(b)")
    }
  }

  @Test func activations() {
    expect("sigmoid", Elementary.sigmoid) { $0 < 0 ? exp($0) / (1 + exp($0)) : 1 / (1 + exp(-$0)) }
    expect("expMinusOne", { Elementary.expMinusOne(min($0, 700)) }) { expm1(min($0, 700)) }
    expect("softplus", Elementary.softplus) { max($0, 0) + log1p(exp(-abs($0))) }
    expect("tanh", Elementary.tanh, Foundation.tanh)
    expect("erf", Elementary.erf, Foundation.erf)
    #expect(Elementary.tanh(.infinity) == 1 && Elementary.erf(-.infinity) == -1 && Elementary.sigmoid(-1e9) == 0)
  }

  @Test func powers() {
    for y in [-2.5, -2, -1, 0, 0.5, 1, 1.7, 3, 65] {
      for x in [1e-3, 0.7, 1, 2.2, 9] {
        #expect(abs(Elementary.power(x, y) / pow(x, y) - 1) < 1e-13, "\(x)^\(y)")
      }
    }
    #expect(Elementary.power(-2, 3) == -8 && Elementary.power(-2, -2) == 0.25)
    #expect(Elementary.power(-2, 1.5).isNaN && Elementary.power(0, 1.5) == 0 && Elementary.power(0, -1.5) == .infinity)
  }
}
