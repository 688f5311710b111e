import Foundation
import Numerics
import Testing

@Suite struct DecimalTextTests {
  @Test(arguments: [
    0, 0.5, 1.5, 2.5, -0.05, 0.05, 0.25, 0.35, 99.95, 1e-9, -1e-9, 123_456.789, 1e15, .nan, .infinity, -.infinity,
  ])
  func equalsTheCLibrary(_ value: Double) {
    for decimals in 0...6 { #expect(fixed(value, decimals) == String(format: "%.\(decimals)f", value)) }
  }

  @Test func equalsTheCLibraryOnRandomNumbers() {
    var random = CounterRandom(seed: 9)
    for _ in 0..<20_000 {
      let value = Double(Int64(truncatingIfNeeded: random.next()) >> Int64(20 + random.below(40))) / 4096
      #expect(fixed(value, 2) == String(format: "%.2f", value))
      #expect(percent(value) == String(format: "%.1f %%", value * 100))
    }
  }

  @Test func groupsDigits() {
    #expect([0, 999, 1_000, -12_345_678].map(grouped) == ["0", "999", "1 000", "-12 345 678"])
  }
}
