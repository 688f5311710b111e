import Foundation
import TestSupport
import Testing

/// What terminals of different widths and abilities get. `script` of util-linux is the terminal.
@Suite(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/script"), "script is not installed"))
struct TerminalTests {
  private static let live = "live \(StandIn.model) --rendered --people 3 --size 320x240 --no-page --fps 60 --count 40"

  /// What a terminal gets of both streams.
  private func onTerminal(
    _ arguments: String, columns: Int, _ environment: [String: String] = ["TERM": "xterm"]
  ) throws -> String {
    let command = "stty cols \(columns) rows 24; exec '\(GlintProgram.path)' \(arguments)"
    var environment = environment
    environment["COMMAND"] = command
    if environment["NO_COLOR"] == nil { environment["NO_COLOR"] = "" }
    return try GlintProgram.shell("exec /usr/bin/script -qec \"$COMMAND\" /dev/null", environment: environment).output
  }

  /// The pieces that stand on one row each, without what colours and erases.
  private func rows(_ output: String) -> [String] {
    output.split(whereSeparator: { $0 == "\r" || $0 == "\n" || $0 == "\r\n" }).map {
      $0.replacingOccurrences(of: "\u{1B}\\[[0-9;]*[A-Za-z]", with: "", options: .regularExpression)
    }
  }

  @Test(arguments: [40, 80]) func everyRowFits(columns: Int) throws {
    let folder = try TemporaryFolder()
    let (float, int8) = try folder.writeSmallModels()
    try folder.writeSmallPictures()
    let photos = folder.path("photos")
    for command in [
      Self.live, Self.live + " --events --event-after 0", "inspect \(int8)", "train \(folder.path("none")) -o x",
      "classify \(int8) \(photos)/happy/1.png", "doctor \(photos)",
      "quantize \(float) --calibration \(photos) --method mse -o \(folder.path("q"))",
    ] {
      let output = try onTerminal(command, columns: columns)
      let rows = rows(output)
      // Commands and JSON are there to be copied, and stay whole.
      for row in rows where !row.hasPrefix("Next: ") {
        #expect(row.count <= columns, "\(command): \(row.count) columns of \(columns): \(row)")
      }
      #expect(rows.count > 0)
    }
  }

  /// The line that is drawn again and again stays in its row: only what is printed for good takes new ones.
  @Test func theStatusLineNeverScrolls() throws {
    for columns in [40, 80] {
      let output = try onTerminal(Self.live, columns: columns)
      let drawn = output.components(separatedBy: "\r\u{1B}[K").count
      #expect(drawn > 5)
      // Its beginning, two sentences of the summary, and a table of eight stages, each of a few rows at most.
      #expect(output.filter { $0 == "\r\n" || $0 == "\n" }.count < 40, "\(output)")
    }
  }

  @Test func coloursAreShownWhereTheyAreWanted() throws {
    let colour = "\u{1B}[1;3"
    #expect(try onTerminal(Self.live, columns: 80).contains(colour))
    let plain = try onTerminal(Self.live, columns: 80, ["TERM": "xterm", "NO_COLOR": "1"])
    #expect(!plain.contains(colour) && plain.contains("\u{1B}[K"))
    let dumb = try onTerminal(Self.live, columns: 80, ["TERM": "dumb"])
    #expect(!dumb.contains("\u{1B}") && dumb.contains("glass to label"))
    let piped = try GlintProgram.shell("glint \(Self.live)", environment: ["TERM": "xterm"])
    #expect(!piped.output.contains("\u{1B}") && !piped.errors.contains("\u{1B}"))
  }

  @Test func eventsStandAboveTheStatusLine() throws {
    let rows = rows(try onTerminal(Self.live + " --events --event-after 0", columns: 100))
    let events = rows.filter { $0.hasSuffix("began") || $0.hasSuffix("ended") }
    #expect(events.count >= 2)
    #expect(events.allSatisfy { $0.hasPrefix("20") && $0.contains("face") }, "\(events)")
  }

  /// A phone reads the address from the terminal, where there is room for the code.
  @Test func thePageHasACodeForPhones() throws {
    let listen = "live \(StandIn.model) --rendered --size 64x48 --count 3 --port 0 --listen 0.0.0.0"
    let wide = try onTerminal(listen, columns: 80)
    #expect(wide.contains("?token=") && wide.contains("▀") && wide.contains("\u{1B}[30;107m"))
    for (columns, environment) in [(30, ["TERM": "xterm"]), (80, ["TERM": "dumb"])] {
      #expect(!(try onTerminal(listen, columns: columns, environment)).contains("\u{1B}[30;107m"))
    }
  }
}
