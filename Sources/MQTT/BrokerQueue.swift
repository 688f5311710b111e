/// A message for a broker.
public struct BrokerMessage: Equatable, Sendable {
  /// Where it goes.
  public var topic: String
  /// What it says.
  public var text: String
  /// Whether the broker keeps it for those who come later; the newest of a topic counts then, and older ones need not
  /// be sent.
  public var isRetained: Bool

  /// A message.
  public init(_ topic: String, _ text: String, isRetained: Bool) {
    (self.topic, self.text, self.isRetained) = (topic, text, isRetained)
  }
}

/// What the broker does not have yet: events in their order, and the newest state of each topic. All of it is sent anew
/// where a connection ends, since nobody knows what arrived: an event may come twice, and none is lost.
struct BrokerQueue: Sendable {
  /// A message with what names it here.
  struct Entry: Equatable, Sendable {
    var message: BrokerMessage
    var number: Int
    /// What begins a connection comes before all that waits.
    var isFirst: Bool
  }

  private let room: Int
  private var events: [Entry] = []
  private var states: [Entry] = []
  private var sent: Set<Int> = []
  private var lastNumber = 0
  /// Events that there was no room for, so far: the oldest went.
  private(set) var dropped = 0

  /// - Parameter room: events that are kept at most.
  init(room: Int) { self.room = room }

  /// How many messages the broker does not have.
  var count: Int { events.count + states.count }

  /// Events that the broker does not have.
  var eventCount: Int { events.count }

  /// Messages that are on the way.
  var sentCount: Int { sent.count }

  mutating func add(_ message: BrokerMessage, isFirst: Bool = false) {
    lastNumber += 1
    let entry = Entry(message: message, number: lastNumber, isFirst: isFirst)
    guard message.isRetained else {
      if events.count >= room {
        sent.remove(events.removeFirst().number)
        dropped += 1
      }
      events.append(entry)
      return
    }
    states.removeAll { $0.message.topic == message.topic && !sent.contains($0.number) }
    states.append(entry)
  }

  /// The next that is not on the way, in the order in which they came.
  func next() -> Entry? {
    let waiting = states.filter { !sent.contains($0.number) }
    let state = waiting.first { $0.isFirst } ?? waiting.min { $0.number < $1.number }
    let event = events.first { !sent.contains($0.number) }
    guard let state, let event else { return state ?? event }
    return state.isFirst || state.number < event.number ? state : event
  }

  /// Says that a message is on the way.
  mutating func markSent(_ number: Int) { sent.insert(number) }

  /// Says that the broker has it.
  mutating func markTaken(_ number: Int) {
    guard sent.remove(number) != nil else { return }
    states.removeAll { $0.number == number }
    events.removeAll { $0.number == number }
  }

  /// Says that the connection has ended: nothing is on the way any more.
  mutating func reset() {
    sent = []
    // An older state of a topic that has a newer one waiting need not be sent again.
    var newest: [String: Int] = [:]
    for entry in states { newest[entry.message.topic] = entry.number }
    states.removeAll { newest[$0.message.topic] != $0.number }
  }
}
