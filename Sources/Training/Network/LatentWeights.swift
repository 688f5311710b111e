import FloatRuntime
import Numerics
import Threads

/// The exact weights behind a network that computes with rounded ones.
///
/// Each weight is kept, and learned, in units of its own int8 step, so that one learning rate suits channels whose
/// ranges are far apart: `weight = unit * round_half_even(latent)`. The network is given the right side; its gradient
/// by the rounded weight, times the unit, is taken for that by the latent one (the straight-through estimator, see
/// `FakeQuantization`). Biases have units too, but are not rounded: their int32 steps are thousands of times finer than
/// what a layer's result can say.
public final class LatentWeights {
  private struct Entry {
    let parameter: Parameter
    let latent: FloatBuffer
    let unit: FloatBuffer
    let isRounded: Bool
  }

  private let network: Network
  private var entries: [Entry] = []
  /// Elements that one task takes.
  private static let block = 1 << 16

  /// Starts without weights; each parameter of the network is to be `add`ed once.
  public init(_ network: Network) { self.network = network }

  /// Takes over one parameter.
  ///
  /// - Parameters:
  ///   - name: of the parameter, as in `conv1.weight`.
  ///   - latent: in units, shaped as the parameter.
  ///   - units: by output channel; what has the unit 0 stays as it is.
  ///   - isRounded: whether the network computes with whole units within -127...127.
  /// - Throws: `TrainingError.weights` where the network has no such parameter.
  public func add(
    _ name: String, latent: Tensor<Float>, units: [Float], isRounded: Bool
  ) throws(TrainingError) {
    guard let parameter = network.parameters.first(where: { $0.name == name }), parameter.shape == latent.shape else {
      throw .weights(node: name, "the network has none of shape \(latent.shape)")
    }
    let perUnit = latent.shape.count / units.count
    let entry = Entry(
      parameter: parameter, latent: FloatBuffer(parameter.values.count), unit: FloatBuffer(parameter.values.count),
      isRounded: isRounded)
    parameter.load(latent, into: entry.latent)
    parameter.load(Tensor(latent.shape, (0..<latent.shape.count).map { units[$0 / perUnit] }), into: entry.unit)
    entries.append(entry)
    show(entry)
  }

  /// Takes one step of the optimizer with the gradients that the network holds, and gives it the new weights.
  ///
  /// - Parameter holdingRounded: whether what is rounded stands still, so that the rest settles on it.
  public func update(_ optimizer: Optimizer, step: Int, rate: Float, holdingRounded: Bool = false) {
    for entry in entries {
      let (values, latent) = (entry.parameter.values.start, entry.latent.start)
      let (gradient, unit) = (entry.parameter.gradient.start, entry.unit.start)
      network.pool.run(entry.latent.count, inBlocksOf: Self.block) { block in
        for at in block {
          values[at] = latent[at]
          gradient[at] *= unit[at]
        }
      }
    }
    optimizer.apply(to: network, step: step, rate: rate)
    for entry in entries {
      let (values, latent) = (entry.parameter.values.start, entry.latent.start)
      let reach: Float = entry.isRounded ? 127 : .greatestFiniteMagnitude
      if !(entry.isRounded && holdingRounded) {
        network.pool.run(entry.latent.count, inBlocksOf: Self.block) { block in
          for at in block { latent[at] = min(max(values[at], -reach), reach) }
        }
      }
      show(entry)
    }
  }

  /// The latent weights of one parameter, in units, laid out as in files.
  public func latent(_ name: String) -> Tensor<Float>? {
    entries.first { $0.parameter.name == name }.map { $0.parameter.tensor($0.latent) }
  }

  /// Gives the network what int8 makes of the latent weights.
  private func show(_ entry: Entry) {
    let (values, latent, unit) = (entry.parameter.values.start, entry.latent.start, entry.unit.start)
    network.pool.run(entry.latent.count, inBlocksOf: Self.block) { block in
      if entry.isRounded {
        for at in block { values[at] = HalfEven.rounded(latent[at]) * unit[at] }
      } else {
        for at in block { values[at] = latent[at] * unit[at] }
      }
    }
  }
}
