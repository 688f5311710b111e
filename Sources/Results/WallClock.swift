import Glibc

/// The time of day of what is stamped by CLOCK_MONOTONIC, as frames are. Durations are never taken from it: it is set
/// while a program runs, and on boards without a battery it is first wrong and then set right.
public struct WallClock: Sendable {
  private let moment: @Sendable () -> (wall: Int64, monotonic: UInt64)

  /// The system's.
  public init() {
    self.init { (Self.read(CLOCK_REALTIME), UInt64(Self.read(CLOCK_MONOTONIC))) }
  }

  /// - Parameter moment: nanoseconds since 1970 began in UTC, and those of CLOCK_MONOTONIC, of the same moment.
  package init(moment: @escaping @Sendable () -> (wall: Int64, monotonic: UInt64)) {
    self.moment = moment
  }

  /// A moment of CLOCK_MONOTONIC in the form of ISO 8601 and RFC 3339, in local time with its distance from UTC, as in
  /// `2026-11-27T22:30:00.123+01:00`.
  public func text(_ nanoseconds: UInt64) -> String {
    let now = moment()
    return Self.text(wall: now.wall - Int64(bitPattern: now.monotonic &- nanoseconds))
  }

  /// The time of day now, in the same form.
  public var now: String { text(moment().monotonic) }

  /// The same of nanoseconds since 1970 began in UTC.
  package static func text(wall: Int64) -> String {
    // Rounded down also before 1970, where a clock that was never set may be.
    let milliseconds = (Double(wall) / 1e6).rounded(.down)
    var seconds = time_t((milliseconds / 1000).rounded(.down))
    let part = Int(milliseconds - Double(seconds) * 1000)
    var fields = tm()
    localtime_r(&seconds, &fields)
    let offset = fields.tm_gmtoff / 60
    let date = "\(padded(Int(fields.tm_year) + 1900, 4))-\(padded(Int(fields.tm_mon) + 1))-\(padded(fields.tm_mday))"
    let time = "\(padded(fields.tm_hour)):\(padded(fields.tm_min)):\(padded(fields.tm_sec)).\(padded(part, 3))"
    return "\(date)T\(time)\(offset < 0 ? "-" : "+")\(padded(abs(offset) / 60)):\(padded(abs(offset) % 60))"
  }

  private static func padded(_ number: some BinaryInteger, _ digits: Int = 2) -> String {
    let text = "\(number)"
    return String(repeating: "0", count: max(0, digits - text.count)) + text
  }

  private static func read(_ clock: clockid_t) -> Int64 {
    var time = timespec()
    clock_gettime(clock, &time)
    return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
  }
}
