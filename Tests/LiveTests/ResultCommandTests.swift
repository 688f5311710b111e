import Foundation
import Imaging
import Results
import TestSupport
import Testing

/// `--events` and `--csv`, run as people run them.
@Suite struct ResultCommandTests {
  private let folder: TemporaryFolder
  private let path: String
  private let live = ["live", StandIn.model, "--rendered", "--size", "64x48", "--fps", "100", "--no-page"]

  init() throws {
    folder = try TemporaryFolder()
    path = folder.path("rows.csv")
  }

  private func rows() throws -> [[String]] {
    let text = try String(contentsOfFile: path, encoding: .utf8)
    #expect(text.isEmpty || text.hasSuffix("\n"))
    return text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
  }

  private static func date(_ text: String) -> Date? {
    let reader = ISO8601DateFormatter()
    reader.formatOptions = [.withInternetDateTime, .withFractionalSeconds]
    return reader.date(from: text)
  }

  @Test func aRowAFaceAndFrameOverTwoRuns() throws {
    let start = Date()
    for _ in 0..<2 {
      let result = try GlintProgram.run(live + ["--count", "20", "--csv", path, "--json"])
      #expect(result.status == 0, "\(result.errors)")
      // The lines of --json have the same times.
      let lines = result.output.split(separator: "\n").compactMap {
        try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }
      let times = lines.compactMap { $0["time"] as? String }
      #expect(times.count == 20)
      for text in times {
        let date = try #require(Self.date(text))
        #expect(date > start.addingTimeInterval(-1) && date < Date().addingTimeInterval(1))
      }
    }
    let rows = try rows()
    #expect(rows.count == 41 && rows[0].joined(separator: ",") == ResultRows.frameHeader)
    for row in rows.dropFirst() {
      #expect(row.count == rows[0].count && Self.date(row[0]) != nil && ["happy", "sad"].contains(row[5]))
    }
  }

  @Test func eventsAreToldAndWritten() throws {
    let arguments = live + ["--events", "--event-after", "0", "--csv", path, "--count", "50"]
    let text = try GlintProgram.run(arguments)
    #expect(text.status == 0, "\(text.errors)")
    let told = text.output.split(separator: "\n")
    #expect(told.count >= 2 && told.allSatisfy { $0.hasSuffix("began") || $0.hasSuffix("ended") })
    let rows = try rows()
    #expect(rows.count == told.count + 1 && rows[0].joined(separator: ",") == ResultRows.eventHeader)
    #expect(rows.dropFirst().filter { $0[2] == "began" }.count == rows.dropFirst().filter { $0[2] == "ended" }.count)
    for (row, line) in zip(rows.dropFirst(), told) { #expect(line.hasPrefix(row[0])) }
    let json = try GlintProgram.run(live + ["--events", "--event-after", "0", "--json", "--count", "50"])
    for line in json.output.split(separator: "\n") {
      let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      #expect(Set(event.keys) == ["event", "time", "face", "label", "probability", "duration"])
    }
    #expect(json.output.contains("\"ended\""))
    // A file of rows of another kind stays as it is.
    let other = try GlintProgram.run(live + ["--csv", path, "--count", "1"])
    #expect(other.status == 1 && other.errors.contains("name another file"), "\(other.errors)")
    #expect(try self.rows() == rows)
  }

  @Test func inputsAndFilesOfOthersStay() throws {
    try folder.write(Array("a letter\n".utf8), as: "letter")
    try FileManager.default.copyItem(atPath: StandIn.model, toPath: folder.path("m.safetensors"))
    for (model, file) in [(StandIn.model, "letter"), (folder.path("m.safetensors"), "m.safetensors")] {
      let before = FileManager.default.contents(atPath: folder.path(file))
      let result = try GlintProgram.run(
        ["live", model, "--rendered", "--count", "1", "--no-page", "--csv", folder.path(file)])
      #expect(result.status == 1 && result.errors.contains("name another file"), "\(result.errors)")
      #expect(FileManager.default.contents(atPath: folder.path(file)) == before)
    }
    let both = try GlintProgram.shell(
      "glint live '\(StandIn.model)' --rendered --count 1 --no-page --csv '\(path)' > '\(path)'")
    #expect(both.status == 1 && both.errors.contains("standard output"), "\(both.errors)")
  }

  /// A full disk is told once, and labels go on; that rows are missing shows in the exit status.
  @Test func aFullDiskIsToldOnce() throws {
    let result = try GlintProgram.run(live + ["--csv", "/dev/full", "--count", "30", "--json"])
    #expect(result.status == 1)
    #expect(result.output.split(separator: "\n").count == 30)
    let words = result.errors.split(separator: "\n").filter { $0.contains("/dev/full") }
    #expect(words.count == 2 && words[0].contains("No space left") && words[1].contains("30 rows"), "\(result.errors)")
  }

  /// Rows that were printed before the program was killed are in the file, whole.
  @Test func killedProgramsLoseNoRow() throws {
    let csv = "--csv '\(path)' --json"
    try folder.write([], as: "lines")
    let result = try GlintProgram.shell(
      """
      '\(GlintProgram.path)' live '\(StandIn.model)' --rendered --size 64x48 --fps 1000 --no-page \(csv) \
      > '\(folder.path("lines"))' & p=$!
      while kill -0 $p && [ "$(wc -l < '\(folder.path("lines"))')" -lt 50 ]; do sleep 0.05; done
      kill -9 $p; wait $p
      """)
    #expect(result.status == 137)
    let printed = try String(contentsOfFile: folder.path("lines"), encoding: .utf8).split(separator: "\n").count
    let rows = try rows()
    #expect(rows.allSatisfy { $0.count == rows[0].count })
    #expect(rows.count - 1 >= printed - 1 && printed >= 50)
    // The next run goes on where this one was cut off, also within a row.
    let half = try #require(FileHandle(forWritingAtPath: path))
    _ = try half.seekToEnd()
    try half.write(contentsOf: Data("2026-11".utf8))
    try half.close()
    let next = try GlintProgram.run(live + ["--csv", path, "--count", "2"])
    #expect(next.status == 0 && next.errors.contains("7 bytes"), "\(next.errors)")
    #expect(try self.rows().count == rows.count + 2)
  }
}

/// Pictures of people are kept where somebody asks for them, and nowhere else.
@Suite struct SnapshotCommandTests {
  private static let live = "live '\(StandIn.model)' --rendered --people 3 --size 320x240 --fps 50 --event-after 0"

  @Test func picturesAreKeptWithinTheirLimits() throws {
    let folder = try TemporaryFolder()
    try folder.write(Array("mine".utf8), as: "shots/glint-0000-mine.jpg")
    let kept = "--snapshots '\(folder.path("shots"))' --snapshot-files 5 --blur-others"
    for run in 0..<2 {
      let result = try GlintProgram.shell("glint \(Self.live) --no-page --count 150 \(kept)")
      #expect(result.status == 0, "\(result.errors)")
      let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("shots"))
      // What somebody else put there under such a name is neither counted nor removed.
      #expect(names.contains("glint-0000-mine.jpg") && (2...6).contains(names.count), "run \(run): \(names)")
      for name in names where !name.contains("mine") {
        #expect(name.contains("-face") && name.hasPrefix("glint-20"))
        let image = try ImageDecoder.decode(path: folder.path("shots/\(name)"))
        #expect(image.width == 320 && image.height == 240)
      }
    }
  }

  /// The kernel lets the program write no byte into any file: with --snapshots that ends it in words, without, nothing
  /// is amiss, whatever else is asked for.
  @Test func nothingIsStoredUnlessItIsAskedFor() throws {
    let folder = try TemporaryFolder()
    func run(_ more: String) throws -> (status: String, words: String) {
      let result = try GlintProgram.shell(
        """
        cd '\(folder.path(""))'; { trap '' XFSZ; ulimit -f 0; \
        HOME=. TMPDIR=. XDG_CACHE_HOME=. glint \(Self.live) --count 60 \(more); echo "status $?"; } 2>&1 | cat
        """)
      return (String(result.output.suffix(10)), result.output)
    }
    for more in ["--port 0", "--port 0 --json", "--events --no-page", "--events --json --no-page"] {
      let (status, words) = try run(more)
      #expect(status.contains("status 0"), "\(words)")
    }
    #expect(try folder.names().isEmpty)
    let (_, words) = try run("--no-page --snapshots shots")
    #expect(words.contains("File too large"), "\(words)")
  }
}
