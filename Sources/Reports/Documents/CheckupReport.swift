/// What a look at a data set found.
public struct CheckupReport: Sendable {
  /// What the pictures of one label are like.
  public struct ClassFigures: Sendable {
    /// The label.
    public var name: String
    /// How many pictures it has.
    public var pictures: Int
    /// The share of them that is grey, 0...1.
    public var grey: Double
    /// The share of their borders that is black, 0...1.
    public var blackBorder: Double
    /// Their mean luma, 0...255.
    public var brightness: Double
    /// Pixels of the middle one by size.
    public var medianPixels: Int

    /// Shares in 0...1, brightness in 0...255.
    public init(name: String, pictures: Int, grey: Double, blackBorder: Double, brightness: Double, medianPixels: Int) {
      self.name = name
      self.pictures = pictures
      self.grey = grey
      self.blackBorder = blackBorder
      self.brightness = brightness
      self.medianPixels = medianPixels
    }
  }

  /// Something that was found.
  public struct Entry: Sendable {
    /// Whether it makes figures untrue, or training impossible.
    public var isSerious: Bool
    /// Whether it is only good to know.
    public var isNote: Bool
    /// One or two words for it.
    public var name: String
    /// What was found.
    public var title: String
    /// What to do.
    public var advice: String
    /// The worst pictures of the kind.
    public var pictures: [CaptionedPicture]

    /// What is neither serious nor a note is worth a look.
    public init(
      isSerious: Bool, isNote: Bool, name: String, title: String, advice: String, pictures: [CaptionedPicture]
    ) {
      self.isSerious = isSerious
      self.isNote = isNote
      self.name = name
      self.title = title
      self.advice = advice
      self.pictures = pictures
    }
  }

  /// The heading.
  public var title: String
  /// Files looked at.
  public var pictures: Int
  /// In the order of the labels.
  public var classes: [ClassFigures]
  /// What was found, the worst first.
  public var findings: [Entry]
  /// The last line of the page.
  public var footer: String

  /// `findings` in the order in which they are shown.
  public init(title: String, pictures: Int, classes: [ClassFigures], findings: [Entry], footer: String = "") {
    self.title = title
    self.pictures = pictures
    self.classes = classes
    self.findings = findings
    self.footer = footer
  }

  /// The report as a page.
  public var page: ReportPage {
    let serious = findings.count { $0.isSerious }
    let others = findings.count { !$0.isSerious && !$0.isNote }
    var sections = [
      ReportSection(
        "",
        blocks: [
          .headline([
            Headline(Figures.count(pictures), "pictures", detail: "in \(classes.count) classes"),
            Headline(Figures.count(serious), "serious", detail: "makes figures untrue"),
            Headline(Figures.count(others), "to look at", detail: "may cost accuracy"),
          ])
        ])
    ]
    let rows = classes.map { row -> [ReportTable.Cell] in
      [
        .text(row.name), .number(Figures.count(row.pictures)), .bar(Figures.percent(row.grey), share: row.grey),
        .bar(Figures.percent(row.blackBorder), share: row.blackBorder),
        .bar(Figures.short(row.brightness.rounded()), share: row.brightness / 255),
        .number(Figures.count(row.medianPixels)),
      ]
    }
    let table = ReportTable(
      columns: ["class", "pictures", "grey", "black border", "brightness", "median pixels"], rows: rows)
    sections.append(
      ReportSection(
        "Classes",
        text: "What differs here without showing what the class means is a shortcut that a network will take.",
        blocks: [.table(table)]))
    if findings.isEmpty {
      sections.append(ReportSection("Findings", blocks: [.note("Nothing that would spoil training.", tone: .good)]))
    }
    for finding in findings {
      var blocks: [ReportBlock] = [
        .note("\(finding.title) \(finding.advice)", tone: finding.isNote ? .info : .warning)
      ]
      if !finding.pictures.isEmpty { blocks.append(.gallery(finding.pictures)) }
      let weight = finding.isSerious ? "serious" : finding.isNote ? "to know" : "to look at"
      sections.append(ReportSection(finding.name, text: weight, blocks: blocks))
    }
    return ReportPage(
      title: title, subtitle: "Copies, leaks, contradictions, damage, and shortcuts in labelled pictures.",
      sections: sections, footer: footer)
  }
}
