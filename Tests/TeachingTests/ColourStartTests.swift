import FloatRuntime
import ModelFiles
import Models
import Numerics
import Teaching
import TestSupport
import Testing

/// A network of grey pictures that goes on in colour.
@Suite struct ColourStartTests {
  private static func compact() throws -> FloatModel { try FloatModel.load("Calibration/Models/compact.safetensors") }

  /// Before it has learned anything, it says of a grey picture what the grey network says of it.
  @Test func greyPicturesAreSeenAsBefore() throws {
    let grey = try Self.compact()
    let colour = try #require(grey.inColour(side: 64))
    #expect(colour.description.preprocessing.colour == .rgb && colour.description.graph.input == [64, 64, 3])
    let (one, three) = (try FloatInterpreter(grey, threads: 1), try FloatInterpreter(colour, threads: 1))
    for stream in 0..<4 as Range<UInt64> {
      var random = CounterRandom(seed: 5, stream: stream)
      let pixels = (0..<64 * 64).map { _ in UInt8(random.below(256)) }
      let repeated = pixels.flatMap { [$0, $0, $0] }
      for (before, after) in zip(one.run(pixels: pixels), three.run(pixels: repeated)) {
        #expect(abs(before - after) < 1e-3 * max(1, abs(before)))
      }
      // A colour is seen, too.
      let green = pixels.flatMap { value -> [UInt8] in [value, 255, value] }
      #expect(three.run(pixels: green) != three.run(pixels: repeated))
    }
  }

  @Test func otherSizesAreSeenAndColourStaysAsItIs() throws {
    let grey = try Self.compact()
    let large = try #require(grey.inColour(side: 96))
    #expect(large.description.preprocessing.width == 96 && large.description.graph.input == [96, 96, 3])
    let logits = try FloatInterpreter(large, threads: 1).run(pixels: [UInt8](repeating: 90, count: 96 * 96 * 3))
    #expect(logits.count == grey.description.labels.count && logits.allSatisfy(\.isFinite))
    // What reads colour already is not changed.
    #expect(large.inColour(side: 96) == nil)
  }
}
