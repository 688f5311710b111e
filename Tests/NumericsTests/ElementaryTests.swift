import Foundation
import Numerics
import Testing

/// The C library is right to half a unit in the last place nearly everywhere; ours may be two units off.
@Suite struct ElementaryTests {
  private func isNear(_ a: Double, _ b: Double) -> Bool { abs(a - b) <= 2 * b.ulp }

  @Test func exponential() {
    var random = CounterRandom(seed: 5)
    for _ in 0..<20_000 {
      let x = Double(random.uniform(-690, 690)) + 1e-9
      #expect(isNear(Elementary.exp(x), Foundation.exp(x)), "\(x)")
    }
    #expect(Elementary.exp(0.0) == 1 && Elementary.exp(-701.0) == 0 && Elementary.exp(Double.nan).isNaN)
    #expect(Elementary.exp(1e300) == Elementary.exp(709.0) && Elementary.exp(-Double.infinity) == 0)
    #expect(Elementary.exp(Float(1)) == Foundation.exp(Float(1)))
  }

  @Test func logarithm() {
    var random = CounterRandom(seed: 6)
    for _ in 0..<20_000 {
      let x = Foundation.exp(Double(random.uniform(-700, 700)))
      #expect(abs(Elementary.log(x) - Foundation.log(x)) <= 2 * max(abs(Foundation.log(x)).ulp, 1e-16), "\(x)")
    }
    #expect(Elementary.log(1) == 0)
  }

  @Test func cosineOfHalfTurns() {
    for step in 0...1000 {
      let t = Double(step) / 1000
      #expect(abs(Elementary.cosinePi(t) - Foundation.cos(.pi * t)) < 1e-15)
    }
    #expect(Elementary.cosinePi(0.5) == 0)
  }
}
