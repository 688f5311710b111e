import Board
import Camera
import Numerics

/// What `glint doctor camera` found, for people.
enum CameraText {
  static func words(_ kind: CameraNode.Kind) -> String {
    switch kind {
    case .camera: "a camera"
    case .sensor: "a CSI camera's sensor, whose picture libcamera makes"
    case .isp: "an image processor"
    case .codec: "a video codec"
    case .metadata: "metadata of a camera"
    case .multiPlanar: "pictures in several planes, which are not read here"
    case .output: "an output"
    case .other: "no camera"
    }
  }

  static func show(
    _ findings: [CameraInspection], _ verdict: CameraVerdict, board: BoardState, adaptation: String?
  ) {
    for finding in findings {
      lines(finding).forEach { emit($0) }
      emit("")
    }
    var around: [String] = []
    if let celsius = board.celsius { around.append("\(fixed(celsius, 0)) °C") }
    if let isWeak = board.isUndervolted { around.append(isWeak ? "undervoltage" : "enough power") }
    if let isThrottled = board.isThrottled { around.append(isThrottled ? "clock lowered" : "full clock") }
    if !around.isEmpty { emit("Board: \(around.joined(separator: ", "))") }
    if let adaptation { emit("libcamera's adaptation to V4L2: \(adaptation)") }
    verdict.warnings.forEach { emit($0) }
    emit(verdict.words)
  }

  private static func lines(_ finding: CameraInspection) -> [String] {
    guard let node = finding.node else {
      return ["\(finding.path)  \(finding.error?.reason ?? "cannot be opened")"] + holders(finding)
    }
    var lines = ["\(finding.path)  \(node.name), \(words(node.kind)) (\(node.driver), \(node.bus))"]
    lines += holders(finding)
    if let speed = finding.busSpeed { lines.append("  on USB at \(speed) Mbit/s") }
    lines += node.otherNames.filter { $0.contains("/by-id/") }.map { "  also \($0)" }
    lines += SourceOptions.lines(finding.modes).map { "  \($0)" }
    if let sample = finding.sample {
      let share = Int((sample.brightness / 2.55).rounded())
      lines.append("  a frame: \(sample.title), \(share) % bright")
    } else if let error = finding.error {
      lines.append("  no frame: \(error.reason)")
    }
    return lines
  }

  private static func holders(_ finding: CameraInspection) -> [String] {
    finding.holders.map { "  held by \($0.program) (process \($0.process))" }
  }
}

/// The same for programs.
struct CameraFacts: Encodable {
  private struct Device: Encodable {
    let path: String
    let name, driver, bus, kind: String?
    let holders: [Holder]
    let usb_megabits: Int?
    let formats: [String]
    let frame: Frame?
    let error: String?
  }

  private struct Holder: Encodable {
    let process: Int
    let program: String
  }

  private struct Frame: Encodable {
    let width, height: Int
    let mode: String
    /// The mean, 0 to 255.
    let brightness: Double
    let damaged: Int
  }

  private struct BoardFacts: Encodable {
    let celsius: Double?
    let undervoltage, throttled, undervoltage_before, throttled_before: Bool?
  }

  private let use: String?
  private let verdict: String
  private let warnings: [String]
  private let devices: [Device]
  private let board: BoardFacts
  private let libcamera_adaptation: String?

  init(_ findings: [CameraInspection], _ verdict: CameraVerdict, board: BoardState, adaptation: String?) {
    (use, self.verdict, warnings) = (verdict.use, verdict.words, verdict.warnings)
    libcamera_adaptation = adaptation
    self.board = BoardFacts(
      celsius: board.celsius, undervoltage: board.isUndervolted, throttled: board.isThrottled,
      undervoltage_before: board.wasUndervolted, throttled_before: board.wasThrottled)
    devices = findings.map { finding in
      Device(
        path: finding.path, name: finding.node?.name, driver: finding.node?.driver, bus: finding.node?.bus,
        kind: finding.node?.kind.rawValue,
        holders: finding.holders.map { Holder(process: $0.process, program: $0.program) },
        usb_megabits: finding.busSpeed, formats: SourceOptions.lines(finding.modes),
        frame: finding.sample.map {
          Frame(
            width: $0.width, height: $0.height, mode: $0.title, brightness: ($0.brightness * 10).rounded() / 10,
            damaged: $0.damaged)
        }, error: finding.error?.reason)
    }
  }
}
