import Files

/// What Home Assistant is told so that it shows a sensor for each result without any configuration there: the messages
/// of its MQTT discovery, one an entity, retained under `homeassistant/sensor/ID/config`.
public struct HomeAssistantDevice: Sendable {
  /// One sensor.
  struct Sensor {
    var key: String
    var name: String
    var template: String
    var unit: String?
    var deviceClass: String?
    var icon: String?
    var isDiagnostic = false
    var isMeasured = true
  }

  /// Names the device for all time, in letters, digits, '-' and '_'.
  public var id: String
  /// For people.
  public var name: String
  /// The model that labels.
  public var model: String
  /// Of Glint.
  public var version: String
  /// The topic of the state, a JSON object.
  public var stateTopic: String
  /// The topic that says `online` or `offline`.
  public var availabilityTopic: String
  /// Whether the board tells its temperature.
  public var hasTemperature: Bool

  /// A device.
  public init(
    id: String, name: String, model: String, version: String, stateTopic: String, availabilityTopic: String,
    hasTemperature: Bool
  ) {
    (self.id, self.name, self.model, self.version) = (id, name, model, version)
    (self.stateTopic, self.availabilityTopic, self.hasTemperature) = (stateTopic, availabilityTopic, hasTemperature)
  }

  /// The messages.
  ///
  /// - Parameter prefix: Home Assistant's discovery prefix, `homeassistant` unless it was changed there.
  public func messages(prefix: String) -> [BrokerMessage] {
    sensors.map {
      BrokerMessage("\(prefix)/sensor/\(id)_\($0.key)/config", payload($0).text, isRetained: true)
    }
  }

  private var sensors: [Sensor] {
    var sensors = [
      Sensor(
        key: "label", name: "Label", template: "{{ value_json.label }}", icon: "mdi:emoticon-outline",
        isMeasured: false),
      Sensor(
        key: "probability", name: "Probability", template: "{{ (value_json.probability * 100) | round(0) }}",
        unit: "%", icon: "mdi:percent-outline"),
      Sensor(key: "faces", name: "Faces", template: "{{ value_json.faces }}", icon: "mdi:face-recognition"),
      Sensor(
        key: "frames_per_second", name: "Frames per second", template: "{{ value_json.frames_per_second }}",
        unit: "fps", icon: "mdi:speedometer", isDiagnostic: true),
    ]
    if hasTemperature {
      sensors.append(
        Sensor(
          key: "temperature", name: "Temperature", template: "{{ value_json.celsius }}", unit: "°C",
          deviceClass: "temperature", isDiagnostic: true))
    }
    return sensors
  }

  private func payload(_ sensor: Sensor) -> JSONValue {
    func text(_ name: String, _ value: String?) -> [JSONValue.Member] {
      value.map { [JSONValue.Member(name, .string($0))] } ?? []
    }
    let device: [JSONValue.Member] = [
      .init("identifiers", .array([.string(id)])), .init("name", .string(name)),
      .init("manufacturer", .string("Glint")), .init("model", .string(model)), .init("sw_version", .string(version)),
    ]
    let origin: [JSONValue.Member] = [.init("name", .string("glint")), .init("sw_version", .string(version))]
    return .object(
      text("name", sensor.name) + text("unique_id", "\(id)_\(sensor.key)") + text("state_topic", stateTopic)
        + text("value_template", sensor.template) + text("unit_of_measurement", sensor.unit)
        + text("device_class", sensor.deviceClass) + text("icon", sensor.icon)
        + text("state_class", sensor.isMeasured ? "measurement" : nil)
        + text("entity_category", sensor.isDiagnostic ? "diagnostic" : nil)
        + text("availability_topic", availabilityTopic) + text("payload_available", "online")
        + text("payload_not_available", "offline")
        + [.init("device", .object(device)), .init("origin", .object(origin))])
  }
}
