import ArgumentParser

/// Where `glint live` leaves its results besides the page.
struct ResultOptions: ParsableArguments {
  @Flag(name: .long, help: "Tell of answers that begin and end, not of every frame.")
  var events = false

  @Option(name: .long, help: "Seconds that an answer must last to be an event.")
  var eventAfter = 1.0

  @Option(
    name: .long,
    help: "Append a row to this file for each face of each frame, or with --events for each event.")
  var csv: String?

  @Option(name: .long, help: "Keep a picture of each answer that began in this folder; nothing is kept without it.")
  var snapshots: String?

  @Option(name: .long, help: "How many pictures are kept; the oldest go (default: 100).")
  var snapshotFiles: Int?

  @Option(name: .long, help: "Megabytes that the pictures may take; the oldest go (default: 100).")
  var snapshotMegabytes: Int?

  @Flag(name: .long, help: "Make the other faces that were found in a picture unrecognizable.")
  var blurOthers = false

  func validate() throws {
    guard (1...100_000).contains(snapshotFiles ?? 1) else {
      throw ValidationError("--snapshot-files takes a number from 1 to 100000.")
    }
    guard (1...1_000_000).contains(snapshotMegabytes ?? 1) else {
      throw ValidationError("--snapshot-megabytes takes a number from 1 to 1000000.")
    }
    if snapshots == nil, blurOthers || snapshotFiles != nil || snapshotMegabytes != nil {
      throw ValidationError("--snapshot-files, --snapshot-megabytes and --blur-others go with --snapshots.")
    }
    guard (0...60).contains(eventAfter) else { throw ValidationError("--event-after takes seconds from 0 to 60.") }
  }
}
