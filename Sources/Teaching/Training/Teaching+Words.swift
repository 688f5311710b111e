import Models
import Numerics

extension Teaching.Result {
  /// What came out, in sentences for people: how good the new model is on held-out pictures, before and after, on
  /// people in general, int8 beside float, and whether it is better.
  public var words: [String] {
    var words: [String] = []
    let interval =
      "95 % interval \(percent(own.interval.lowerBound)) to \(percent(own.interval.upperBound))"
    let now = "\(own.after) of \(own.count) held-out pictures right (\(interval))"
    if let before = own.before {
      let luck = own.pValue < 0.05 ? "more than chance explains" : "few enough that chance may explain it"
      let change =
        own.onlyAfter + own.onlyBefore == 0
        ? "none differs"
        : "\(own.onlyAfter) better, "
          + "\(own.onlyBefore) worse: \(luck)"
      words.append("Your pictures: \(now), \(before) before; \(change).")
    } else {
      words.append("\(now); always saying the most frequent class would get \(own.chance).")
    }
    if let general {
      words.append(
        "People in general: \(percent(Double(general.after) / Double(max(1, general.count)))) of \(general.count) "
          + "stored faces right, \(percent(Double(general.before ?? 0) / Double(max(1, general.count)))) before.")
    }
    if let agreement {
      words.append("Int8 says what float says on \(agreement.same) of \(agreement.of) held-out pictures.")
    }
    words += notes
    words.append(verdict)
    return words
  }

  /// Whether it is better, in a sentence.
  public var verdict: String {
    if isBetter {
      return own.before == nil ? "It works on pictures that it has not seen." : "It is better than before."
    }
    if let general, general.lost > 0.5 {
      return "It is not used: it would be \(fixed(general.lost, 1)) points worse for people in general."
    }
    if own.before == nil {
      return "It is no better than chance on pictures that it has not seen: collect more, and more varied ones."
    }
    return "It is not better than before, so nothing changes. More pictures of what it gets wrong may help."
  }
}
