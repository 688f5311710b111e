import Live
import Tensors
import TestSupport
import Testing

@Suite struct PictureCheckTests {
  /// Noise around a colour.
  private func picture(_ red: Int, _ green: Int, _ blue: Int, spread: Int = 40) -> [UInt8] {
    var random = CounterRandom(seed: 8)
    return (0..<64 * 64).flatMap { _ -> [UInt8] in
      let step = random.below(2 * spread + 1) - spread
      return [red, green, blue].map { UInt8(min(255, max(0, $0 + step))) }
    }
  }

  private func verdict(_ pixels: [UInt8], channels: Int = 3) -> PictureFault? {
    var check = PictureCheck(), told: [PictureFault] = []
    for _ in 0..<40 { if let fault = check.look(at: pixels, channels: channels) { told.append(fault) } }
    #expect(told == (check.fault.map { [$0] } ?? []), "told once")
    return check.fault
  }

  @Test func faultsHaveTheirNames() {
    #expect(verdict(picture(120, 110, 100)) == nil)
    #expect(verdict(picture(120, 120, 120, spread: 2)) == .empty)
    #expect(verdict(picture(15, 15, 15, spread: 14)) == .dark)
    #expect(verdict(picture(250, 250, 250, spread: 60)) == .blownOut)
    #expect(verdict(picture(200, 90, 80)) == .colourCast)
    #expect(verdict(picture(15, 15, 15, spread: 14).enumerated().filter { $0.offset % 3 == 0 }.map(\.element), channels: 1) == .dark)
    #expect(verdict([]) == nil)
  }

  @Test func oneFrameDecidesNothing() {
    var check = PictureCheck()
    let good = picture(120, 110, 100), dark = picture(15, 15, 15, spread: 14)
    for round in 0..<100 {
      #expect(check.look(at: round % 10 == 0 ? dark : good, channels: 3) == nil)
    }
    for _ in 0..<30 { _ = check.look(at: dark, channels: 3) }
    #expect(check.fault == .dark)
    for _ in 0..<30 { #expect(check.look(at: good, channels: 3) == nil) }
    #expect(check.fault == nil)
    for fault in PictureFault.allCases { #expect(!fault.advice.isEmpty) }
  }
}
