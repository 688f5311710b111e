import Evaluation
import Numerics
import Reports

/// Where the difference arises, as the figures that report pages draw.
enum AttributionPage {
  /// - Parameter comparison: the one that it belongs to.
  static func figures(_ attribution: Attribution, of comparison: Comparison) -> AttributionFigures {
    let alone = Dictionary(comparison.layers.map { ($0.name, $0.alone?.logitError ?? .nan) }) { first, _ in first }
    func won(_ leftOut: Attribution.LeftOut?) -> AttributionFigures.Won? {
      leftOut.map { own in
        .init(share: attribution.share(own.squaredError), points: own.points, interval: own.loss.interval)
      }
    }
    let steps = attribution.steps.filter { $0.without != nil || $0.squaredError != 0 }.map { step in
      AttributionFigures.Step(
        name: step.name, node: step.node,
        sources: ErrorSource.allCases.map { attribution.share(step.added($0, to: \.squaredError)) },
        losses: attribution.float.loss == nil ? [] : ErrorSource.allCases.map { step.added($0, to: { $0.loss ?? 0 }) },
        pointsLost: 100 * Double(step.before.right - step.after.right) / Double(max(1, attribution.images.count)),
        without: won(step.without), withoutActivations: won(step.withoutActivations), alone: alone[step.name] ?? .nan,
        worstChannel: step.channels.flatMap { own in
          own.worst.map { "\($0) of \(own.signal.count), \(percent(own.share($0), 0)) of its error" }
        } ?? "",
        worstChannelOnLogits: step.channelEffects.flatMap { own in
          own.worst.map { "\($0) of \(own.squaredError.count), \(percent(own.share($0), 0)) of what single ones do" }
        } ?? "",
        sixteenBits: step.sixteenBits.map { results in
          switch results {
          case .impossible(let reason): .impossible(reason)
          case .measured(let own, let time): .measured(won(own)!, cost: time.words)
          }
        })
    }
    return AttributionFigures(
      names: attribution.isFromFloat ? ("float", "int8") : ("first", "second"),
      sourceNames: attribution.isFromFloat
        ? AttributionFigures.sourcesOfRounding
        : ["", "other weights", "", "other codes of activations"],
      summary: attribution.summary, explanation: attribution.explanation(pictures: comparison.names.count),
      sentences: attribution.bySize.prefix(5).map(attribution.sentence), steps: steps,
      floatLoss: attribution.float.loss)
  }

  /// A network whose boxes have the colour of their layers' steps and lead to their rows. The first box is the input.
  static func coloured(_ network: NetworkGraph, by attribution: Attribution) -> NetworkGraph {
    var network = network
    for place in network.nodes.indices { network.nodes[place].share = 0 }
    for step in attribution.steps where step.node + 1 < network.nodes.count {
      let share = attribution.share(step.squaredError)
      network.nodes[step.node + 1].share = share
      if step.without != nil || step.squaredError != 0 {
        network.nodes[step.node + 1].anchor = AttributionFigures.anchor(step.node)
        network.nodes[step.node + 1].detail = "\(percent(share)) of the logit error"
      }
    }
    return network
  }
}
