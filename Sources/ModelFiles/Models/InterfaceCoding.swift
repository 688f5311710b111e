import Files
import Models
import Numerics

/// How the names, extents and units of the file that a model was imported from stand in the metadata. Numbers with
/// fractions stand as their bits: Embedded Swift has no text of fractions.
extension DescriptionCoding {
  static func encode(_ interface: FileInterface) -> JSONValue {
    var input = members(interface.input)
    input.append(.init("scale_bits", .array(interface.scale.map { .integer(Int($0.bitPattern)) })))
    input.append(.init("shift_bits", .array(interface.shift.map { .integer(Int($0.bitPattern)) })))
    input.append(.init("blue_first", .bool(interface.readsBlueFirst)))
    if let codes = interface.codes {
      input.append(
        .init(
          "codes",
          .object([
            .init("type", .string(codes.isUnsigned ? "uint8" : "int8")),
            .init("scale_bits", .integer(Int(codes.scale.bitPattern))), .init("zero_point", .integer(codes.zeroPoint)),
          ])))
    }
    let outputs = interface.outputs.map { output in
      JSONValue.object(members(output.port) + [.init("function", .string(output.function.rawValue))])
    }
    var all: [JSONValue.Member] = [.init("input", .object(input))]
    if !interface.furtherInputs.isEmpty {
      all.append(.init("further_inputs", .array(interface.furtherInputs.map { .object(members($0)) })))
    }
    return .object(all + [.init("outputs", .array(outputs))])
  }

  private static func members(_ port: FileInterface.Port) -> [JSONValue.Member] {
    [
      .init("name", .string(port.name)), .init("shape", .array(port.dimensions.map { .integer($0) })),
      .init("channels_first", .bool(port.isChannelsFirst)),
    ]
  }

  static func decodeInterface(_ json: JSONValue, graph: Graph, path: String) throws(FormatError) -> FileInterface {
    func failure(_ reason: String) -> FormatError { FormatError(path: path, place: "interface", reason: reason) }
    func check(_ json: JSONValue, _ known: [String]) throws(FormatError) {
      if let member = json.member(besides: known) {
        throw failure("the member '\(member)' is not known to this version")
      }
    }
    func port(_ json: JSONValue, _ count: Int, isPart: Bool = false) throws(FormatError) -> FileInterface.Port {
      guard let name = json["name"]?.string, !name.isEmpty, name.utf8.count <= 1 << 12,
        let dimensions = json["shape"]?.integers, dimensions.count <= 32,
        case .bool(let isChannelsFirst)? = json["channels_first"]
      else { throw failure("a tensor without name, shape or order") }
      var product = 1
      for extent in dimensions {
        guard extent > 0, extent <= count else { throw failure("'\(name)' has no sound shape") }
        // Both are at most the number of elements of a tensor that was checked.
        product = min(product * extent, count + 1)
      }
      guard isPart ? product <= count : product == count else { throw failure("'\(name)' does not fit the graph") }
      return .init(name: name, dimensions: dimensions, isChannelsFirst: isChannelsFirst)
    }
    try check(json, ["input", "further_inputs", "outputs"])
    guard let input = json["input"], let outputs = json["outputs"]?.array, outputs.count == graph.outputs.count,
      let shapes = try? graph.shapes()
    else { throw failure("does not name the graph's outputs") }
    try check(input, ["name", "shape", "channels_first", "scale_bits", "shift_bits", "blue_first", "codes"])
    let channels = graph.input[2]
    guard let scale = floats(input["scale_bits"]), let shift = floats(input["shift_bits"]),
      scale.count == channels, shift.count == channels, scale.allSatisfy({ $0 != 0 }),
      case .bool(let readsBlueFirst)? = input["blue_first"], channels == 3 || !readsBlueFirst
    else { throw failure("has no scale or shift for each channel") }
    var codes: FileInterface.Codes?
    if let given = input["codes"] {
      try check(given, ["type", "scale_bits", "zero_point"])
      guard let type = given["type"]?.string, ["uint8", "int8"].contains(type),
        let worth = floats(given["scale_bits"].map { .array([$0]) })?.first, worth > 0,
        let zeroPoint = given["zero_point"]?.integer, (-128...255).contains(zeroPoint)
      else { throw failure("has codes without type, scale or zero point") }
      codes = .init(scale: worth, zeroPoint: zeroPoint, isUnsigned: type == "uint8")
    }
    var list: [FileInterface.Output] = []
    for (output, own) in zip(outputs, graph.outputs) {
      try check(output, ["name", "shape", "channels_first", "function"])
      guard let function = output["function"]?.string.flatMap(FileInterface.Function.init(rawValue:)) else {
        throw failure("an output of an unknown function")
      }
      list.append(.init(try port(output, shapes[own.value].count), function))
    }
    guard let further = json["further_inputs"] else {
      return FileInterface(
        input: try port(input, graph.input.count), scale: scale, shift: shift, readsBlueFirst: readsBlueFirst,
        codes: codes, outputs: list)
    }
    guard let others = further.array, (1..<FileInterface.mostInputs).contains(others.count), channels == 1,
      scale == [1], shift == [0], codes == nil
    else { throw failure("has further inputs that are no real numbers side by side") }
    var inputs = [try port(input, graph.input.count, isPart: true)]
    for other in others {
      try check(other, ["name", "shape", "channels_first"])
      inputs.append(try port(other, graph.input.count, isPart: true))
    }
    guard Set(inputs.map { $0.name }).count == inputs.count else { throw failure("names an input twice") }
    // At most 256 times the number of elements of a tensor that was checked.
    let rest = graph.input.count - inputs.reduce(0) { $0 + $1.count }
    guard (0..<graph.input[0]).contains(rest) else { throw failure("the inputs do not fill the graph's") }
    return FileInterface(
      input: inputs[0], furtherInputs: Array(inputs.dropFirst()), scale: scale, shift: shift, readsBlueFirst: false,
      outputs: list)
  }

  /// Finite numbers of their bits.
  private static func floats(_ json: JSONValue?) -> [Float]? {
    guard let bits = json?.integers, bits.allSatisfy({ $0 >= 0 && $0 <= Int(UInt32.max) }) else { return nil }
    let numbers = bits.map { Float(bitPattern: UInt32($0)) }
    return numbers.allSatisfy { $0.isFinite } ? numbers : nil
  }
}
