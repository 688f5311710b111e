import Files
import Glibc
import Live
import MQTT
import Models
import Numerics
import Results

/// What an MQTT broker is told of labelled frames: a retained state, each event, and whether the program runs.
///
/// - `TOPIC/status`: `online` or `offline`, retained, the latter also where the program or its machine has gone.
/// - `TOPIC/state`: a JSON object, retained, when it changes, once a second at most.
/// - `TOPIC/event`: a JSON object an event, each delivered at least once.
final class BrokerReports {
  /// What stands in `TOPIC/state`.
  private struct State: Encodable {
    let time: String
    let label: String
    let probability: Double
    let faces: Int
    let frames_per_second: Int
    let celsius: Double?

    /// Whether it says the same, at another time.
    func isSame(as other: State?) -> Bool {
      guard let other else { return false }
      return label == other.label && probability == other.probability && faces == other.faces
        && frames_per_second == other.frames_per_second && celsius == other.celsius
    }
  }

  private let connection: BrokerConnection
  private let topic: String
  private let clock: WallClock
  private var told: State?
  private var toldAt: ContinuousClock.Instant?
  private var frames = 0

  /// Starts to connect.
  ///
  /// - Parameter hasTemperature: whether the board tells its temperature.
  init(
    _ options: MQTTOptions, _ address: BrokerAddress, model: String, clock: WallClock, hasTemperature: Bool,
    times: BrokerConnection.Times = .init()
  ) throws {
    topic = address.topic
    self.clock = clock
    let id = Self.id(topic)
    let status = "\(topic)/status"
    let device = HomeAssistantDevice(
      id: id, name: "Glint on \(Self.hostName)", model: model, version: GlintVersion.current,
      stateTopic: "\(topic)/state", availabilityTopic: status, hasTemperature: hasTemperature)
    let discovery = options.discovery == "none" ? [] : device.messages(prefix: options.discovery)
    var settings = BrokerSettings(
      address, client: id, will: BrokerMessage(status, "offline", isRetained: true),
      greeting: discovery + [BrokerMessage(status, "online", isRetained: true)])
    settings.password = try options.password()
    settings.authorities = options.mqttCa
    if let authorities = options.mqttCa { _ = try MappedFile(path: authorities) }
    let place = address.host
    connection = BrokerConnection(settings, times: times) { notice in
      switch notice {
      case .connected(0): printError("Results go to the broker \(place), topic \(address.topic).")
      case .connected(let dropped):
        printError("Results go to the broker \(place) again; \(dropped) events are lost.")
      case .failed(let reason): printError("\(reason). Labels go on; events are kept, and it is tried again.")
      case .full: printError("The broker \(place) is away for too long: the oldest events are dropped.")
      }
    }
  }

  /// Takes a labelled frame with the events that it brought.
  func add(_ frame: LabelledFrame, _ events: [AnswerEvent], standing: [StandingAnswer], celsius: Double?) {
    add(events)
    frames += 1
    let now = ContinuousClock.now
    if let toldAt, now - toldAt < .seconds(1) { return }
    let rate = toldAt.map { Int((Double(frames) / (now - $0).seconds).rounded()) } ?? 0
    (toldAt, frames) = (now, 0)
    let main = standing.first
    tell(
      State(
        time: clock.text(frame.nanoseconds), label: main?.label ?? "no face",
        probability: main.map { (Double($0.probability) * 100).rounded() / 100 } ?? 0, faces: frame.faces.count,
        frames_per_second: rate, celsius: celsius.map { $0.rounded() }))
  }

  /// Tells the last events before the camera goes or the program ends.
  func pause(_ events: [AnswerEvent]) {
    add(events)
    (toldAt, frames) = (nil, 0)
    tell(
      State(
        time: clock.now, label: "no face", probability: 0, faces: 0, frames_per_second: 0, celsius: told?.celsius))
  }

  private func tell(_ state: State) {
    guard !state.isSame(as: told), let text = try? jsonLine(state) else { return }
    told = state
    connection.add(BrokerMessage("\(topic)/state", text, isRetained: true))
  }

  private func add(_ events: [AnswerEvent]) {
    for event in events {
      guard let text = try? jsonLine(EventLine(event, clock: clock)) else { continue }
      connection.add(BrokerMessage("\(topic)/event", text, isRetained: false))
    }
  }

  /// Ends the connection once the broker has all.
  ///
  /// - Returns: how many events it never got.
  func end() -> Int {
    let left = connection.close(last: BrokerMessage("\(topic)/status", "offline", isRetained: true))
    return left + connection.dropped
  }

  /// The same on each run, and another for each machine and topic: neither the machine's own number, which is not to be
  /// told, nor its name, which may be any.
  private static func id(_ topic: String) -> String {
    let machine = (try? MappedFile(path: "/etc/machine-id").copy()) ?? Array(Self.hostName.utf8)
    return "glint_" + (machine + Array("\n\(topic)".utf8)).withUnsafeBytes { SHA256.hex($0).prefix(12) }
  }

  /// Without asking a name server, which may take its time.
  private static var hostName: String {
    var bytes = [UInt8](repeating: 0, count: 256)
    let error = bytes.withUnsafeMutableBytes { gethostname($0.baseAddress!, $0.count - 1) }
    return error == 0 ? String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) : "this machine"
  }
}
