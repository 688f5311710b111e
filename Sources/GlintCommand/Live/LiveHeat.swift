import Board
import Numerics

/// Keeps a board from heat while it labels: says what it tells, and lowers frames a second.
final class LiveHeat {
  private let watch: BoardWatch
  private var limit: HeatLimit?
  private let start = ContinuousClock.now
  private var looked = -10.0
  private var frames = 0
  private var isWeak = false
  private let hasTemperature: Bool

  /// Starts to read.
  init(_ option: HeatOption) {
    let reader = BoardReader(root: option.boardRoot)
    hasTemperature = reader.tellsTemperature
    // Its firmware lowers the clock at 80 degrees, or softly at 60 on older ones.
    let most = option.mostCelsius ?? (reader.isRaspberryPi ? 75 : nil)
    limit = most.map { HeatLimit(mostCelsius: $0) }
    watch = BoardWatch(reader)
    if option.mostCelsius != nil, !hasTemperature {
      printError("This machine does not tell its temperature: --most-celsius changes nothing.")
    }
  }

  deinit { watch.stop() }

  /// What the board tells now.
  var state: BoardState { watch.state }

  /// Whether it tells its temperature.
  var tellsTemperature: Bool { hasTemperature }

  /// Frames a second at most now.
  var mostFramesPerSecond: Double? { limit?.mostFramesPerSecond }

  /// Takes note of a labelled frame.
  ///
  /// - Returns: what a person should know, if anything is new.
  func count() -> String? {
    frames += 1
    let now = (ContinuousClock.now - start).seconds
    guard now - looked >= 2 else { return nil }
    let rate = Double(frames - 1) / (now - looked)
    let isFirst = looked < 0
    (looked, frames) = (now, 1)
    let state = state
    if state.isUndervolted == true, !isWeak {
      isWeak = true
      return "The board's power supply is too weak (undervoltage): labels may come late. Use a supply and a cable of "
        + "the board's maker."
    }
    if state.isUndervolted == false { isWeak = false }
    guard !isFirst, let before = limit, limit?.look(at: state, rate: rate, seconds: now) == true else { return nil }
    return words(before.mostFramesPerSecond, state)
  }

  private func words(_ before: Double?, _ state: BoardState) -> String? {
    guard let limit else { return nil }
    let degrees = state.celsius.map { "at \(fixed($0, 0)) °C" } ?? "slowed by its firmware"
    switch (before, limit.mostFramesPerSecond) {
    case (nil, let most?):
      return "The board is \(degrees), and \(fixed(limit.mostCelsius, 0)) °C is the most (--most-celsius): at most "
        + "\(fixed(most, 0)) frames a second are labelled until it is cooler."
    case (_, nil): return "The board is \(degrees): all frames are labelled again."
    default: return nil
    }
  }
}

/// What the board tells, in the words of `live --json`.
struct BoardLine: Encodable {
  let celsius: Double?
  let throttled: Bool?
  let undervoltage: Bool?
  let most_frames_per_second: Double?

  /// nil where nothing is told.
  init?(_ heat: LiveHeat) {
    let state = heat.state
    celsius = state.celsius.map { ($0 * 10).rounded() / 10 }
    throttled = state.isThrottled
    undervoltage = state.isUndervolted
    most_frames_per_second = heat.mostFramesPerSecond.map { ($0 * 10).rounded() / 10 }
    if celsius == nil, throttled == nil, undervoltage == nil { return nil }
  }
}
