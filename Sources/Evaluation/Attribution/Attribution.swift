import Datasets
import ModelFiles
import Models
import Numerics
import Runtime

/// Where the difference between a float network and its int8 version arises: by layer, and in it by source.
///
/// Layers become int8 one after the other, in the order of the network, computed by the integers that ship; a step is
/// what the error grows by. The steps add up to the whole difference, whatever is measured. What one step is depends on
/// the layers before it, since errors may cancel; so beside it stands what leaving the layer out of int8 wins.
public struct Attribution: Sendable {
  /// What one source of error of a layer adds.
  public struct Part: Hashable, Sendable {
    /// The source.
    public let source: ErrorSource
    /// Before it, and after it.
    public let before, after: AnswerError
  }

  /// What one layer adds.
  public struct Step: Sendable {
    /// The node's place in the graph.
    public let node: Int
    /// Its name.
    public let name: String
    /// In the order in which they come; the first begins where the layer before ends.
    public let parts: [Part]
    /// The int8 network with this layer wholly in float; nil where the layer only moves bytes.
    public let without: LeftOut?
    /// The int8 network with this layer's results not rounded to int8, as in many more bits; nil for a layer that only
    /// moves bytes and for an output.
    public let withoutActivations: LeftOut?
    /// How its output channels stray; nil for a layer without weights.
    public let channels: ChannelErrors?
    /// What each output channel does alone to the logits; nil where that was not measured: it is of the layers where
    /// most is lost, as far as that takes seconds.
    public internal(set) var channelEffects: ChannelEffects?
    /// Its results in 16 bits, on this machine; nil where nobody tried: it is of the layers where most is lost.
    public internal(set) var sixteenBits: SixteenBitResults?

    /// Before the layer, and after it.
    public var before: AnswerError { parts[0].before }
    /// After the layer.
    public var after: AnswerError { parts[parts.count - 1].after }
    /// What the mean squared difference of the logits grows by; negative where the layer's error cancels others.
    public var squaredError: Double { after.squaredError - before.squaredError }

    /// What one source adds to a figure; 0 where it does nothing here.
    public func added(_ source: ErrorSource, to figure: (AnswerError) -> Double) -> Double {
      parts.first { $0.source == source }.map { figure($0.after) - figure($0.before) } ?? 0
    }
  }

  /// What leaving something out of int8 does to the int8 network. It is computed in float, every other result moved to
  /// its codes, and so is the int8 network that it is held against.
  public struct LeftOut: Hashable, Sendable {
    /// The int8 network, and that without.
    public let int8, without: AnswerError
    /// What the int8 network loses against that without.
    public let loss: PairedLoss

    /// What the mean squared difference of the logits shrinks by.
    public var squaredError: Double { int8.squaredError - without.squaredError }
    /// Points of accuracy won.
    public var points: Double { loss.points }
  }

  /// Pictures that it was measured on, by their place among those compared.
  public let images: [Int]
  /// In the order of the network; layers that add nothing are among them.
  public internal(set) var steps: [Step]
  /// Whether the first network is float; else it is int8 as well, and the steps lead from its weights and codes to the
  /// second's.
  public let isFromFloat: Bool
  /// Of a first network that is int8, how far the float network that computes it here is from its engine: root mean
  /// square of the difference of the logits, as a share of their spread; 0 where it is float.
  public let firstLogitError: Double
  /// The float network and the int8 network on these pictures.
  public let float, int8: AnswerError
  /// The int8 network's mean loss at its own temperature, where that is another than the float model's.
  public let lossAtOwnTemperature: Double?
  /// The standard deviation of the float logits.
  public let spread: Double
  /// The logits of these pictures: the float network's, and those before and after each part of the three largest
  /// steps, from which all of these can be computed again.
  public let evidence: Evidence

  /// Logits by picture.
  public struct Evidence: Sendable {
    /// The float network's.
    public let float: [[Float]]
    /// Step by step.
    public let steps: [(name: String, before: [[Float]], parts: [(source: ErrorSource, after: [[Float]])])]
  }

  /// Steps that add something, the largest first.
  public var bySize: [Step] {
    steps.filter { $0.parts.contains { $0.before != $0.after } }.enumerated()
      .sorted { (-abs($0.element.squaredError), $0.offset) < (-abs($1.element.squaredError), $1.offset) }
      .map(\.element)
  }

  /// A step's share of the whole squared difference of the logits.
  public func share(_ squaredError: Double) -> Double {
    int8.squaredError > 0 ? squaredError / int8.squaredError : 0
  }

  /// Root mean square of the difference of the logits, as a share of their spread.
  public var logitError: Double { int8.squaredError.squareRoot() / (spread > 0 ? spread : 1) }
}
