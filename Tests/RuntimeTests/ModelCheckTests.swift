import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// A model that makes no sense is refused at load with the node's name.
@Suite struct ModelCheckTests {
  private func refusal(side: Int = 32, _ change: (inout QuantizedModel) -> Void) throws -> RuntimeError? {
    var model = try QuantizedModel.random(.happySad(input: [side, side, 3]), seed: 1)
    change(&model)
    do {
      _ = try Interpreter(model)
      return nil
    } catch {
      return error
    }
  }

  @Test func acceptsAGoodOne() throws {
    #expect(try refusal { _ in } == nil)
  }

  @Test func refusesWeightsBeyondTheRange() throws {
    let error = try refusal { $0.parameters[2]!.weight.elements[700] = -128 }
    #expect(error?.node == "conv2" && error!.reason.contains("-128"))
  }

  @Test func refusesAccumulatorsThatOverflow() throws {
    #expect(try refusal { $0.parameters[7]!.bias.elements[3] = .max }?.node == "dense1")
    #expect(try refusal { $0.parameters[7]!.bias.elements[3] = .min }?.node == "dense1")
  }

  /// Codes of 16 bits reach as far as the bound says, and no further.
  @Test func refusesCodesThatOverflow() throws {
    let bounds = try QuantizedModel.random(.happySad(input: [96, 96, 3]), seed: 1).largestCodes()
    #expect(bounds[7] < 32_767 && bounds[7] > 1_000)
    func error(_ largest: Int) throws -> RuntimeError? {
      try refusal(side: 96) { model in
        for value in 5...7 { model.quantization[value] = .init(sixteenBits: 0.001, largest: Int16(largest)) }
      }
    }
    #expect(try error(bounds[7]) == nil)
    let beyond = try error(bounds[7] + 1)
    #expect(beyond?.node == "dense1" && beyond!.reason.contains("reach \(bounds[7] + 1)"))
  }

  @Test func refusesScales() throws {
    for scale in [0, -1, .infinity, .nan, Float.leastNonzeroMagnitude] as [Float] {
      #expect(try refusal { $0.parameters[4]!.scales[1] = scale }?.node == "conv3")
    }
    #expect(try refusal { $0.quantization[0] = .init(scale: 1, zeroPoint: 0) }?.node == "input")
    #expect(
      try refusal {
        $0.quantization[2] = .init(scale: 1e-30, zeroPoint: 0); $0.quantization[1] = .init(scale: 1e30, zeroPoint: 0)
      } != nil)
  }

  @Test func refusesShapes() throws {
    #expect(try refusal { $0.parameters[0]!.scales.removeLast() }?.node == "conv1")
    #expect(try refusal { $0.parameters[0]!.weight = Tensor([16, 3, 3, 1], filledWith: 1) }?.node == "conv1")
    #expect(try refusal { $0.parameters[8] = nil }?.node == "dense2")
    #expect(try refusal { $0.parameters.removeLast() } != nil)
    #expect(try refusal { $0.description.graph.nodes[3].inputs = [9] }?.node == "pool2")
  }
}
