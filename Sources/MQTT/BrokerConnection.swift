import CMQTT
import CThreads
import Dispatch
import Threads

/// What a broker is told, by a thread of its own that connects, waits where it must, and connects again. Whoever adds
/// messages never waits for the network.
public final class BrokerConnection: Sendable {
  /// How long things take; a test shortens them.
  public struct Times: Sendable {
    /// Before the second try, doubled for each further one.
    public var firstPause = 1.0
    /// Between two tries at most, in seconds.
    public var longestPause = 60.0
    /// A try that has not come to an end is given up after so long, in seconds.
    public var patience = 20.0
    /// For the broker to take what is left where the program ends, in seconds.
    public var farewell = 3.0
    /// Between two signs of life, in seconds; 5 at least.
    public var keepAlive = 20

    /// Those of `glint live`.
    public init() {}
  }

  /// What is to be told of a connection.
  public enum Notice: Equatable, Sendable {
    /// It stands; how many events were dropped since the last time.
    case connected(dropped: Int)
    /// It ended or could not be made; why, and what to do. Told once until it stands again, or the reason changes.
    case failed(String)
    /// There is no room for more events: the oldest go.
    case full
  }

  private struct State: Sendable {
    var queue: BrokerQueue
    var mustEnd = false
    var isConnected = false
  }

  private let settings: BrokerSettings
  private let times: Times
  private let notify: @Sendable (Notice) -> Void
  private let state: Locked<State>
  private let work = DispatchSemaphore(value: 0)
  private let hasEnded = DispatchSemaphore(value: 0)

  /// Starts to connect.
  ///
  /// - Parameters:
  ///   - settings: whom to, and as whom.
  ///   - room: events that are kept while there is no connection.
  ///   - notify: told what a person should know, on the connection's thread.
  public init(
    _ settings: BrokerSettings, room: Int = 10_000, times: Times = Times(),
    notify: @escaping @Sendable (Notice) -> Void
  ) {
    self.settings = settings
    self.times = times
    self.notify = notify
    state = Locked(State(queue: BrokerQueue(room: room)))
    BackgroundThread.start("broker") { [self] in
      ct_lower_priority()
      run()
      hasEnded.signal()
    }
  }

  /// Adds a message to what the broker is to have.
  public func add(_ message: BrokerMessage) {
    let isFirstLoss = state.withLock { state in
      let before = state.queue.dropped
      state.queue.add(message)
      return before == 0 && state.queue.dropped == 1
    }
    if isFirstLoss { notify(.full) }
  }

  /// Messages that the broker does not have yet.
  public var waiting: Int { state.withLock { $0.queue.count } }

  /// Events that were dropped since there was no room, so far.
  public var dropped: Int { state.withLock { $0.queue.dropped } }

  /// Whether the broker listens.
  public var isConnected: Bool { state.withLock { $0.isConnected } }

  /// Gives the broker what is left, says goodbye and ends; waits no longer than `farewell` and a second.
  ///
  /// - Parameter last: a message to be the last, such as the state of being offline.
  /// - Returns: how many events the broker does not have.
  @discardableResult
  public func close(last: BrokerMessage? = nil) -> Int {
    if let last { add(last) }
    state.withLock { $0.mustEnd = true }
    work.signal()
    // The thread may stand in a look-up of the host: then it is left alone.
    _ = hasEnded.wait(timeout: .now() + times.farewell + 1)
    return state.withLock { $0.queue.eventCount }
  }

  private var mustEnd: Bool { state.withLock { $0.mustEnd } }

  private func run() {
    var pause = times.firstPause
    var told: String?
    var droppedTold = 0
    while true {
      let reason = connect {
        pause = times.firstPause
        told = nil
        let dropped = state.withLock { $0.queue.dropped }
        notify(.connected(dropped: dropped - droppedTold))
        droppedTold = dropped
      }
      state.withLock {
        $0.isConnected = false
        $0.queue.reset()
      }
      guard !mustEnd else { return }
      if let reason, reason != told {
        told = reason
        notify(.failed(reason))
      }
      // Many clients of a broker that comes back do not all knock at once.
      _ = work.wait(timeout: .now() + pause * Double.random(in: 0.8...1.2))
      pause = min(2 * pause, times.longestPause)
      // Where the program ends while the broker is away, there is one more try.
    }
  }

  /// One connection, from its beginning to its end; why it ended.
  private func connect(_ connected: () -> Void) -> String? {
    var failure = cmqtt_failure()
    guard let client = settings.withSettings(keepAlive: times.keepAlive, { cmqtt_begin($0, &failure) }) else {
      return settings.words(failure)
    }
    defer { cmqtt_end(client) }
    let begin = ContinuousClock.now
    var end: ContinuousClock.Instant?
    var isConnected = false
    var onTheWay: [CInt: Int] = [:]
    while true {
      if mustEnd, end == nil { end = ContinuousClock.now + .seconds(times.farewell) }
      if let end, ContinuousClock.now > end || (isConnected && state.withLock({ $0.queue.count == 0 })) {
        if isConnected { cmqtt_say_goodbye(client) }
        return nil
      }
      if isConnected { send(client, &onTheWay) }
      let isAlive = cmqtt_work(client, isConnected ? 50 : 20, &failure)
      collect(client, &onTheWay)
      guard isAlive else { return settings.words(failure) }
      if !isConnected, cmqtt_is_connected(client) {
        isConnected = true
        state.withLock { $0.isConnected = true }
        state.withLock { state in settings.greeting.forEach { state.queue.add($0, isFirst: true) } }
        connected()
      }
      if !isConnected, ContinuousClock.now - begin > .seconds(times.patience) {
        return "\(settings.place) does not answer. Is it the broker's address and port?"
      }
    }
  }

  /// What the library may have on the way: it would queue more without a bound.
  private static let window = 20

  /// - Parameter onTheWay: our numbers of messages by the library's.
  private func send(_ client: OpaquePointer, _ onTheWay: inout [CInt: Int]) {
    while let entry = state.withLock({ $0.queue.sentCount < Self.window ? $0.queue.next() : nil }) {
      let bytes = Array(entry.message.text.utf8)
      var number: CInt = 0
      guard cmqtt_publish(client, entry.message.topic, bytes, bytes.count, entry.message.isRetained, &number) else {
        return
      }
      onTheWay[number] = entry.number
      state.withLock { $0.queue.markSent(entry.number) }
    }
  }

  /// Forgets what the broker has.
  private func collect(_ client: OpaquePointer, _ onTheWay: inout [CInt: Int]) {
    let room = 64
    var numbers = [CInt](repeating: 0, count: room)
    let count = cmqtt_taken(client, &numbers, room)
    for number in numbers[..<count] {
      if let own = onTheWay.removeValue(forKey: number) { state.withLock { $0.queue.markTaken(own) } }
    }
  }
}
