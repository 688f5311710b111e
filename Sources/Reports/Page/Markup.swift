/// HTML or SVG text that is safe to place in a page.
///
/// Text reaches it only through interpolation, which escapes it, so nothing that comes from a file name or a label can
/// become a tag:
///
///     let cell: Markup = "<td title=\"\(path)\">\(label)</td>"
public struct Markup: ExpressibleByStringInterpolation, Hashable, Sendable {
  /// The finished text.
  public private(set) var text: String

  /// Markup written in the source.
  public init(stringLiteral value: String) { text = value }

  /// Markup with interpolated values.
  public init(stringInterpolation: Interpolation) { text = stringInterpolation.text }

  /// Text made safe.
  public init(escaping text: some StringProtocol) { self.text = Self.escaped(text) }

  /// No markup.
  public static let empty: Markup = ""

  /// One after the other.
  public static func + (a: Markup, b: Markup) -> Markup {
    var sum = a
    sum.text += b.text
    return sum
  }

  /// Appends.
  public static func += (a: inout Markup, b: Markup) { a.text += b.text }

  /// Replaces the five characters that mean something in HTML, and drops the control characters it forbids.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    result.reserveCapacity(text.utf8.count)
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n", "\r": result.unicodeScalars.append(scalar)
      case _ where scalar.value < 0x20 || (0x7F...0x9F).contains(scalar.value): result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  /// Collects literals as they are and values escaped.
  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    /// Room for text and values ; both counts are hints of the compiler.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + 16 * interpolationCount)
    }

    /// Takes a piece of the source as it is.
    public mutating func appendLiteral(_ literal: String) { text += literal }

    /// Takes text and escapes it.
    public mutating func appendInterpolation(_ value: some StringProtocol) { text += Markup.escaped(value) }

    /// Takes a whole number.
    public mutating func appendInterpolation(_ value: Int) { text += String(value) }

    /// Takes a coordinate, rounded to a hundredth; what is not finite becomes 0.
    public mutating func appendInterpolation(_ value: Double) { text += Figures.coordinate(value) }

    /// Takes markup as it is.
    public mutating func appendInterpolation(_ value: Markup) { text += value.text }
  }
}

extension Sequence<Markup> {
  /// All pieces in a row.
  public func joined() -> Markup { reduce(into: .empty) { $0 += $1 } }
}
