import Live
import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// Pictures beyond what calibration saw.
@Suite struct SaturationCheckTests {
  private let model: QuantizedModel
  private let pixels: [UInt8]

  init() throws {
    model = try QuantizedModel.random(Graph.happySad(input: [32, 32, 3]), seed: 5)
    var random = CounterRandom(seed: 4)
    pixels = (0..<32 * 32 * 3).map { _ in UInt8(random.below(256)) }
  }

  /// The same network, its codes covering so many times less, from zero up as after ReLU.
  private func narrowed(_ model: QuantizedModel, by factor: Float) -> QuantizedModel {
    var narrow = model
    // Biases are in units of what comes in, which for the first layer are pixels as before.
    for node in narrow.parameters.indices.dropFirst() {
      guard let bias = narrow.parameters[node]?.bias else { continue }
      let scaled = bias.elements.map { Int32((Float($0) * factor).rounded()) }
      narrow.parameters[node]?.bias = Tensor(bias.shape, scaled)
    }
    for (value, old) in narrow.quantization.enumerated().dropFirst() {
      narrow.quantization[value] = QuantizationParameters(scale: old.scale / factor, zeroPoint: -128)
    }
    return narrow
  }

  @Test func lookingThreeTimesDecides() throws {
    let narrow = narrowed(model, by: 64)
    let check = try SaturationCheck(narrow)
    #expect(check.excess(pixels) > 1)
    #expect([check.look(at: pixels), check.look(at: pixels), check.look(at: pixels)] == [false, false, true])
    let wide = try SaturationCheck(narrowed(model, by: 1.0 / 64))
    #expect(wide.excess(pixels) == 0 && !wide.look(at: pixels))
  }

  @Test func whatCalibrationSawIsAllowed() throws {
    var narrow = narrowed(model, by: 64)
    let unknown = try SaturationCheck(narrow).excess(pixels)
    narrow.saturation = [Float](repeating: 0.3, count: narrow.quantization.count)
    let known = try SaturationCheck(narrow).excess(pixels)
    // 1 % is allowed where nothing is known, five times what was seen where something is.
    #expect(unknown > 1 && known <= 1 && known < unknown)
    narrow.saturation = [Float](repeating: 0, count: narrow.quantization.count)
    #expect(try SaturationCheck(narrow).excess(pixels) == unknown)
  }
}
