import Board
import Foundation
import TestSupport
import Testing

@Suite struct BoardTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func write(_ text: String, _ path: String) throws { try folder.write(Array(text.utf8), as: path) }

  private func zone(_ number: Int, _ type: String, _ temperature: String) throws {
    try write(type + "\n", "sys/class/thermal/thermal_zone\(number)/type")
    try write(temperature + "\n", "sys/class/thermal/thermal_zone\(number)/temp")
  }

  private var state: BoardState { BoardReader(root: folder.path("")).read() }

  @Test func aMachineThatTellsNothing() {
    #expect(state == BoardState())
    #expect(!BoardReader(root: folder.path("")).isRaspberryPi)
  }

  /// The processor's zones count, and of several the hottest; others only where there is none.
  @Test func temperatures() throws {
    try zone(0, "battery", "91000")
    #expect(state.celsius == 91)
    try zone(1, "cpu-thermal", "48312")
    #expect(state.celsius == 48.312)
    try zone(2, "x86_pkg_temp", "52000")
    try zone(3, "soc_thermal", "-274000")
    try zone(4, "cpu-other", "broken")
    #expect(state.celsius == 52)
  }

  @Test(arguments: [
    ("0", false, false, false, false), ("50005", true, true, true, true), ("1", true, false, false, false),
    ("e0000", false, false, true, false), ("8", false, true, false, false), ("10000", false, false, false, true),
  ]) func theFirmwareTells(
    _ bits: String, _ undervolted: Bool, _ throttled: Bool, _ wasThrottled: Bool, _ wasUndervolted: Bool
  ) throws {
    for isTool in [false, true] {
      let folder = try TemporaryFolder()
      if isTool {
        // Written by another process: one that another test starts meanwhile would inherit the open file from this one,
        // and what is open for writing does not run.
        let script = try folder.write(
          Array("#!/bin/sh\n[ $1 = get_throttled ] && echo throttled=0x\(bits)\n".utf8), as: "script")
        let line =
          "cd '\(folder.path(""))' && mkdir -p usr/bin && cp '\(script)' usr/bin/vcgencmd && chmod 755 usr/bin/*"
        #expect(try GlintProgram.shell(line).status == 0)
      } else {
        try folder.write(Array((bits + "\n").utf8), as: "sys/devices/platform/soc/soc:firmware/get_throttled")
      }
      let state = BoardReader(root: folder.path("")).read()
      #expect(state.isUndervolted == undervolted && state.isThrottled == throttled)
      #expect(state.wasThrottled == wasThrottled && state.wasUndervolted == wasUndervolted)
    }
  }

  @Test func theAlarmOfUndervoltage() throws {
    try write("other\n", "sys/class/hwmon/hwmon0/name")
    try write("1\n", "sys/class/hwmon/hwmon0/in0_lcrit_alarm")
    #expect(state.isUndervolted == nil)
    try write("rpi_volt\n", "sys/class/hwmon/hwmon1/name")
    try write("0\n", "sys/class/hwmon/hwmon1/in0_lcrit_alarm")
    #expect(state.isUndervolted == false)
    try write("1\n", "sys/class/hwmon/hwmon1/in0_lcrit_alarm")
    #expect(state.isUndervolted == true)
    try write("Raspberry Pi 4 Model B Rev 1.4\0", "proc/device-tree/model")
    #expect(BoardReader(root: folder.path("")).isRaspberryPi)
  }
}

@Suite struct HeatLimitTests {
  /// A board that takes half a minute to follow what it is given to do, as those with a small heat sink.
  private struct Model {
    var celsius = 50.0
    /// What `frames` a second end up at.
    func goal(_ frames: Double) -> Double { 45 + 1.5 * frames }
    mutating func pass(_ seconds: Double, _ frames: Double) {
      celsius += (goal(frames) - celsius) * (1 - (seconds / -30).exponential)
    }
  }

  /// 30 frames a second would end at 90 degrees: fewer are labelled before 80, where a Raspberry Pi lowers its clock.
  @Test func theLimitHoldsWithoutTheFirmware() {
    var board = Model(), limit = HeatLimit(mostCelsius: 75), hottest = 0.0, rates: [Double] = []
    for second in stride(from: 0.0, to: 1200, by: 2) {
      let rate = min(30, limit.mostFramesPerSecond ?? 30)
      board.pass(2, rate)
      var state = BoardState()
      state.celsius = board.celsius
      _ = limit.look(at: state, rate: rate, seconds: second)
      hottest = max(hottest, board.celsius)
      if second > 300 { rates.append(rate) }
    }
    #expect(hottest < 79, "\(hottest)")
    // 20 frames a second are what 75 degrees allow; not many fewer are labelled in the long run.
    let mean = rates.reduce(0, +) / Double(rates.count)
    #expect((16...21).contains(mean), "\(mean)")
  }

  @Test func aCoolBoardIsNotLimited() {
    var limit = HeatLimit(mostCelsius: 75), state = BoardState()
    var changes = [limit.look(at: state, rate: 30, seconds: 0)]
    state.celsius = 74.9
    changes.append(limit.look(at: state, rate: 30, seconds: 10))
    #expect(changes == [false, false] && limit.mostFramesPerSecond == nil)
  }

  @Test func theLimitIsLiftedOnceItIsCool() {
    var limit = HeatLimit(mostCelsius: 75), state = BoardState()
    state.celsius = 80
    var changes = [limit.look(at: state, rate: 30, seconds: 0)]
    #expect(limit.mostFramesPerSecond == 24)
    // Heat follows late: nothing more before the pause is over.
    changes.append(limit.look(at: state, rate: 24, seconds: 2))
    changes.append(limit.look(at: state, rate: 24, seconds: 10))
    #expect(changes == [true, false, true])
    state.celsius = 60
    for second in stride(from: 40.0, to: 400, by: 2) { _ = limit.look(at: state, rate: 20, seconds: second) }
    #expect(limit.mostFramesPerSecond == nil)
  }

  @Test func aLoweredClockCountsAsHeatAndAWeakSupplyDoesNot() {
    var limit = HeatLimit(mostCelsius: 75), state = BoardState()
    (state.celsius, state.isThrottled, state.isUndervolted) = (60, true, true)
    var changes = [limit.look(at: state, rate: 10, seconds: 0)]
    state.isUndervolted = false
    changes.append(limit.look(at: state, rate: 10, seconds: 0))
    #expect(changes == [false, true] && limit.mostFramesPerSecond == 6)
    for second in stride(from: 10.0, to: 1000, by: 10) { _ = limit.look(at: state, rate: 1, seconds: second) }
    #expect(limit.mostFramesPerSecond == 1)
  }
}

extension Double {
  fileprivate var exponential: Double { exp(self) }
}
