import FoundationEssentials

/// The one-line JSON of a value, members sorted by name. Numbers that are not finite must be optional and nil.
func jsonLine(_ value: some Encodable) throws -> String {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  return String(decoding: try encoder.encode(value), as: UTF8.self)
}

extension Double {
  /// The number, or nil where JSON has no word for it.
  var finite: Double? { isFinite ? self : nil }
}
