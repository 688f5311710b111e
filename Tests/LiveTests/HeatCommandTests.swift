import Foundation
import TestSupport
import Testing

/// `glint live` on a board that is too warm, whose power supply is weak, or that tells nothing.
@Suite struct HeatCommandTests {
  private func run(_ arguments: [String]) throws -> (boards: [[String: Any]?], seconds: [Double], errors: String) {
    let live = ["live", StandIn.model, "--rendered", "--size", "64x48", "--fps", "40", "--json"]
    let result = try GlintProgram.run(live + arguments)
    #expect(result.status == 0, "\(result.errors)")
    let lines = try result.output.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    let seconds = lines.map { ($0["timestamp_ns"] as? NSNumber).map { $0.doubleValue / 1e9 } ?? 0 }
    return (lines.map { $0["board"] as? [String: Any] }, seconds, result.errors)
  }

  /// A board of a test's own.
  private func board(celsius: Int, flags: String) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write(Array("cpu-thermal\n".utf8), as: "sys/class/thermal/thermal_zone0/type")
    try folder.write(Array("\(celsius * 1000)\n".utf8), as: "sys/class/thermal/thermal_zone0/temp")
    try folder.write(Array("\(flags)\n".utf8), as: "sys/devices/platform/soc/soc:firmware/get_throttled")
    try folder.write(Array("Raspberry Pi 4 Model B\0".utf8), as: "proc/device-tree/model")
    return folder
  }

  /// A Raspberry Pi has a limit without being asked for one.
  @Test func aWarmBoardLabelsFewerFrames() throws {
    let folder = try board(celsius: 78, flags: "0")
    let (boards, seconds, errors) = try run(["--seconds", "6", "--board-root", folder.path("")])
    let limits = boards.map { $0?["most_frames_per_second"] as? Double }
    let first = try #require(limits.firstIndex { $0 != nil })
    #expect(limits[..<first].allSatisfy { $0 == nil } && boards[first]?["celsius"] as? Double == 78)
    let limit = try #require(limits[first])
    #expect(limit > 0 && limit < 36)
    #expect(errors.contains("78 °C") && errors.contains("75 °C"), "\(errors)")
    // From there on no more frames a second come than the limit allows; a frame's own time may be off by its wait.
    let frames = Double(boards.count - 1 - first), span = seconds[boards.count - 1] - seconds[first]
    #expect(frames > 1 && frames / span <= limit * 1.15, "\(frames) frames in \(span) s")
  }

  @Test func aWeakSupplyIsTold() throws {
    let folder = try board(celsius: 50, flags: "50005")
    let (boards, _, errors) = try run(["--count", "3", "--board-root", folder.path("")])
    #expect(boards[0]?["throttled"] as? Bool == true && boards[0]?["undervoltage"] as? Bool == true)
    #expect(errors.contains("power supply is too weak"), "\(errors)")
  }

  @Test func whatIsNotToldIsNotMadeUp() throws {
    let folder = try TemporaryFolder()
    let (boards, _, errors) = try run(["--count", "3", "--board-root", folder.path(""), "--most-celsius", "60"])
    #expect(boards.allSatisfy { $0 == nil } && errors.contains("does not tell its temperature"))
    #expect(try GlintProgram.run(["live", "m", "--most-celsius", "5"]).status == 2)
  }
}
