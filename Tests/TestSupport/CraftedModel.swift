import Files
import ModelFiles
import Models
import Numerics

/// Model files as an attacker makes them: anything may be wrong in them but their checksums.
public enum CraftedModel {
  /// The bytes of a model file with its two checksums put right, where it has them at all.
  public static func resealed(_ bytes: [UInt8]) -> [UInt8] {
    var bytes = bytes
    guard let data = headerEnd(bytes) else { return bytes }
    let blank = [UInt8](repeating: UInt8(ascii: "0"), count: 64)
    func put(_ digits: some Collection<UInt8>, after key: String) -> Int? {
      let pattern = Array("\"\(key)\":\"".utf8)
      let last = data - pattern.count - 64
      guard last >= 8, let place = (8...last).first(where: { bytes[$0...].starts(with: pattern) }) else { return nil }
      let start = place + pattern.count
      bytes.replaceSubrange(start..<start + 64, with: digits)
      return start
    }
    let hash = bytes[data...].withUnsafeBytes { SHA256.hex($0) }
    guard put(hash.utf8, after: "tensors_sha256") != nil, let start = put(blank, after: "header_sha256") else {
      return bytes
    }
    let head = bytes[..<data].withUnsafeBytes { SHA256.hex($0) }
    bytes.replaceSubrange(start..<start + 64, with: head.utf8)
    return bytes
  }

  /// A model file with some places of its header changed: extents, names, shapes, members left out, doubled or new.
  ///
  /// - Parameters:
  ///   - bytes: of a sound file.
  ///   - random: decides what.
  public static func changed(_ bytes: [UInt8], by random: inout CounterRandom) -> [UInt8] {
    guard let data = headerEnd(bytes),
      var header = bytes[8..<data].withUnsafeBytes({ try? JSONValue(parsing: $0) })
    else { return bytes }
    header = header.unfolded()
    for _ in 0...random.below(2) {
      var place = random.below(header.places)
      header = header.changed(at: &place, by: &random)
    }
    return file(header.folded(), data: Array(bytes[data...]))
  }

  /// A file of a header as it is, and data.
  public static func file(_ header: JSONValue, data: [UInt8]) -> [UInt8] {
    var text = Array(header.text.utf8)
    while (8 + text.count) % 64 != 0 { text.append(UInt8(ascii: " ")) }
    return resealed(withUnsafeBytes(of: UInt64(text.count).littleEndian) { Array($0) } + text + data)
  }

  /// A sound file with one text of its metadata replaced; nil leaves it out.
  public static func replacing(_ key: String, by text: String?, in bytes: [UInt8]) throws -> [UInt8] {
    guard let data = headerEnd(bytes) else { return bytes }
    let header = try bytes[8..<data].withUnsafeBytes { try JSONValue(parsing: $0) }
    guard case .object(let members) = header, case .object(let metadata)? = header["__metadata__"] else { return bytes }
    var kept = metadata.filter { $0.name != key }
    if let text { kept.append(.init(key, .string(text))) }
    let rest = members.filter { $0.name != "__metadata__" }
    return file(.object([.init("__metadata__", .object(kept))] + rest), data: Array(bytes[data...]))
  }

  /// Where the header of a file ends; nil where it says nothing sound of that.
  private static func headerEnd(_ bytes: [UInt8]) -> Int? {
    guard bytes.count > 8 else { return nil }
    let length = bytes[..<8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
    return length <= UInt64(bytes.count - 8) ? 8 + Int(length) : nil
  }
}

extension JSONValue {
  /// Texts that are JSON themselves, as metadata of models are, become what they say; marked, so that `folded` finds
  /// them again.
  fileprivate func unfolded() -> JSONValue {
    guard case .object(let members) = self else { return self }
    return .object(
      members.map { member in
        guard member.name == "__metadata__", case .object(let texts) = member.value else { return member }
        return .init(
          member.name,
          .object(
            texts.map { text in
              guard let inner = text.value.string.flatMap({ try? JSONValue(parsing: $0) }) else { return text }
              return .init(text.name, .array([.string("json"), inner]))
            }))
      })
  }

  fileprivate func folded() -> JSONValue {
    switch self {
    case .array(let values):
      if values.count == 2, values[0].string == "json" { return .string(values[1].text) }
      return .array(values.map { $0.folded() })
    case .object(let members): return .object(members.map { .init($0.name, $0.value.folded()) })
    default: return self
    }
  }

  /// How many values there are, this and those within it.
  fileprivate var places: Int {
    switch self {
    case .array(let values): values.reduce(1) { $0 + $1.places }
    case .object(let members): members.reduce(1) { $0 + $1.value.places }
    default: 1
    }
  }

  /// The value with the one at a place, in the order of the text, changed.
  fileprivate func changed(at place: inout Int, by random: inout CounterRandom) -> JSONValue {
    defer { place -= 1 }
    if place == 0 { return changed(by: &random) }
    switch self {
    case .array(let values):
      return .array(
        values.map {
          guard place > 0 else { return $0 }
          place -= 1
          let value = $0.changed(at: &place, by: &random)
          place += 1
          return value
        })
    case .object(let members):
      return .object(
        members.map {
          guard place > 0 else { return $0 }
          place -= 1
          let value = $0.value.changed(at: &place, by: &random)
          place += 1
          return .init($0.name, value)
        })
    default: return self
    }
  }

  private func changed(by random: inout CounterRandom) -> JSONValue {
    switch self {
    case .integer(let number):
      let numbers = [
        0, 1, 2, 3, 4, 7, 64, 255, 4095, 4096, 4097, 65_536, 1 << 20, 1 << 28, 1 << 28 + 1, 1 << 31, 1 << 32, 1 << 62,
        .max, .min, -1, number &+ 1, number &- 1, number &* 2,
      ]
      return .integer(numbers[random.below(numbers.count)])
    case .string(let text):
      let texts = [
        "", "input", "none", "relu6", "conv2d", "dense", "flatten", "reshape", "average_pool2d", "global_average_pool",
        "concatenate", "add", "softmax", "identity", "sigmoid", "face", "inside", "grey", "F32", "I8", "U8", "float",
        "int8", "0.001", "1.000", "glint", "2", text + text, String(text.dropLast()),
      ]
      return .string(texts[random.below(texts.count)])
    case .bool(let truth): return .bool(!truth)
    case .array(let values):
      var values = values
      guard !values.isEmpty else { return .array([.integer(1)]) }
      let index = random.below(values.count)
      switch random.below(5) {
      case 0: values.remove(at: index)
      case 1: values.insert(values[index], at: index)
      case 2: values.swapAt(index, random.below(values.count))
      case 3: values = [JSONValue](repeating: values[index], count: 1 + random.below(40))
      default: values = []
      }
      return .array(values)
    case .object(let members):
      var members = members
      guard !members.isEmpty else { return .object([.init("surplus", .integer(1))]) }
      let index = random.below(members.count)
      switch random.below(4) {
      case 0: members.remove(at: index)
      case 1: members[index] = .init("surplus", members[index].value)
      case 2: members.append(.init("surplus", members[index].value))
      default: members[index] = .init(members[index].name, members[random.below(members.count)].value)
      }
      return .object(members)
    }
  }
}
