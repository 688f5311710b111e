import ArgumentParser
import Datasets
import Evaluation
import Files
import Models
import Numerics

/// `--gate`, and the files in which model repositories are told of it.
struct GateOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "End with status 1 unless the second model loses at most so many points of accuracy, with 95 % confidence.")
  var gate: Double?

  @Option(name: .long, help: "Write the outcome as Markdown to this file, for a pull request.")
  var summary: String?

  @Option(name: .long, help: "Write the outcome of --gate as JUnit XML to this file, for a CI server.")
  var junit: String?

  @Option(
    name: .long,
    help: "Write pictures that changed sides, at most \(Thumbnails.most), to this folder, and show them in --summary.")
  var thumbnails: String?

  /// Whether any of them was asked for.
  var isAsked: Bool { gate != nil || summary != nil || junit != nil || thumbnails != nil }

  func validate() throws {
    if thumbnails != nil, summary == nil {
      throw ValidationError("--thumbnails are shown in --summary: say --summary FILE too.")
    }
    if let gate, !(gate > 0 && gate <= 100) { throw ValidationError("--gate takes points above 0 and up to 100.") }
    if junit != nil, gate == nil { throw ValidationError("--junit tells of --gate: say --gate POINTS too.") }
  }

  func plan(_ plan: inout OutputPlan) throws {
    try plan.write("--summary", summary, .summary)
    try plan.write("--junit", junit, .results)
    try thumbnails.map { Thumbnails(folder: $0) }?.plan(&plan)
  }

  /// The loss, in points, that is as good as none.
  var margin: Double { gate ?? 0.5 }

  /// Writes what was asked for.
  ///
  /// - Parameters:
  ///   - images: those compared.
  ///   - graph: the network, whose input they are.
  /// - Throws: `FileError` where it cannot be written.
  func write(_ outcome: GateOutcome, images: [LabelledImage], graph: Graph) throws {
    let thumbnails = thumbnails.map { Thumbnails(folder: $0) }
    try thumbnails?.write(outcome.comparison.flipped, of: images, input: graph.input)
    if let summary {
      try AtomicFile.write(outcome.markdown { place in thumbnails?.address(place, from: summary) }, to: summary)
    }
    if let junit { try AtomicFile.write(outcome.results, to: junit) }
  }
}

/// What a comparison says to a model repository.
struct GateOutcome {
  let comparison: Comparison
  let verdict: ComparisonVerdict
  /// What to call the two models.
  let names: (first: String, second: String)
  /// Their files.
  let files: (first: String, second: String)
  /// Points; nil where nobody asked.
  let gate: Double?

  /// Whether the gate holds: what is not shown does not pass.
  var isPassed: Bool { verdict.finding == .equivalent || verdict.finding == .better }

  /// Why it does not hold; nil where it does or nobody asked.
  var failure: String? {
    guard gate != nil, !isPassed else { return nil }
    return "--gate \(verdict.marginText): it is not shown that \(names.second) loses at most that many points. "
      + verdict.sentence(names)
  }
}

extension GateOutcome {
  private static func name(_ path: String) -> String { path.split(separator: "/").last.map { String($0) } ?? path }
}

// MARK: - Markdown

extension GateOutcome {
  /// How files that Glint wrote begin.
  static let mark = "<!-- glint compare -->"

  /// A summary that GitHub, GitLab and Gitea show.
  ///
  /// - Parameter thumbnail: the address of the picture at a place among those that changed sides; nil for none.
  func markdown(thumbnail: (_ place: Int) -> String?) -> String {
    let head = gate == nil ? "compared" : isPassed ? "passed" : "failed"
    var lines = [
      Self.mark, "## \(Self.cell(Self.name(files.second))) \(head)", "", Self.cell(verdict.sentence(names)), "",
    ]
    lines += ["| | \(Self.cell(names.first)) | \(Self.cell(names.second)) |", "|---|---|---|"]
    let sides = [comparison.first, comparison.second]
    func row(_ name: String, _ values: [String]) { lines.append("| \(name) | \(values.joined(separator: " | ")) |") }
    row("file", [Self.code(files.first), Self.code(files.second)])
    row(
      "accuracy",
      sides.map {
        let interval = $0.metrics.accuracyInterval
        return "\(percent($0.metrics.accuracy)) (\(percent(interval.lowerBound)) to \(percent(interval.upperBound)))"
      })
    row("calibration error", sides.map { fixed($0.metrics.calibrationError, 3) })
    row("bytes", [files.first, files.second].map { FileSystem.size($0).map(grouped) ?? "" })
    lines += [
      "",
      "Same label on \(percent(comparison.agreement, 2)) of \(grouped(verdict.pictures)) pictures. "
        + Self.cell(verdict.mcNemarSentence(names)),
    ]
    if let attribution = comparison.attribution, attribution.int8.squaredError > 0 {
      lines += ["", Self.cell(attribution.summary), ""]
      lines += attribution.bySize.prefix(3).map { "- " + Self.cell(attribution.sentence($0)) }
    }
    let flipped = comparison.flipped
    if !flipped.isEmpty {
      lines += ["", "<details><summary>Changed sides: \(flipped.count)</summary>", ""]
      lines += ["| picture | truth | \(Self.cell(names.first)) | \(Self.cell(names.second)) |", "|---|---|---|---|"]
      for (place, index) in flipped.prefix(50).enumerated() {
        let label = comparison.first.labels[comparison.first.truth[index]]
        let picture = (place < Thumbnails.most ? thumbnail(place) : nil).map {
          "<img src=\"\(Self.attribute($0))\" width=\"96\" alt=\"\(Self.attribute(label))\"><br>"
        }
        row(
          (picture ?? "") + Self.code(comparison.names[index]),
          [Self.cell(label)] + sides.map { Self.cell($0.answer(index)) })
      }
      if flipped.count > 50 { lines.append("\nand \(flipped.count - 50) more") }
      lines += ["", "</details>"]
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// Text in a cell of a table: nothing in it is markup.
  private static func cell(_ text: String) -> String {
    text.reduce(into: "") { line, character in
      switch character {
      case "&": line += "&amp;"
      case "<": line += "&lt;"
      case "|", "*", "_", "`", "[", "]", "\\", "#", "~", "!", "@": line += "&#\(character.unicodeScalars.first!.value);"
      case _ where character.isNewline: line += " "
      default: line.append(character)
      }
    }
  }

  /// Text of an attribute within a cell.
  private static func attribute(_ text: String) -> String {
    cell(text).replacing("\"", with: "&quot;")
  }

  /// A file's name.
  private static func code(_ text: String) -> String { "<code>\(cell(text))</code>" }
}

// MARK: - JUnit

extension GateOutcome {
  /// How files that Glint wrote are known.
  static let suite = #"<testsuites name="glint compare""#

  /// One test in the form that CI servers read (the schema of Apache Ant's JUnit task).
  var results: String {
    let name = Self.escaped(
      "\(Self.name(files.second)) loses at most \(verdict.marginText) points to \(Self.name(files.first))")
    let seconds = fixed(comparison.first.seconds + comparison.second.seconds, 3)
    let failed = isPassed ? 0 : 1
    let body =
      isPassed
      ? "<system-out>\(Self.escaped(verdict.sentence(names)))</system-out>"
      : "<failure message=\"\(Self.escaped(failure ?? ""))\" type=\"\(verdict.finding.rawValue)\">"
        + "\(Self.escaped(verdict.mcNemarSentence(names)))</failure>"
    return """
      <?xml version="1.0" encoding="UTF-8"?>
      \(Self.suite) tests="1" failures="\(failed)" time="\(seconds)">
      <testsuite name="glint compare" tests="1" failures="\(failed)" errors="0" skipped="0" time="\(seconds)">
      <testcase classname="glint.compare" name="\(name)" time="\(seconds)">\(body)</testcase>
      </testsuite>
      </testsuites>

      """
  }

  /// Text of an element or attribute. Control characters, which XML 1.0 has no way to write, are left out.
  private static func escaped(_ text: String) -> String {
    text.unicodeScalars.reduce(into: "") { line, scalar in
      switch scalar {
      case "&": line += "&amp;"
      case "<": line += "&lt;"
      case ">": line += "&gt;"
      case "\"": line += "&quot;"
      case _ where scalar.value < 0x20 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: line += " "
      default: line.unicodeScalars.append(scalar)
      }
    }
  }
}

extension ModelEvaluation {
  /// The answer to a picture with its probability, as in `happy 97.1 %`.
  func answer(_ index: Int) -> String {
    let best = predictions[index]
    return "\(labels[best]) \(percent(Double(probabilities[index][best])))"
  }
}
