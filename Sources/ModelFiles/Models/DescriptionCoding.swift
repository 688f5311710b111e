import Files
import Models
import Numerics

/// How a model's description stands in the metadata: one JSON text each for graph, preprocessing, labels and card.
enum DescriptionCoding {
  /// The version of the whole layout; files of others are refused with a clear word.
  static let formatVersion = "1"
  /// The version of files whose values may have codes of 16 bits: programs that know none would misread them.
  static let sixteenBitVersion = "2"

  static func texts(
    _ description: ModelDescription, kind: String, version: String = formatVersion
  ) -> [MetadataTexts.Entry] {
    let card = description.card.entries.map { JSONValue.Member($0.field, .string($0.text)) }
    var texts: [MetadataTexts.Entry] = [
      .init("format", "glint"), .init("format_version", version), .init("kind", kind),
      .init("graph", GraphCoding.encode(description.graph).text),
      .init("preprocessing", encode(description.preprocessing).text),
      .init("labels", JSONValue.array(description.labels.map { .string($0) }).text),
      .init("card", JSONValue.object(card).text),
    ]
    if description.temperature != 1 { texts.append(.init("temperature", encode(decimal: description.temperature))) }
    if let detection = description.detection { texts.append(.init("detection", encode(detection).text)) }
    if let decision = description.decision {
      texts.append(.init("decision", encode(decision, labels: description.labels).text))
    }
    if let interface = description.interface { texts.append(.init("interface", encode(interface).text)) }
    return texts
  }

  /// All that the metadata of a model may hold.
  private static let keys =
    [SafetensorsWriter.headerHashKey, SafetensorsWriter.dataHashKey, "training"] + MetadataTexts.keys

  static func read(
    from file: MetadataTexts, limits: ModelLimits
  ) throws(FormatError) -> ModelDescription {
    guard file["format"] == "glint" else {
      throw FormatError(path: file.path, reason: "is a safetensors file, but holds no Glint model")
    }
    guard let version = file["format_version"], [formatVersion, sixteenBitVersion].contains(version) else {
      throw FormatError(
        path: file.path,
        reason: "has format version \(file["format_version"] ?? "none"); "
          + "this program reads versions \(formatVersion) and \(sixteenBitVersion)")
    }
    if let key = file.entries.first(where: { !keys.contains($0.key) })?.key {
      throw FormatError(path: file.path, place: "metadata '\(key)'", reason: unknown)
    }
    let graphJSON = try json("graph", in: file)
    let graph: Graph
    do throws(GraphError) {
      graph = try GraphCoding.decodeGraph(graphJSON, mostNodes: limits.nodes)
      try GraphCost(graph).check(limits)
    } catch {
      throw FormatError(path: file.path, place: "graph", reason: error.description)
    }
    let preprocessing = try decodePreprocessing(try json("preprocessing", in: file), path: file.path)
    guard graph.input == [preprocessing.height, preprocessing.width, preprocessing.colour.channels] else {
      throw FormatError(path: file.path, place: "preprocessing", reason: "does not give the graph's input")
    }
    guard let labels = try json("labels", in: file).strings else {
      throw FormatError(path: file.path, place: "labels", reason: "are no list of texts")
    }
    guard case .object(let entries) = try json("card", in: file) else {
      throw FormatError(path: file.path, place: "card", reason: "is no object")
    }
    for entry in entries where entry.value.string == nil {
      throw FormatError(path: file.path, place: "card", reason: "'\(entry.name)' is no text")
    }
    let card = ModelCard(entries.map { .init($0.name, $0.value.string ?? "") })
    guard let temperature = decodeDecimal(file["temperature"] ?? "1.000", within: 10...100_000) else {
      throw FormatError(
        path: file.path, place: "metadata 'temperature'", reason: "is no number from 0.01 to 100 with three decimals")
    }
    var detection: Detection?
    if file["detection"] != nil {
      detection = try decodeDetection(try json("detection", in: file), graph: graph, path: file.path)
    }
    var interface: FileInterface?
    if file["interface"] != nil {
      interface = try decodeInterface(try json("interface", in: file), graph: graph, path: file.path)
    }
    let description = ModelDescription(
      graph: graph, preprocessing: preprocessing, labels: labels, card: card, temperature: temperature,
      detection: detection, decision: try decodeDecision(in: file, labels: labels),
      interface: interface)
    try checkLabels(description, path: file.path)
    guard description.takesPictures || file["kind"] == FloatModel.kind && detection == nil else {
      throw FormatError(path: file.path, place: "interface", reason: "has several inputs, which only float models have")
    }
    return description
  }

  private static let unknown = "is not known to this version"

  /// A number with three decimals, written and read in integers: Embedded Swift has no text of fractions.
  private static func encode(decimal: Float) -> String {
    let thousandths = decimal > 0 && decimal < 1e6 ? Int((decimal * 1000).rounded()) : 0
    var fraction = String(thousandths % 1000)
    while fraction.utf8.count < 3 { fraction = "0" + fraction }
    return String(thousandths / 1000) + "." + fraction
  }

  /// - Parameter range: in thousandths.
  private static func decodeDecimal(_ text: String, within range: ClosedRange<Int>) -> Float? {
    var digits = Array(text.utf8)
    guard digits.count >= 5, digits.count <= 7, digits[digits.count - 4] == UInt8(ascii: ".") else { return nil }
    digits.remove(at: digits.count - 4)
    var thousandths = 0
    for digit in digits {
      guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
      thousandths = thousandths * 10 + Int(digit - UInt8(ascii: "0"))
    }
    return range.contains(thousandths) ? Float(thousandths) / 1000 : nil
  }

  // MARK: Decision

  private static func encode(_ decision: Decision, labels: [String]) -> JSONValue {
    let shown = zip(labels, decision.thresholds).compactMap { label, threshold in
      threshold.map { JSONValue.Member(label, .string(encode(decimal: $0))) }
    }
    let weights = zip(labels, decision.weights).filter { $0.1 != 1 }.map { label, weight in
      JSONValue.Member(label, .string(encode(decimal: weight)))
    }
    return .object(
      [.init("thresholds", .object(shown))] + (weights.isEmpty ? [] : [.init("weights", .object(weights))])
        + [.init("otherwise", .string(decision.otherwise))])
  }

  private static func decodeDecision(in file: MetadataTexts, labels: [String]) throws(FormatError) -> Decision? {
    guard file["decision"] != nil else { return nil }
    let json = try json("decision", in: file)
    func failure(_ reason: String) -> FormatError {
      FormatError(path: file.path, place: "decision", reason: reason)
    }
    if let member = json.member(besides: ["thresholds", "weights", "otherwise"]) {
      throw failure("'\(member)' " + unknown)
    }
    guard case .object(let members)? = json["thresholds"], !members.isEmpty,
      let otherwise = json["otherwise"]?.string, !otherwise.isEmpty
    else { throw failure("has no thresholds, or no word for when none is reached") }
    func label(_ member: JSONValue.Member) throws(FormatError) -> Int {
      guard let label = labels.firstIndex(of: member.name) else {
        throw failure("names '\(member.name)', which is no label")
      }
      return label
    }
    var thresholds = [Float?](repeating: nil, count: labels.count)
    for member in members {
      let label = try label(member)
      guard let threshold = member.value.string.flatMap({ decodeDecimal($0, within: 0...1_000) }) else {
        throw failure("the threshold of '\(member.name)' is no number from 0 to 1 with three decimals")
      }
      thresholds[label] = threshold
    }
    guard !members.contains(where: { $0.name == otherwise }) else {
      throw failure("'\(otherwise)' is both a label that is shown and the word for when none is")
    }
    var decision = Decision(thresholds: thresholds, otherwise: otherwise)
    guard let weights = json["weights"] else { return decision }
    guard case .object(let members) = weights else { throw failure("has weights that are no object") }
    for member in members {
      let label = try label(member)
      guard thresholds[label] == nil else { throw failure("weighs '\(member.name)', which is shown") }
      guard let weight = member.value.string.flatMap({ decodeDecimal($0, within: 1...999_999) }) else {
        throw failure("the weight of '\(member.name)' is no number from 0.001 to 999.999 with three decimals")
      }
      decision.weights[label] = weight
    }
    return decision
  }

  private static func json(_ name: String, in file: MetadataTexts) throws(FormatError) -> JSONValue {
    guard let text = file[name] else {
      throw FormatError(path: file.path, place: "header, metadata '\(name)'", reason: "is missing")
    }
    do throws(JSONError) {
      return try JSONValue(parsing: text)
    } catch {
      throw FormatError(path: file.path, place: "metadata '\(name)', byte \(error.offset)", reason: error.reason)
    }
  }

  /// A classifier has as many labels as its logits tell apart; other graphs have none, or one for what they find.
  private static func checkLabels(_ description: ModelDescription, path: String) throws(FormatError) {
    guard description.takesPictures || description.labels.isEmpty else {
      throw FormatError(path: path, place: "labels", reason: "are for pictures; this network has several inputs")
    }
    guard description.isClassifier, let shapes = try? description.graph.shapes() else {
      guard description.decision == nil else {
        throw FormatError(path: path, place: "decision", reason: "is for classifiers; this network names no classes")
      }
      guard description.labels.isEmpty || description.detection != nil else {
        throw FormatError(
          path: path, place: "labels",
          reason: "name the classes of one output; the graph has \(description.graph.outputs.count)")
      }
      return
    }
    let output = description.graph.outputs[0]
    let logits = shapes[output.value].count
    let classes = output.function == .sigmoid && logits == 1 ? 2 : logits
    guard description.labels.count == classes, Set(description.labels).count == classes else {
      throw FormatError(
        path: path, place: "labels", reason: "\(description.labels.count) labels for \(classes) classes, or one twice")
    }
  }

  // MARK: Preprocessing

  static func encode(_ preprocessing: Preprocessing) -> JSONValue {
    var members: [JSONValue.Member] = [
      .init("version", .integer(preprocessing.version)),
      .init("width", .integer(preprocessing.width)),
      .init("height", .integer(preprocessing.height)),
      .init("colour", .string(preprocessing.colour.rawValue)),
    ]
    switch preprocessing.fit {
    case .centreSquare: members.append(.init("fit", .string("centre-square")))
    case .stretch: members.append(.init("fit", .string("stretch")))
    case .inside: members.append(.init("fit", .string("inside")))
    case .face(let margin):
      members.append(.init("fit", .string("face")))
      members.append(.init("margin_percent", .integer(margin)))
    }
    members.append(.init("resampling", .string(preprocessing.resampling.rawValue)))
    return .object(members)
  }

  private static func decodePreprocessing(
    _ json: JSONValue, path: String
  ) throws(FormatError) -> Preprocessing {
    func failure(_ reason: String) -> FormatError {
      FormatError(path: path, place: "preprocessing", reason: reason)
    }
    guard json["version"]?.integer == Preprocessing.currentVersion else {
      throw failure("is of a version that this program does not execute")
    }
    let sizes = 1...16_384
    guard let width = json["width"]?.integer, sizes.contains(width), let height = json["height"]?.integer,
      sizes.contains(height)
    else { throw failure("no sound width and height") }
    guard let colour = json["colour"]?.string.flatMap(Preprocessing.Colour.init(rawValue:)),
      let resampling = json["resampling"]?.string.flatMap(Preprocessing.Resampling.init(rawValue:))
    else { throw failure("unknown colour or resampling") }
    var known = ["version", "width", "height", "colour", "fit", "resampling"]
    let fit: Preprocessing.Fit
    switch json["fit"]?.string {
    case "centre-square": fit = .centreSquare
    case "stretch": fit = .stretch
    case "inside": fit = .inside
    case "face":
      guard let margin = json["margin_percent"]?.integer, (0...400).contains(margin) else {
        throw failure("no sound margin")
      }
      fit = .face(marginPercent: margin)
      known.append("margin_percent")
    default: throw failure("unknown fit")
    }
    if let member = json.member(besides: known) { throw failure("'\(member)' " + unknown) }
    return Preprocessing(width: width, height: height, colour: colour, fit: fit, resampling: resampling)
  }
}
