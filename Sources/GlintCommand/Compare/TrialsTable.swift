import Reports

/// The methods that a model's card says were tried, as a table with their intervals drawn.
enum TrialsTable {
  /// - Parameters:
  ///   - trials: a line a method, as in `mse+bias 0.31 (-0.20 to 0.90), logits off by 2.31 %`.
  ///   - chosen: the method that was taken.
  /// - Returns: nil where a line says something else, as in cards of other versions.
  static func table(_ trials: [String], chosen: String) -> ReportTable? {
    var table = ReportTable(columns: ["method", "points lost, 95 % interval", "logits off by", "choice"], rows: [])
    for trial in trials {
      let words = trial.split(separator: " ").map(String.init)
      guard words.count >= 9, words[3] == "to", let points = Double(words[1]),
        let low = Double(words[2].drop { $0 == "(" }), let high = Double(words[4].prefix { $0 != ")" }), low <= high,
        let error = Double(words[words.count - 2])
      else { return nil }
      table.rows.append([
        .text(words[0]),
        .interval(
          "\(Figures.fixed(points, 2)) (\(Figures.fixed(low, 2)) to \(Figures.fixed(high, 2)))",
          .init(points, low...high)),
        .bar(Figures.percent(error / 100, 2), share: 0), .text(words[0] == chosen ? "chosen" : ""),
      ])
    }
    let largest = table.rows.indices.map { errors(trials[$0]) }.max() ?? 0
    for row in table.rows.indices {
      guard case .bar(let text, _) = table.rows[row][2] else { continue }
      table.rows[row][2] = .bar(text, share: largest > 0 ? errors(trials[row]) / largest : 0)
    }
    return table.rows.isEmpty ? nil : table
  }

  private static func errors(_ trial: String) -> Double {
    let words = trial.split(separator: " ")
    return words.count > 1 ? Double(words[words.count - 2]) ?? 0 : 0
  }
}
