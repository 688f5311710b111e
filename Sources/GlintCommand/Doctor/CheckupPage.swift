import Datasets
import FoundationEssentials
import Imaging
import Reports

/// The page of `glint doctor --report`.
enum CheckupPage {
  /// Pictures shown of one finding.
  private static let shown = 24

  static func page(_ checkup: Checkup) -> CheckupReport {
    let classes = CheckupFacts(checkup).classes.map {
      CheckupReport.ClassFigures(
        name: $0.name, pictures: $0.pictures, grey: $0.grey, blackBorder: $0.black_border, brightness: $0.brightness,
        medianPixels: $0.median_size[0] * $0.median_size[1])
    }
    return CheckupReport(
      title: "Check-up of \(checkup.origins.joined(separator: " + "))", pictures: checkup.pictures.count,
      classes: classes,
      findings: checkup.findings.map { finding($0, checkup.labels) },
      footer: "Made by: glint " + CommandLine.arguments.dropFirst().joined(separator: " "))
  }

  private static func finding(_ finding: Finding, _ labels: [String]) -> CheckupReport.Entry {
    var pictures: [CaptionedPicture] = []
    for (number, group) in finding.groups.enumerated() {
      guard pictures.count < shown else { break }
      for facts in group.prefix(max(2, shown / 6)) {
        pictures.append(picture(facts, group.count > 1 ? number : nil, labels))
      }
    }
    return CheckupReport.Entry(
      isSerious: finding.severity == .serious, isNote: finding.severity == .note,
      name: finding.kind.prefix(1).uppercased() + finding.kind.dropFirst().replacing("-", with: " "),
      title: finding.title, advice: finding.advice, pictures: pictures)
  }

  private static func picture(_ facts: PictureFacts, _ group: Int?, _ labels: [String]) -> CaptionedPicture {
    // What does not decode is shown as an empty square with its reason.
    let image = (try? ImageDecoder.decode(path: facts.file)) ?? Image(width: 8, height: 8, channels: 1, filledWith: 128)
    var lines: [CaptionedPicture.Line] = []
    if let group { lines.append(.init("copies \(group + 1)")) }
    lines.append(.init(labels[facts.label] + (facts.part.map { ", \($0)" } ?? "")))
    if let damage = facts.damage { lines.append(.init(damage, isRight: false)) }
    lines.append(.init(URL(fileURLWithPath: facts.file).lastPathComponent))
    return CaptionedPicture(image, description: facts.file, lines: lines)
  }
}
