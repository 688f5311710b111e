import Foundation
import MQTT
import TestSupport
import Testing
import Threads

/// A real broker that is there, goes, refuses and comes back.
@Suite(.enabled(if: Broker.isThere, "mosquitto and mosquitto-clients are not installed"))
struct BrokerConnectionTests {
  /// What a connection told.
  private final class Notices: Sendable {
    private let all = Locked<[BrokerConnection.Notice]>([])
    func add(_ notice: BrokerConnection.Notice) { all.withLock { $0.append(notice) } }
    var list: [BrokerConnection.Notice] { all.value }
    var failures: [String] {
      list.compactMap { if case .failed(let reason) = $0 { reason } else { nil } }
    }
    var connections: Int { list.filter { if case .connected = $0 { true } else { false } }.count }
  }

  private let notices = Notices()

  /// Hours become milliseconds.
  private static var times: BrokerConnection.Times {
    var times = BrokerConnection.Times()
    (times.firstPause, times.longestPause, times.patience, times.farewell) = (0.01, 0.2, 5, 3)
    return times
  }

  private func connect(
    _ address: String, password: String? = nil, authorities: String? = nil, room: Int = 10_000
  ) throws -> BrokerConnection {
    var settings = BrokerSettings(
      try BrokerAddress(address), client: "glint_test", will: BrokerMessage("t/status", "offline", isRetained: true),
      greeting: [BrokerMessage("t/status", "online", isRetained: true)])
    (settings.password, settings.authorities) = (password, authorities)
    let notices = notices
    return BrokerConnection(settings, room: room, times: Self.times) { notices.add($0) }
  }

  private func event(_ number: Int) -> BrokerMessage { BrokerMessage("t/event", "\(number)", isRetained: false) }

  private func events(_ broker: Broker) -> [Int] {
    ((try? broker.messages()) ?? []).filter { $0.topic == "t/event" }.compactMap { Int($0.payload) }
  }

  @Test func statesAreKeptAndEventsAreNot() async throws {
    let broker = try Broker()
    try broker.listen()
    let connection = try connect("mqtt://127.0.0.1:\(broker.port)/t")
    for number in 0..<100 {
      connection.add(event(number))
      connection.add(BrokerMessage("t/state", "\(number)", isRetained: true))
    }
    #expect(await eventually { events(broker).count == 100 && connection.waiting == 0 })
    #expect(connection.close(last: BrokerMessage("t/status", "offline", isRetained: true)) == 0)
    #expect(await eventually { (try? broker.messages().last?.payload) == "offline" })
    #expect(events(broker) == Array(0..<100))
    let states = try broker.messages().filter { $0.topic == "t/state" }
    #expect(states.last?.payload == "99")
    #expect(try broker.messages().first?.payload == "online")
    #expect(notices.list == [.connected(dropped: 0)])
  }

  /// The broker is away again and again; each event arrives, and in its order where copies are left out.
  @Test func noEventIsLostWhileTheBrokerIsAway() async throws {
    let broker = try Broker()
    try broker.listen()
    let connection = try connect("mqtt://127.0.0.1:\(broker.port)/t")
    var number = 0
    for round in 1...3 {
      for _ in 0..<50 {
        connection.add(event(number))
        number += 1
      }
      // Some are on the way when it goes.
      broker.stop()
      for _ in 0..<200 {
        connection.add(event(number))
        number += 1
      }
      #expect(await eventually { notices.failures.count >= round && !connection.isConnected })
      try broker.start()
      #expect(await eventually { connection.waiting == 0 })
    }
    let all = number
    #expect(await eventually { Set(events(broker)).count == all })
    var seen = Set<Int>()
    #expect(events(broker).filter { seen.insert($0).inserted } == Array(0..<all))
    #expect(connection.dropped == 0 && notices.connections >= 3)
    connection.close()
  }

  @Test func whatDoesNotFitIsCountedAndTold() async throws {
    let broker = try Broker()
    try broker.listen()
    broker.stop()
    let connection = try connect("mqtt://127.0.0.1:\(broker.port)/t", room: 10)
    for number in 0..<25 { connection.add(event(number)) }
    #expect(notices.list.filter { $0 == .full }.count == 1)
    #expect(await eventually { !notices.failures.isEmpty })
    #expect(notices.failures[0].contains("refused"), "\(notices.failures)")
    try broker.start()
    #expect(await eventually { events(broker).count == 10 })
    #expect(events(broker) == Array(15..<25))
    #expect(notices.list.contains(.connected(dropped: 15)))
    connection.close()
  }

  @Test func passwordsAreChecked() async throws {
    let broker = try Broker(.user("anna", password: "right"))
    let address = "mqtt://anna@127.0.0.1:\(broker.port)/t"
    for (address, password) in [(address, "wrong"), ("mqtt://127.0.0.1:\(broker.port)/t", nil), (address, nil)] {
      let before = notices.failures.count
      let connection = try connect(address, password: password)
      #expect(await eventually { notices.failures.count > before })
      let words = notices.failures.last ?? ""
      #expect(words.contains("user") && words.contains("password") && !words.contains("wrong"), "\(words)")
      // It is told once, however often it is tried.
      try await Task.sleep(nanoseconds: 300_000_000)
      #expect(notices.failures.count == before + 1)
      connection.add(event(1))
      #expect(connection.close() == 1)
    }
    try broker.listen()
    let connection = try connect(address, password: "right")
    connection.add(event(7))
    #expect(await eventually { events(broker) == [7] })
    connection.close()
  }

  @Test func tlsIsChecked() async throws {
    let broker = try Broker(.secure)
    let folder = try TemporaryFolder()
    // A name that the certificate does not have, and authorities that do not know it.
    for (host, authorities) in [("127.0.0.1", broker.certificate), ("localhost", nil)] as [(String, String?)] {
      let before = notices.failures.count
      let connection = try connect("mqtts://\(host):\(broker.port)/t", authorities: authorities)
      #expect(await eventually { notices.failures.count > before })
      #expect(notices.failures.last?.contains("TLS") == true, "\(notices.failures)")
      connection.close()
    }
    #expect(notices.connections == 0)
    let plain = try connect("mqtt://localhost:\(broker.port)/t")
    #expect(await eventually { notices.failures.last?.contains("mqtts://") == true })
    plain.close()
    let connection = try connect("mqtts://localhost:\(broker.port)/t", authorities: broker.certificate)
    #expect(await eventually { notices.connections == 1 }, "\(notices.failures)")
    #expect(connection.close() == 0)
    _ = folder
  }

  @Test func hostsThatAreNotThereAreNamed() async throws {
    let connection = try connect("mqtt://nowhere.invalid/t")
    #expect(await eventually { notices.failures.first?.contains("not found") == true }, "\(notices.failures)")
    connection.close()
  }
}
