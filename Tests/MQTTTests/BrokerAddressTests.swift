import Foundation
import MQTT
import TestSupport
import Testing

@Suite struct BrokerAddressTests {
  @Test(
    arguments: [
      ("mqtt://host", false, nil, "host", 1883, "glint"), ("mqtts://host/", true, nil, "host", 8883, "glint"),
      ("MQTT://anna@10.0.0.5:1884/home/living%20room/", false, "anna", "10.0.0.5", 1884, "home/living room"),
      ("mqtt://a%40b@[::1]:99/x", false, "a@b", "::1", 99, "x"),
      ("mqtt://[fe80::1]", false, nil, "fe80::1", 1883, "glint"),
    ] as [(String, Bool, String?, String, UInt16, String)]) func addressesAreRead(
      _ text: String, _ isSecure: Bool, _ user: String?, _ host: String, _ port: UInt16, _ topic: String
    ) throws
  {
    let address = try BrokerAddress(text)
    #expect(address.isSecure == isSecure && address.user == user && address.host == host)
    #expect(address.port == port && address.topic == topic)
  }

  @Test(arguments: [
    ("host/topic", "mqtt://"), ("http://host", "mqtt://"), ("mqtt:host", "mqtt://"), ("mqtt://", "host"),
    ("mqtt://user:secret@host/t", "list of processes"), ("mqtt://host:0/t", "port"), ("mqtt://host:99999/t", "port"),
    ("mqtt://host:+5/t", "port"), ("mqtt://::1/t", "brackets"), ("mqtt://host/a/#", "topic"),
    ("mqtt://host/a+b", "topic"), ("mqtt://host/$SYS", "topic"), ("mqtt://host/%zz", "%"), ("mqtt://ho st/t", "host"),
    ("mqtt://host/%ff", "UTF-8"),
  ]) func whatIsNoneSaysWhy(_ text: String, _ words: String) throws {
    #expect {
      try BrokerAddress(text)
    } throws: { error in
      guard let fault = error as? BrokerAddress.Fault else { return false }
      return fault.description.contains(words) && !fault.description.contains("secret")
    }
  }

  /// Home Assistant refuses payloads that are not as it documents them.
  @Test(arguments: [true, false]) func discoveryIsWhatHomeAssistantDocuments(hasTemperature: Bool) throws {
    let device = HomeAssistantDevice(
      id: "glint_0123456789ab", name: "Glint on \"pi\"", model: "face.int8", version: "0.2.0", stateTopic: "a b/state",
      availabilityTopic: "a b/status", hasTemperature: hasTemperature)
    let messages = device.messages(prefix: "homeassistant")
    #expect(messages.count == (hasTemperature ? 5 : 4))
    #expect(Set(messages.map(\.topic)).count == messages.count)
    let schema = JSONSchema.read("Tests/MQTTTests/discovery.schema.json")
    for message in messages {
      #expect(message.isRetained && message.topic.hasPrefix("homeassistant/sensor/glint_0123456789ab_"))
      #expect(message.topic.hasSuffix("/config"))
      let payload = try JSONSerialization.jsonObject(with: Data(message.text.utf8))
      #expect(JSONSchema.faults(of: payload, schema, at: message.topic) == [], "\(message.text)")
      // Other prefixes are for those who changed Home Assistant's.
      let id = (payload as? [String: Any])?["unique_id"] as? String
      #expect(message.topic == "homeassistant/sensor/\(id ?? "")/config")
    }
  }
}
