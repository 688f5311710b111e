import Files
import Foundation
import Reports
import TestSupport
import Testing

@Suite struct PageTests {
  @Test func textIsEscaped() {
    let markup: Markup = "<b title=\"\(Samples.hostile)\">\(Samples.hostile)</b>"
    #expect(!markup.text.contains("<script"))
    #expect(markup.text.contains("&lt;script&gt;alert(&#39;x &amp; &quot;y&quot;&#39;)"))
    #expect(Markup(escaping: "a\u{0}b\u{1B}c\td").text == "a\u{FFFD}b\u{FFFD}c\td")
    #expect(Markup(escaping: "ß 笑 😀").text == "ß 笑 😀")
  }

  @Test(arguments: [
    (0.0, 2, "0.00"), (-0.001, 2, "0.00"), (1.005e3, 1, "1005.0"), (12345.678, 2, "12\u{202F}345.68"),
    (-2.5, 0, "−3"),
    (.nan, 2, "–"), (.infinity, 1, "–"), (0.999, 2, "1.00"), (1e300, 2, "1e+300"),
  ])
  func writesNumbers(value: Double, decimals: Int, expected: String) {
    #expect(Figures.fixed(value, decimals) == expected)
  }

  @Test(arguments: [
    (0.0, "0"), (0.00001234, "1.23e−5"), (0.5, "0.5"), (123.4, "123"), (2.5e6, "2.5e6"), (-.infinity, "–"),
  ])
  func writesShortNumbers(value: Double, expected: String) {
    #expect(Figures.short(value) == expected)
  }

  @Test func writesShares() {
    #expect(Figures.percent(0.9734) == "97.3\u{A0}%")
    #expect(Figures.percent(.nan) == "–")
    #expect(Figures.probability(0.0004) == "< 0.001")
    #expect(Figures.probability(0.314) == "0.31")
    #expect(Figures.count(1_234_567) == "1\u{202F}234\u{202F}567")
    #expect(Figures.bytes(3_710_000) == "3.71 MB")
  }

  @Test func emptyPageIsWellFormed() {
    #expect(MarkupChecker(ReportPage(title: "").html).problems == [])
  }

  @Test func checkerFindsMistakes() {
    #expect(!MarkupChecker("<p><b></p></b>").problems.isEmpty)
    #expect(!MarkupChecker("<p>a & b</p>").problems.isEmpty)
    #expect(!MarkupChecker("<p class=x>a</p>").problems.isEmpty)
    #expect(!MarkupChecker("<img src=\"/a.png\"/>").problems.isEmpty)
    #expect(!MarkupChecker("<p>").problems.isEmpty)
    #expect(!MarkupChecker("<i a=\"nan\"></i>").problems.isEmpty)
  }

  @Test func writesOneFileAndNothingElse() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appendingPathComponent("a.html").path
    try ReportPage(title: "first").write(to: path)
    let page = Samples.demo.page
    try page.write(to: path)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == page.html)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["a.html"])
  }

  @Test func saysWhyItCannotWrite() {
    let error = caught(FileError.self) { try ReportPage(title: "x").write(to: "/nowhere/at/all.html") }
    #expect("\(error!)".contains("/nowhere/at/all.html"))
    #expect("\(error!)".contains("No such file"))
    // A folder is in the way: the temporary file does not stay.
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("report-\(UUID().uuidString)")
    let inTheWay = folder.appendingPathComponent("a.html")
    try? FileManager.default.createDirectory(at: inTheWay, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    #expect(throws: FileError.self) { try ReportPage(title: "x").write(to: inTheWay.path) }
    #expect((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) == ["a.html"])
  }
}
