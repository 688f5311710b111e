import Files

/// One HTML file that needs nothing else: no network, no script, pictures and styles inside. It follows the reader's
/// light or dark setting, fits a phone and prints.
public struct ReportPage: Sendable {
  /// The heading, and the title of the window.
  public var title: String
  /// One line under the heading.
  public var subtitle: String
  /// What the page says, in order.
  public var sections: [ReportSection]
  /// The last line: what made the page, of which files, when.
  public var footer: String

  /// Sections in order; empty texts are left out.
  public init(title: String, subtitle: String = "", sections: [ReportSection] = [], footer: String = "") {
    self.title = title
    self.subtitle = subtitle
    self.sections = sections
    self.footer = footer
  }

  /// The whole file.
  public var html: String {
    let entries = sections.map(\.title).enumerated().filter { !$0.element.isEmpty }
    let contents = entries.map { "<a href=\"#s\($0.offset)\">\($0.element)</a>" as Markup }.joined()
    let body = sections.enumerated().map { $0.element.markup(number: $0.offset) }.joined()
    let page: Markup = """
      <!DOCTYPE html>
      <html lang="en"><head><meta charset="utf-8"/>
      <meta name="viewport" content="width=device-width, initial-scale=1"/>
      <meta name="color-scheme" content="light dark"/>
      \(Self.mark)
      <title>\(title)</title>
      <style>\(Stylesheet.text)</style></head>
      <body><header><h1>\(title)</h1>\(subtitle.isEmpty ? .empty : "<p class=\"sub\">\(subtitle)</p>" as Markup)
      \(entries.count > 2 ? "<nav>\(contents)</nav>" as Markup : .empty)</header>
      <main>\(body)</main>
      \(footer.isEmpty ? .empty : "<footer>\(footer)</footer>" as Markup)
      </body></html>

      """
    return page.text
  }

  /// Says who made the page.
  private static let mark: Markup = "<meta name=\"generator\" content=\"Glint\"/>"

  /// Whether a file is such a page, by what stands at its beginning: one that a later run may replace.
  public static func isPage(_ bytes: UnsafeRawBufferPointer) -> Bool {
    String(decoding: bytes.prefix(512), as: UTF8.self).contains(mark.text)
  }

  /// Writes the page, whole or not at all.
  public func write(to path: String) throws(FileError) { try AtomicFile.write(html, to: path) }
}

/// A titled part of a page.
public struct ReportSection: Sendable {
  /// The heading; none where empty.
  public var title: String
  /// One or two sentences that say what the section shows.
  public var text: String
  /// Its blocks, beside each other where there is room.
  public var blocks: [ReportBlock]

  /// A section without title has no entry in the contents.
  public init(_ title: String, text: String = "", blocks: [ReportBlock]) {
    self.title = title
    self.text = text
    self.blocks = blocks
  }

  func markup(number: Int) -> Markup {
    let heading: Markup = title.isEmpty ? .empty : "<h2>\(title)</h2>"
    let words: Markup = text.isEmpty ? .empty : "<p class=\"lead\">\(text)</p>"
    return
      """
      <section id="s\(number)">\(heading)\(words)<div \
      class="blocks">\(blocks.map(\.markup).joined())</div></section>\n
      """
  }
}

/// One thing in a section.
public struct ReportBlock: Sendable {
  let markup: Markup

  /// A block with a caption; `wide` blocks take the whole line.
  init(_ content: Markup, title: String = "", wide: Bool = false, kind: String = "") {
    let caption: Markup = title.isEmpty ? .empty : "<h3>\(title)</h3>"
    markup = "<div class=\"block\(wide ? " wide" : "")\(kind.isEmpty ? "" : " " + kind)\">\(caption)\(content)</div>\n"
  }

  /// Paragraphs.
  public static func text(_ paragraphs: String...) -> ReportBlock {
    ReportBlock(paragraphs.map { "<p>\($0)</p>" as Markup }.joined(), wide: true, kind: "plain")
  }

  /// How much a note wants to be seen.
  public enum Tone: String, Sendable {
    /// Something to know.
    case info
    /// Something that went well.
    case good
    /// Something to look at.
    case warning
  }

  /// A note with a coloured edge.
  public static func note(_ text: String, tone: Tone = .info) -> ReportBlock {
    ReportBlock("<p>\(text)</p>", wide: true, kind: "note \(tone.rawValue)")
  }

  /// A list of sentences.
  public static func list(_ items: [String], title: String = "") -> ReportBlock {
    ReportBlock("<ul>\(items.map { "<li>\($0)</li>" as Markup }.joined())</ul>", title: title, wide: true)
  }

  /// Large figures with a word under each: what a reader should take away.
  public static func headline(_ figures: [Headline]) -> ReportBlock {
    let cards = figures.map { figure -> Markup in
      let detail: Markup = figure.detail.isEmpty ? .empty : "<small>\(figure.detail)</small>"
      return "<div class=\"figure\"><b>\(figure.value)</b><span>\(figure.name)</span>\(detail)</div>"
    }
    return ReportBlock("<div class=\"figures\">\(cards.joined())</div>", wide: true, kind: "plain")
  }

  /// Names and values.
  public static func facts(_ facts: [Fact], title: String = "", wide: Bool = false) -> ReportBlock {
    let rows = facts.map { "<div><dt>\($0.name)</dt><dd>\($0.value)</dd></div>" as Markup }
    return ReportBlock("<dl>\(rows.joined())</dl>", title: title, wide: wide, kind: "facts")
  }
}

/// A figure to remember.
public struct Headline: Hashable, Sendable {
  /// The figure, with its unit.
  public var value: String
  /// What it is.
  public var name: String
  /// Where it comes from, or its interval.
  public var detail: String

  /// `value` with its unit.
  public init(_ value: String, _ name: String, detail: String = "") {
    self.value = value
    self.name = name
    self.detail = detail
  }
}

/// A name and its value.
public struct Fact: Hashable, Sendable {
  /// What it is.
  public var name: String
  /// The value, ready to read.
  public var value: String

  /// `value` as it is to be read, with its unit.
  public init(_ name: String, _ value: String) {
    self.name = name
    self.value = value
  }
}
