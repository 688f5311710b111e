/// How many frames a second may be labelled so that a board stays below a temperature: fewer before its firmware lowers
/// the clock, which would make every frame late. For one thread at a time.
///
/// Each step up or down waits for what the last one did: a board's heat sink takes its time.
public struct HeatLimit: Sendable {
  /// Below the limit by so much, more frames are tried.
  static let margin = 3.0
  /// Seconds between two steps down, and between two up.
  static let pauseDown = 8.0, pauseUp = 20.0
  /// Factors of a step down, of one where the clock is lowered already, and of one up.
  static let down = 0.8, fastDown = 0.6, up = 1.15
  /// Frames a second are never fewer.
  static let least = 1.0

  /// The temperature that is not to be exceeded.
  public let mostCelsius: Double
  /// Frames a second at most now; nil for as many as come.
  public private(set) var mostFramesPerSecond: Double?
  private var full = 0.0
  private var changed: Double?

  /// Limits nothing yet.
  public init(mostCelsius: Double) {
    self.mostCelsius = mostCelsius
  }

  /// Looks at the board.
  ///
  /// - Parameters:
  ///   - rate: frames a second that are labelled now.
  ///   - seconds: the time by any clock that only grows.
  /// - Returns: whether the limit has changed.
  public mutating func look(at state: BoardState, rate: Double, seconds: Double) -> Bool {
    let before = mostFramesPerSecond
    let isThrottled = state.isThrottled == true && state.isUndervolted != true
    let sinceChange = changed.map { seconds - $0 } ?? .infinity
    if isThrottled || (state.celsius ?? -.infinity) > mostCelsius {
      guard sinceChange >= Self.pauseDown, rate > 0 else { return false }
      if before == nil { full = rate }
      let factor = isThrottled ? Self.fastDown : Self.down
      mostFramesPerSecond = max(Self.least, min(before ?? rate, max(rate, Self.least)) * factor)
    } else if let before, (state.celsius ?? -.infinity) < mostCelsius - Self.margin {
      guard sinceChange >= Self.pauseUp else { return false }
      let more = before * Self.up
      mostFramesPerSecond = more >= full ? nil : more
    }
    guard mostFramesPerSecond != before else { return false }
    changed = seconds
    return true
  }
}
