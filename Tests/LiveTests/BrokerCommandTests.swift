import Foundation
import TestSupport
import Testing

/// `glint live --mqtt`, run as people run it.
@Suite(.enabled(if: Broker.isThere, "mosquitto and mosquitto-clients are not installed"))
struct BrokerCommandTests {
  private static let live = [
    "live", StandIn.model, "--rendered", "--size", "64x48", "--fps", "50", "--no-page", "--event-after", "0",
  ]

  @Test func resultsReachTheBroker() async throws {
    let broker = try Broker(.user("anna", password: "right"))
    try broker.listen()
    let folder = try TemporaryFolder()
    try folder.write(Array("right\n".utf8), as: "password")
    let address = "mqtt://anna@127.0.0.1:\(broker.port)/room/1"
    let result = try GlintProgram.run(
      Self.live + ["--count", "100", "--mqtt", address, "--mqtt-password-file", folder.path("password")])
    #expect(result.status == 0, "\(result.errors)")
    #expect(await eventually { (try? broker.messages().last?.payload) == "offline" })
    let messages = try broker.messages()
    #expect(messages.filter { $0.topic == "room/1/status" }.map(\.payload) == ["online", "offline"])
    let events = messages.filter { $0.topic == "room/1/event" }.map(\.payload)
    #expect(events.contains { $0.contains("began") } && events.contains { $0.contains("ended") })
    let states = messages.filter { $0.topic == "room/1/state" }
    for state in states {
      let value = try #require(try JSONSerialization.jsonObject(with: Data(state.payload.utf8)) as? [String: Any])
      #expect(Set(value.keys).isSuperset(of: ["time", "label", "probability", "faces", "frames_per_second"]))
    }
    #expect(states.last?.payload.contains("no face") == true)
    let schema = JSONSchema.read("Tests/MQTTTests/discovery.schema.json")
    let discovery = messages.filter { $0.topic.hasPrefix("homeassistant/") }
    #expect(discovery.count >= 4)
    for message in discovery {
      let payload = try JSONSerialization.jsonObject(with: Data(message.payload.utf8))
      #expect(JSONSchema.faults(of: payload, schema, at: message.topic) == [])
    }
  }

  /// Killed, the program cannot say that it is offline: the broker does.
  @Test func theBrokerSaysThatAKilledProgramIsOffline() async throws {
    let broker = try Broker()
    try broker.listen()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: GlintProgram.path)
    process.arguments = Self.live + ["--mqtt", "mqtt://127.0.0.1:\(broker.port)", "--mqtt-discovery", "none"]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    defer { if process.isRunning { process.terminate() } }
    #expect(await eventually { (try? broker.messages().contains { $0.payload == "online" }) == true })
    kill(process.processIdentifier, SIGKILL)
    process.waitForEnd()
    #expect(await eventually { (try? broker.messages().last?.payload) == "offline" })
    #expect(try broker.messages().allSatisfy { $0.topic.hasPrefix("glint/") })
  }

  @Test(arguments: [
    ["--mqtt", "mqtt://user:secret@host/t"], ["--mqtt", "http://host"], ["--mqtt-password-file", "x"],
    ["--mqtt", "mqtt://host", "--mqtt-ca", "x"], ["--mqtt", "mqtt://host", "--mqtt-discovery", "#"],
    ["--mqtt", "mqtt://host", "--mqtt-password-file", "x"],
  ]) func wrongUse(_ arguments: [String]) throws {
    let result = try GlintProgram.run(["live", "m"] + arguments)
    #expect(result.status == 2, "\(result.errors)")
    #expect(!result.errors.contains("secret"), "\(result.errors)")
  }

  /// A broker that is not there holds up nothing, and events that it never got show in the exit status.
  @Test func labelsGoOnWithoutABroker() throws {
    let port = try Broker.freePort()
    let result = try GlintProgram.run(Self.live + ["--count", "50", "--mqtt", "mqtt://127.0.0.1:\(port)/t", "--json"])
    #expect(result.status == 1)
    #expect(result.output.split(separator: "\n").count == 50)
    #expect(result.errors.contains("refused") && result.errors.contains("never got"), "\(result.errors)")
  }
}
