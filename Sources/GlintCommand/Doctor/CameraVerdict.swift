import Board
import Camera

/// Which camera to use, and what is wrong.
struct CameraVerdict {
  /// Below this mean, of 255, a picture shows nothing.
  private static let black = 12.0, dark = 40.0

  /// The camera's path; nil where none gives a picture.
  private(set) var use: String?
  /// The one line.
  private(set) var words = ""
  /// What should be known besides.
  private(set) var warnings: [String] = []

  init(_ findings: [CameraInspection], board: BoardState, adaptation: String?, hasLibrary: Bool) {
    let best = findings.first { ($0.sample?.brightness ?? 0) >= Self.black } ?? findings.first { $0.sample != nil }
    if let best, let sample = best.sample {
      use = best.path
      words = "Use \(best.path), \(best.node?.name ?? "")\(Self.option(best.path)): \(sample.title)."
    } else {
      words = Self.reason(findings, adaptation: adaptation, hasLibrary: hasLibrary)
    }
    for finding in findings { warnings += Self.warnings(finding) }
    if Set(findings.compactMap { $0.node?.kind == .camera ? $0.node?.bus : nil }).count > 1,
      findings.contains(where: { $0.busSpeed == 480 || $0.sample?.refused != nil })
    {
      warnings.append(
        "Several cameras share the bandwidth of USB: where one stalls, take --format mjpeg or ports of another hub.")
    }
    if board.isUndervolted == true || board.wasUndervolted == true {
      warnings.append(
        "The board's power supply \(board.isUndervolted == true ? "is" : "was") too weak (undervoltage): cameras drop "
          + "off the bus. Use a supply and a cable of the board's maker.")
    }
    if board.isThrottled == true || board.wasThrottled == true {
      warnings.append(
        "The board \(board.isThrottled == true ? "lowers" : "has lowered") its clock because of heat or power: labels "
          + "come late. 'glint live --most-celsius 70' labels fewer frames instead.")
    }
  }

  private static func option(_ path: String) -> String {
    let name = path.split(separator: "/").last ?? ""
    guard name.hasPrefix("video"), let number = Int(name.dropFirst(5)) else { return "" }
    return " ('glint live --camera \(number)')"
  }

  /// Why there is none: what is likeliest to be mended.
  private static func reason(_ findings: [CameraInspection], adaptation: String?, hasLibrary: Bool) -> String {
    guard !findings.isEmpty else {
      return "There is no video device. Is a camera plugged in? A USB camera shows in 'lsusb', a CSI camera in "
        + "'rpicam-hello --list-cameras'."
    }
    if let finding = findings.first(where: { $0.node?.kind == .camera && $0.error != nil }), let error = finding.error {
      let holders = finding.holders.map { "\($0.program) (process \($0.process))" }
      if error.cause == .busy, !holders.isEmpty {
        return "\(finding.path) is used by \(holders.joined(separator: " and ")): close it."
      }
      return "\(error)"
    }
    if findings.contains(where: { $0.node?.kind == .sensor }) {
      if let adaptation {
        return
          "This is a CSI camera, of which libcamera makes the picture: 'glint live' starts itself under \(adaptation)."
      }
      return "This is a CSI camera, of which libcamera makes the picture: 'sudo apt install "
        + "\(LibcameraAdaptation.package)' lets 'glint live' have it."
    }
    if let error = findings.lazy.compactMap(\.error).first(where: { $0.cause == .noPermission }) { return "\(error)" }
    if let error = findings.lazy.compactMap(\.error).first { return "\(error)" }
    let kinds = Set(findings.compactMap { $0.node.map { CameraText.words($0.kind) } }).sorted()
    return "None of the video devices is a camera: they are \(kinds.joined(separator: ", "))."
      + (hasLibrary ? " A CSI camera that is plugged in shows in 'rpicam-hello --list-cameras'." : "")
  }

  private static func warnings(_ finding: CameraInspection) -> [String] {
    guard let sample = finding.sample else {
      guard let error = finding.error, finding.node != nil else { return [] }
      return ["\(error)"]
    }
    var all: [String] = []
    if sample.brightness < black {
      all.append("\(finding.path): its picture is black. Is the lens covered?")
    } else if sample.brightness < dark {
      all.append("\(finding.path): its picture is dark. Turn on a light.")
    }
    if sample.damaged > 0 {
      all.append(
        "\(finding.path): \(sample.damaged) of its first frames came damaged. Try another cable or port, without a hub."
      )
    }
    if let refused = sample.refused {
      all.append(
        "\(finding.path): the USB bus has no bandwidth for \(refused.width) x \(refused.height) \(refused.name)"
          + "\(refused.rate > 0 ? " at \(refused.rateText)" : "").")
    }
    return all
  }
}
