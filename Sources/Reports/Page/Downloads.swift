import FoundationEssentials

/// A file that a page brings along.
public struct Download: Sendable {
  /// What it is saved as.
  public var name: String
  /// Its kind, as in `text/csv`.
  public var kind: String
  /// What is in it.
  public var text: String

  /// `kind` is a MIME type.
  public init(_ name: String, kind: String, text: String) {
    self.name = name
    self.kind = kind
    self.text = text
  }
}

extension ReportBlock {
  /// Links that save files which lie in the page itself: it stays one file, and needs no script.
  public static func downloads(_ files: [Download], text: String) -> ReportBlock {
    let links = files.map { file -> Markup in
      let data = Data(file.text.utf8).base64EncodedString()
      return "<a download=\"\(file.name)\" href=\"data:\(file.kind);base64,\(data)\">\(file.name)</a> "
    }
    return ReportBlock("<p>\(text) \(links.joined())</p>", wide: true, kind: "plain")
  }
}

extension ReportTable {
  /// The table as comma-separated values (RFC 4180), numbers as they are shown but for thin spaces and signs that only
  /// a page has.
  public var csv: String {
    func cell(_ cell: Cell) -> String {
      let text: String
      switch cell {
      case .text(let words): text = words
      case .number(let number), .bar(let number, _), .interval(let number, _):
        text = number.unicodeScalars.filter { $0 != "\u{202F}" && $0 != "\u{A0}" }
          .map { $0 == "−" ? "-" : String($0) }.joined()
      }
      let isPlain = !text.contains { $0 == "," || $0 == "\"" || $0.isNewline }
      return isPlain ? text : "\"" + text.replacing("\"", with: "\"\"") + "\""
    }
    return ([columns.map { .text($0) }] + rows).map { $0.map(cell).joined(separator: ",") + "\r\n" }.joined()
  }
}
