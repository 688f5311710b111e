import Numerics

/// What would tell the classes apart without any look at what is shown: a network finds such a shortcut first, looks
/// perfect on pictures of the same kind, and fails on others.
struct Shortcuts {
  private(set) var findings: [Finding] = []

  private struct Property: Sendable {
    let kind: String
    let name: String
    let advice: String
    let value: @Sendable (PictureFacts) -> Double
  }

  private static let properties = [
    Property(
      kind: "grey", name: "being grey or coloured",
      advice: "Balance grey and coloured pictures over the classes, or train with --augmentation standard, which makes "
        + "some of all grey.",
      value: { $0.isGrey ? 1 : 0 }),
    Property(
      kind: "black-border", name: "black borders", advice: "Crop the borders away, or balance them over the classes.",
      value: { $0.blackBorder }),
    Property(
      kind: "resolution", name: "the picture's size",
      advice: "Sharpness betrays the size even after resampling. Take both classes from the same sources.",
      value: { Double($0.width * $0.height) }),
    Property(
      kind: "aspect", name: "upright or wide format",
      advice: "Crop to faces, or take both classes from the same sources.",
      value: { Double($0.width) / Double($0.height) }),
    Property(
      kind: "brightness", name: "brightness", advice: "Balance it, or train with --augmentation standard or strong.",
      value: { $0.brightness }),
    Property(
      kind: "compression", name: "bytes a pixel",
      advice: "Compress both classes alike, or train with --augmentation strong.",
      value: { Double($0.bytes) / Double(max(1, $0.width * $0.height)) }),
  ]

  init(_ pictures: [PictureFacts], labels: [String], origins: [String]) {
    for property in Self.properties {
      var worst = (area: 0.5, label: 0)
      for label in labels.indices where labels.count > 2 || label == 0 {
        let scores = pictures.map { (property.value($0), $0.label == label) }
        guard let area = RankStatistics.areaUnderROC(scores) else { continue }
        if abs(area - 0.5) > abs(worst.area - 0.5) { worst = (area, label) }
      }
      let strength = abs(worst.area - 0.5)
      // With few pictures, chance tells classes apart too: the area of two equal kinds deviates from a half by the root
      // of (m + n + 1) / (12 m n) (Mann, Whitney 1947), and three such deviations are no chance.
      let (m, n) = (
        Double(pictures.count { $0.label == worst.label }), Double(pictures.count { $0.label != worst.label })
      )
      guard strength >= max(0.15, 3 * ((m + n + 1) / (12 * m * n)).squareRoot()) else { continue }
      let means = labels.indices.map { label in Self.words(property, pictures.filter { $0.label == label }) }
      findings.append(
        Finding(
          property.kind, strength >= 0.3 ? .serious : .look,
          """
          \(property.name.prefix(1).uppercased() + property.name.dropFirst()) alone puts \
          \(percent(0.5 + strength, 0)) of pairs in order ('\(labels[worst.label])' against the rest): \
          \(zip(labels, means).map { "\($0) \($1)" }.joined(separator: ", ")).
          """,
          advice: property.advice))
    }
    sources(pictures, labels, origins)
    exchanged(pictures, labels)
  }

  /// What is typical of a class.
  private static func words(_ property: Property, _ pictures: [PictureFacts]) -> String {
    let values = pictures.map(property.value).sorted()
    guard !values.isEmpty else { return "none" }
    let (mean, median) = (values.reduce(0, +) / Double(values.count), values[values.count / 2])
    switch property.kind {
    case "grey": return percent(mean, 0)
    case "black-border": return percent(mean, 0) + " of the border"
    case "resolution": return "\(Int(median)) pixels"
    case "brightness": return "\(Int(mean))"
    default: return "\((median * 100).rounded() / 100)"
    }
  }

  /// A folder that is nearly one class makes its own look a sign of the class.
  private mutating func sources(_ pictures: [PictureFacts], _ labels: [String], _ origins: [String]) {
    guard origins.count > 1 else { return }
    for (origin, name) in origins.enumerated() {
      let own = pictures.filter { $0.origin == origin }
      guard own.count >= 20 else { continue }
      for (label, word) in labels.enumerated() {
        let share = Double(own.count { $0.label == label }) / Double(own.count)
        let all = Double(pictures.count { $0.label == label }) / Double(pictures.count)
        guard share - all >= 0.2 else { continue }
        findings.append(
          Finding(
            "source", share - all >= 0.4 ? .serious : .look,
            "\(percent(share, 0)) of \(name) is '\(word)', of everything \(percent(all, 0)).",
            advice:
              """
              A network can learn to tell the folder instead of the class. Train with --balance-sources, and once \
              with --leave-out \(name), and look at the figures by source.
              """
          ))
      }
    }
  }

  private mutating func exchanged(_ pictures: [PictureFacts], _ labels: [String]) {
    let suspects = pictures.filter(\.looksExchanged)
    let coloured = pictures.count { !$0.isGrey }
    guard suspects.count * 50 >= coloured, !suspects.isEmpty else { return }
    let share = Double(suspects.count) / Double(max(1, coloured))
    findings.append(
      Finding(
        "channel-order", share >= 0.2 ? .serious : .look,
        """
        \(counted(suspects.count, "coloured picture shows", "coloured pictures show")) skin only with red and blue \
        exchanged (\(percent(share, 0)) of the coloured ones).
        """,
        advice:
          """
          Were they written by a program that keeps blue first? Exchange the channels, or delete what is painted blue.
          """,
        groups: suspects.sorted { $0.skinExchanged > $1.skinExchanged }.map { [$0] }))
  }
}
