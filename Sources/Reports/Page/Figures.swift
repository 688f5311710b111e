/// How reports write numbers. A number that is missing or not finite is a dash.
public enum Figures {
  /// What stands for a missing number.
  public static let missing = "–"

  /// A number with a fixed count of decimals, whatever the locale.
  public static func fixed(_ value: Double, _ decimals: Int = 2) -> String {
    guard value.isFinite else { return missing }
    guard abs(value) < 1e15 else { return "\(value)" }
    var scale = 1.0
    for _ in 0..<decimals { scale *= 10 }
    // Numbers too large to scale exactly have no decimals to show.
    guard abs(value) * scale < 9e15 else { return String(Int64(value)) }
    let rounded = (abs(value) * scale).rounded(.toNearestOrAwayFromZero)
    let whole = Int64(rounded)
    let power = Int64(scale)
    let sign = value < 0 && whole != 0 ? "−" : ""
    guard decimals > 0 else { return sign + grouped(whole) }
    let fraction = String(whole % power)
    return sign + grouped(whole / power) + "." + String(repeating: "0", count: decimals - fraction.count) + fraction
  }

  /// A share as a percentage, as in `97.3 %`, its parts held together by a space that does not break.
  public static func percent(_ share: Double, _ decimals: Int = 1) -> String {
    share.isFinite ? fixed(share * 100, decimals) + "\u{A0}%" : missing
  }

  /// A count with thin spaces between thousands.
  public static func count(_ value: Int) -> String {
    value < 0 ? "−" + grouped(Int64(value.magnitude)) : grouped(Int64(value))
  }

  /// A probability of an event such as McNemar's p: `0.31`, `0.004`, `< 0.001`.
  public static func probability(_ p: Double) -> String {
    guard p.isFinite else { return missing }
    if p < 0.001 { return "< 0.001" }
    return fixed(p, p < 0.01 ? 3 : 2)
  }

  /// A number with about three significant digits, for axes and tables of mixed sizes.
  public static func short(_ value: Double) -> String {
    guard value.isFinite else { return missing }
    let size = abs(value)
    if size == 0 { return "0" }
    if size >= 1e6 || size < 1e-4 { return scientific(value) }
    return trimmed(fixed(value, size >= 100 ? 0 : (size >= 10 ? 1 : (size >= 1 ? 2 : (size >= 0.1 ? 3 : 4)))))
  }

  /// A coordinate of a drawing.
  static func coordinate(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e9 else { return "0" }
    let hundredths = Int64((value * 100).rounded())
    let size = hundredths.magnitude
    let sign = hundredths < 0 ? "-" : ""
    let rest = size % 100
    if rest == 0 { return sign + String(size / 100) }
    let digits = rest < 10 ? "0\(rest)" : (rest % 10 == 0 ? "\(rest / 10)" : "\(rest)")
    return sign + String(size / 100) + "." + digits
  }

  private static func scientific(_ value: Double) -> String {
    var mantissa = abs(value)
    var exponent = 0
    while mantissa >= 10 {
      mantissa /= 10
      exponent += 1
    }
    while mantissa < 1 {
      mantissa *= 10
      exponent -= 1
    }
    return (value < 0 ? "−" : "") + trimmed(fixed(mantissa, 2)) + "e" + (exponent < 0 ? "−" : "")
      + String(abs(exponent))
  }

  private static func trimmed(_ text: String) -> String {
    guard text.contains(".") else { return text }
    var result = text
    while result.hasSuffix("0") { result.removeLast() }
    if result.hasSuffix(".") { result.removeLast() }
    return result
  }

  private static func grouped(_ value: Int64) -> String {
    let digits = String(value)
    guard digits.count > 4 else { return digits }
    var result = ""
    for (index, digit) in digits.enumerated() {
      if index > 0 && (digits.count - index) % 3 == 0 { result += "\u{202F}" }
      result.append(digit)
    }
    return result
  }
}
