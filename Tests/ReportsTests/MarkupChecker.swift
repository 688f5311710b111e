/// Finds what is not well formed in a page: tags that are not closed in order, attributes without quotes, stray signs.
struct MarkupChecker {
  private(set) var problems: [String] = []
  private(set) var tags: [String: Int] = [:]
  private(set) var ids: [String] = []
  private(set) var text = ""

  init(_ page: String) {
    var rest = Substring(page)
    var open: [String] = []
    while let start = rest.firstIndex(of: "<") {
      check(rest[..<start])
      rest = rest[start...]
      guard let end = rest.firstIndex(of: ">") else {
        problems.append("a tag without an end: \(rest.prefix(40))")
        return
      }
      var tag = rest[rest.index(after: rest.startIndex)..<end]
      rest = rest[rest.index(after: end)...]
      if tag.hasPrefix("!DOCTYPE") { continue }
      if tag.hasPrefix("/") {
        let name = String(tag.dropFirst())
        if open.last == name {
          open.removeLast()
        } else {
          problems.append("</\(name)> closes <\(open.last ?? "nothing")>")
        }
        continue
      }
      let closesItself = tag.hasSuffix("/")
      if closesItself { tag = tag.dropLast() }
      let name = String(tag.prefix { $0 != " " })
      tags[name, default: 0] += 1
      attributes(tag.dropFirst(name.count), of: name)
      if name == "style", let close = rest.range(of: "</style>") {
        rest = rest[close.lowerBound...]
        open.append(name)
        continue
      }
      if !closesItself { open.append(name) }
    }
    check(rest)
    if !open.isEmpty { problems.append("not closed: \(open)") }
    if Set(ids).count != ids.count { problems.append("an id is used twice: \(ids)") }
  }

  private mutating func attributes(_ text: Substring, of name: String) {
    var rest = text
    while let first = rest.firstIndex(where: { $0 != " " }) {
      rest = rest[first...]
      guard let equals = rest.firstIndex(of: "=") else {
        problems.append("<\(name)> has an attribute without a value: \(rest)")
        return
      }
      let key = rest[..<equals]
      rest = rest[rest.index(after: equals)...]
      guard rest.first == "\"", let close = rest.dropFirst().firstIndex(of: "\"") else {
        problems.append("<\(name) \(key)> has no quoted value")
        return
      }
      let value = rest[rest.index(after: rest.startIndex)..<close]
      if key == "id" { ids.append(String(value)) }
      if key.hasPrefix("on") { problems.append("<\(name)> runs a script in \(key)") }
      if (key == "src" || key == "href"), !value.hasPrefix("data:"), !value.hasPrefix("#") {
        problems.append("<\(name)> needs the network: \(value.prefix(40))")
      }
      let isWords = ["class", "aria-label", "alt", "src", "content"].contains(key)
      if !isWords, value.contains("nan") || value.contains("inf") {
        problems.append("<\(name) \(key)> is no number: \(value.prefix(40))")
      }
      check(value)
      rest = rest[rest.index(after: close)...]
    }
  }

  private mutating func check(_ text: Substring) {
    self.text += text
    var rest = text
    while let sign = rest.firstIndex(of: "&") {
      rest = rest[sign...]
      let known = ["&amp;", "&lt;", "&gt;", "&quot;", "&#39;"].contains { rest.hasPrefix($0) }
      if !known { problems.append("a bare & before \(rest.prefix(20))") }
      rest = rest.dropFirst()
    }
  }
}

extension Substring {
  /// Where a text begins and ends.
  func range(of text: String) -> Range<Index>? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(text) { return start..<index(start, offsetBy: text.count) }
      start = index(after: start)
    }
    return nil
  }
}
