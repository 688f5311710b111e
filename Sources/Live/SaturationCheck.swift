import Models
import Runtime

/// Looks now and then at how much of what the network computes lies at the end of its int8 codes: more than calibration
/// saw by far is a picture unlike those that the model was calibrated on, and its codes do not tell such pictures
/// apart. For one thread at a time.
public final class SaturationCheck {
  /// A share of saturated elements below this is never a fault, whatever calibration saw. Tried with the compact
  /// network on 480 photos of people: calibrated on photos as they are, 99 in 100 stay below a twentieth of it, they
  /// and the same photos dark, blown out or tinted; calibrated on photos at 1/32 of the light, nine in ten that are
  /// exposed four times too long do, and it is there that int8 differs from float for 5 faces in 100.
  static let least: Float = 0.01
  /// So many times the share that calibration saw is a fault.
  static let factor: Float = 5
  /// So many looks in a row decide.
  static let patience = 3

  private let interpreter: Interpreter
  private let values: [Int]
  private let allowed: [Float]
  private var logits: [Float]
  private var unlike = 0

  /// Plans a second interpreter, which keeps all values: memory for one more run of the model.
  public init(_ model: QuantizedModel, kernels: KernelTable = .detected) throws(RuntimeError) {
    interpreter = try Interpreter(model, kernels: kernels, threads: 1, keepingAllValues: true)
    logits = [Float](repeating: 0, count: interpreter.logitCount)
    let graph = model.description.graph
    // The input has all codes by right. Values that only move others are as saturated as those.
    values = (1...graph.nodes.count).filter { number in
      switch graph.nodes[number - 1].operator {
      case .conv2D, .dense, .add, .multiply, .averagePool2D, .globalAveragePool: !graph.isOutput(number)
      // Functions such as the sigmoid lie at their own end by right.
      case .function(let function): function.kind == .hardSwish
      case .maxPool2D, .flatten, .reshape, .upsampleNearest, .resize, .rearrange, .concatenate: false
      }
    }
    allowed = values.map { number in
      max(Self.least, Self.factor * (model.saturation.isEmpty ? 0 : model.saturation[number]))
    }
  }

  /// Looks at one picture, `[height, width, channels]` of the network's input.
  ///
  /// - Returns: whether this and those before are unlike what calibration saw.
  public func look(at pixels: [UInt8]) -> Bool {
    unlike = isSaturated(pixels) ? unlike + 1 : 0
    return unlike >= Self.patience
  }

  /// The most that any value is saturated, as a multiple of what is allowed.
  package func excess(_ pixels: [UInt8]) -> Float {
    pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    return zip(values, allowed).reduce(0) { most, entry in
      max(most, interpreter.saturation(entry.0) / entry.1)
    }
  }

  private func isSaturated(_ pixels: [UInt8]) -> Bool { excess(pixels) > 1 }
}
