import CSystem
import FoundationEssentials
import Glibc

/// Reads what the kernel, and on a Raspberry Pi its firmware, tells of temperature, clock and supply.
///
/// - `/sys/class/thermal/thermal_zone*`: temperatures; of zones that name a processor the highest, else of all.
/// - `/sys/devices/platform/soc/soc:firmware/get_throttled`, or else `vcgencmd get_throttled`: the firmware's flags.
/// - `/sys/class/hwmon/hwmon*` of the name `rpi_volt`: its alarm of undervoltage, which any user may read.
public struct BoardReader: Sendable {
  private let root: String
  private let zones: [String]
  private let alarm: String?
  private let flags: String?
  private let tool: String?

  /// Looks for what there is.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public init(root: String = "/") {
    let root = root.hasSuffix("/") ? String(root.dropLast()) : root
    self.root = root
    let all = Self.folders(root + "/sys/class/thermal", "thermal_zone")
    let processors = all.filter { zone in
      let type = Self.text(zone + "/type")?.lowercased() ?? ""
      return ["cpu", "soc", "pkg", "package", "core"].contains { type.contains($0) }
    }
    zones = processors.isEmpty ? all : processors
    alarm = Self.folders(root + "/sys/class/hwmon", "hwmon").first { Self.text($0 + "/name") == "rpi_volt" }
      .map { $0 + "/in0_lcrit_alarm" }
    let file = root + "/sys/devices/platform/soc/soc:firmware/get_throttled"
    flags = Self.text(file) == nil ? nil : file
    tool = ["/usr/bin/vcgencmd", "/opt/vc/bin/vcgencmd"].map { root + $0 }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// Whether this is a Raspberry Pi, by its device tree.
  public var isRaspberryPi: Bool { Self.text(root + "/proc/device-tree/model")?.contains("Raspberry Pi") ?? false }

  /// Whether a temperature is told.
  public var tellsTemperature: Bool { temperature != nil }

  /// Reads all of it.
  public func read() -> BoardState {
    var state = BoardState()
    state.celsius = temperature
    if let alarm = alarm.flatMap(Self.text) { state.isUndervolted = alarm == "1" }
    guard let bits = throttledBits else { return state }
    // The firmware's flags: 0 undervoltage, 1 a capped clock, 2 throttling, 3 the soft limit of temperature; the same
    // 16 places up for what has been since the start.
    func has(_ places: ClosedRange<UInt32>) -> Bool { places.contains { bits >> $0 & 1 == 1 } }
    state.isUndervolted = has(0...0) || state.isUndervolted == true
    state.isThrottled = has(1...3)
    state.wasUndervolted = has(16...16)
    state.wasThrottled = has(17...19)
    return state
  }

  private var temperature: Double? {
    // Sensors that are off say nonsense.
    zones.compactMap { Self.text($0 + "/temp").flatMap(Double.init) }.map { $0 / 1000 }
      .filter { (-40...150).contains($0) && $0 != 0 }.max()
  }

  private var throttledBits: UInt32? {
    if let flags { return Self.text(flags).flatMap(Self.bits) }
    guard let tool, let output = Self.run(tool, ["get_throttled"]) else { return nil }
    return output.split(separator: "=").last.flatMap { Self.bits(String($0)) }
  }

  private static func bits(_ text: String) -> UInt32? {
    let digits = trimmed(text)
    return UInt32(digits.hasPrefix("0x") ? String(digits.dropFirst(2)) : digits, radix: 16)
  }

  private static func folders(_ path: String, _ prefix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.filter { $0.hasPrefix(prefix) }.sorted().map { "\(path)/\($0)" }
  }

  private static func text(_ path: String) -> String? {
    FileManager.default.contents(atPath: path).map { trimmed(String(decoding: $0, as: UTF8.self)) }
  }

  /// Without white space and the end marks of C around it.
  private static func trimmed(_ text: String) -> String {
    let start = text.unicodeScalars.drop { isMargin($0) }
    return String(start.reversed().drop { isMargin($0) }.reversed().map(Character.init))
  }

  private static func isMargin(_ scalar: Unicode.Scalar) -> Bool { scalar == "\0" || scalar.properties.isWhitespace }

  /// What a program prints, its first kilobyte; nil where it fails.
  private static func run(_ program: String, _ arguments: [String]) -> String? {
    var words: [UnsafeMutablePointer<CChar>?] = ([program] + arguments).map { strdup($0) } + [nil]
    defer { words.forEach { free($0) } }
    var bytes = [UInt8](repeating: 0, count: 1024)
    var count = 0
    guard sys_run_program(&words, &bytes, bytes.count, &count) == 0 else { return nil }
    return String(decoding: bytes[..<count], as: UTF8.self)
  }
}
