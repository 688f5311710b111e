/// A number with a fixed count of decimals, rounded to nearest, ties to even, whatever the locale.
///
/// - Parameter decimals: 0 to 15.
public func fixed(_ value: Double, _ decimals: Int = 1) -> String {
  guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
  guard value.magnitude < 0x1p63 else { return "\(value)" }
  var whole = UInt64(value.magnitude)
  let fraction = value.magnitude - Double(whole)  // exact
  let power = UInt64((0..<decimals).reduce(1) { power, _ in power * 10 })
  // The product is rounded; what that lost decides on which side of a half the exact one lies.
  let product = fraction * Double(power)
  let lost = (-product).addingProduct(fraction, Double(power))
  var units = UInt64(product)
  let beyondHalf = (product - Double(units) - 0.5) + lost
  let isOdd = (decimals == 0 ? whole : units) & 1 == 1
  if beyondHalf > 0 || beyondHalf == 0 && isOdd { units += 1 }
  if units == power { (whole, units) = (whole + 1, 0) }
  let sign = value.sign == .minus ? "-" : ""
  guard decimals > 0 else { return sign + String(whole) }
  let digits = String(units)
  return sign + "\(whole)." + String(repeating: "0", count: decimals - digits.utf8.count) + digits
}

/// A share as a percentage, as in `97.3 %`.
public func percent(_ share: Double, _ decimals: Int = 1) -> String { fixed(share * 100, decimals) + " %" }

/// A count with its digits in groups of three, as in `3 696 625`.
public func grouped(_ number: Int) -> String {
  var digits = String(number.magnitude)
  var groups: [String] = []
  while digits.utf8.count > 3 {
    groups.insert(String(digits.suffix(3)), at: 0)
    digits.removeLast(3)
  }
  groups.insert((number < 0 ? "-" : "") + digits, at: 0)
  return groups.joined(separator: " ")
}
