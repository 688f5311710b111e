import Datasets
import Numerics

/// A check-up in words for a terminal.
struct CheckupText {
  private let checkup: Checkup
  /// Files of a finding that are named.
  private static let named = 5

  init(_ checkup: Checkup) { self.checkup = checkup }

  func show() {
    let facts = CheckupFacts(checkup)
    var table = Table(["class", "pictures", "grey", "black border", "median size", "brightness"])
    for row in facts.classes {
      table.add([
        row.name, String(row.pictures), percent(row.grey, 0), percent(row.black_border, 0),
        row.median_size.map(String.init).joined(separator: "x"), fixed(row.brightness, 0),
      ])
    }
    table.show()
    for finding in checkup.findings {
      emit("\n\(finding.severity.mark) \(finding.title)\n  \(finding.advice)")
      for group in finding.groups.prefix(Self.named) {
        let names = group.prefix(4).map { facts in facts.file + (facts.damage.map { ": \($0)" } ?? "") }
        emit("    " + names.joined(separator: "  =  ") + (group.count > 4 ? "  and \(group.count - 4) more" : ""))
      }
      if finding.groups.count > Self.named { emit("    and \(finding.groups.count - Self.named) more") }
    }
    let serious = checkup.findings.count { $0.severity == .serious }
    emit("")
    emit(
      checkup.findings.isEmpty
        ? "Nothing was found that would spoil training."
        : serious == 0 ? "Nothing serious." : "\(serious) serious \(serious == 1 ? "finding" : "findings").")
  }
}

extension Finding.Severity {
  /// A word that stands before a finding.
  fileprivate var mark: String {
    switch self {
    case .serious: "SERIOUS"
    case .look: "LOOK   "
    case .note: "note   "
    }
  }
}

/// A check-up in the words of `doctor --json`.
struct CheckupFacts: Encodable {
  struct Class: Encodable {
    let name: String
    let pictures: Int
    let grey: Double
    let black_border: Double
    let brightness: Double
    /// Columns and rows of the middle picture by size.
    let median_size: [Int]
  }

  struct Entry: Encodable {
    let kind: String
    let severity: String
    let title: String
    let advice: String
    /// Files that belong together.
    let groups: [[String]]
  }

  let pictures: Int
  let damaged: Int
  let serious: Bool
  let sources: [String]
  let classes: [Class]
  let findings: [Entry]
  let reading: ReadingFacts

  init(_ checkup: Checkup) {
    let good = checkup.pictures.filter { $0.damage == nil }
    reading = ReadingFacts(checkup.account)
    pictures = checkup.pictures.count
    damaged = checkup.pictures.count - good.count
    serious = checkup.severity == .serious
    sources = checkup.origins
    classes = checkup.labels.enumerated().map { label, name in
      let own = good.filter { $0.label == label }
      let count = Double(max(1, own.count))
      let sides = own.map { [$0.width, $0.height] }.sorted { $0[0] * $0[1] < $1[0] * $1[1] }
      return Class(
        name: name, pictures: own.count, grey: Double(own.count { $0.isGrey }) / count,
        black_border: own.reduce(0) { $0 + $1.blackBorder } / count,
        brightness: own.reduce(0) { $0 + $1.brightness } / count,
        median_size: sides.isEmpty ? [0, 0] : sides[sides.count / 2])
    }
    findings = checkup.findings.map {
      Entry(
        kind: $0.kind, severity: $0.severity.rawValue, title: $0.title, advice: $0.advice,
        groups: $0.groups.map { $0.map(\.file) })
    }
  }
}
