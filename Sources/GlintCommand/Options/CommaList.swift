/// What stands between commas, without the blanks around it: people write `a, b` as well as `a,b`.
///
/// - Parameter keepingEmpty: also what stands between two commas in a row.
func commaList(_ text: String, keepingEmpty: Bool = false) -> [String] {
  let items = text.split(separator: ",", omittingEmptySubsequences: false).map { part in
    var part = part.drop { $0.isWhitespace }
    while part.last?.isWhitespace ?? false { part.removeLast() }
    return String(part)
  }
  return keepingEmpty ? items : items.filter { !$0.isEmpty }
}
