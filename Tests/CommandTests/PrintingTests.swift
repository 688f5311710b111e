import Foundation
import Imaging
import ModelFiles
import Models
import TestSupport
import Testing

/// What is printed arrives, or the exit status says so; what is said on standard error never ends the work.
@Suite struct PrintingTests {
  private let folder: TemporaryFolder
  private let int8: String

  init() throws {
    folder = try TemporaryFolder()
    int8 = try folder.writeSmallModels().int8
    try folder.writeSmallPictures()
  }

  private var train: String {
    "train '\(folder.path("photos"))' -o '\(folder.path("m"))' --size 24 --epochs 2 --patience 0"
  }

  /// Results that are nowhere are a failure: a full disk, and a descriptor that is closed.
  @Test(
    arguments: ["> /dev/full", ">&-"],
    [
      "--help", "--version", "paint --help", "inspect *", "bench * --runs 1", "verify --images 1 --threads 1",
      "classify * photos", "doctor photos",
    ]) func lostOutputIsAFailure(_ place: String, _ line: String) throws
  {
    let line = line.replacingOccurrences(of: "*", with: int8)
      .replacingOccurrences(of: "photos", with: folder.path("photos"))
    let result = try GlintProgram.shell("glint \(line) \(place)")
    #expect(result.status == 1, "\(result)")
    #expect(result.errors.contains("glint: standard output cannot be written: "), "\(result.errors)")
  }

  @Test func theSmallestClassifierToo() throws {
    let path = GlintProgram.path.replacingOccurrences(of: "/glint", with: "/embedded-classifier")
    let model = folder.path("every")
    #expect(try GlintProgram.run(["verify", "--images", "1", "--threads", "1", "--save", model]).status == 0)
    #expect(try GlintProgram.shell("'\(path)' '\(model)'").status == 0)
    for place in ["/dev/full", "&-"] {
      let result = try GlintProgram.shell("'\(path)' '\(model)' >\(place)")
      #expect(result.status == 1 && result.errors.contains("standard output"), "\(result)")
    }
  }

  /// The model is worth more than the words about it.
  @Test(arguments: ["> /dev/full", ">&-", ">&- 2>&- <&-"]) func theModelIsKeptWhereOutputIsLost(_ place: String) throws
  {
    let result = try GlintProgram.shell("glint \(train) \(place)")
    #expect(result.status == 1, "\(result)")
    // No file got the number of a standard stream.
    _ = try FloatModel.load(folder.path("m"))
    #expect(try folder.names() == ["float.safetensors", "int8.safetensors", "m", "photos"])
  }

  @Test(arguments: ["2> /dev/full", "2>&-"]) func lostErrorsAreNoFailure(_ place: String) throws {
    for line in ["inspect '\(int8)'", train, "classify '\(int8)' '\(folder.path("photos"))'"] {
      let result = try GlintProgram.shell("glint \(line) \(place)")
      #expect(result.status == 0 && !result.output.isEmpty, "\(result)")
    }
    #expect(try GlintProgram.shell("glint inspect nothing \(place)").status == 1)
  }

  /// A run whose standard output or error is a pipe that nobody reads.
  private func withoutReader(_ arguments: [String], errors: Bool = false) throws -> (Process, String) {
    let pipe = Pipe(), words = folder.path("words-\(UUID().uuidString)")
    try Data().write(to: URL(fileURLWithPath: words))
    let other = try FileHandle(forWritingTo: URL(fileURLWithPath: words))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: GlintProgram.path)
    process.arguments = arguments
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = errors ? other : pipe.fileHandleForWriting
    process.standardError = errors ? pipe.fileHandleForWriting : other
    try pipe.fileHandleForReading.close()
    try process.start()
    process.waitForEnd()
    return (process, try String(contentsOfFile: words, encoding: .utf8))
  }

  /// As any program in `| head`: ended by SIGPIPE, without a word.
  @Test func withoutAReaderTheProgramEndsAsOthersDo() throws {
    for arguments in [
      ["--help"], ["classify", int8, folder.path("photos")], ["live", int8, "--rendered", "--json", "--size", "64x48"],
    ] {
      let (process, words) = try withoutReader(arguments)
      #expect(process.terminationReason == .uncaughtSignal && process.terminationStatus == SIGPIPE, "\(words)")
      #expect(!words.contains("glint:"), "\(words)")
    }
    let (training, words) = try withoutReader(
      ["train", folder.path("photos"), "-o", folder.path("m"), "--size", "24", "--epochs", "2", "--json", "--quiet"])
    #expect(training.terminationStatus == SIGPIPE && !words.contains("output"), "\(words)")
    _ = try FloatModel.load(folder.path("m"))
    let (unheard, lines) = try withoutReader(["classify", int8, folder.path("photos"), "gone"], errors: true)
    #expect(unheard.terminationStatus == 1 && lines.contains("happy"), "\(lines)")
  }

  /// Frames are labelled, and the page served, where the terminal or the disk has gone.
  @Test func liveGoesOn() throws {
    let result = try GlintProgram.shell(
      "glint live '\(int8)' --rendered --size 64x48 --fps 50 --count 5 --json > /dev/full")
    #expect(result.status == 1 && result.errors.contains("5 frames labelled"), "\(result.errors)")
    #expect(result.errors.components(separatedBy: "cannot be written").count == 2, "\(result.errors)")
  }

  /// Names of files may hold what a terminal obeys: control characters are escaped as in every path, and on a terminal
  /// also what turns text around.
  @Test func namesDoNotCommandATerminal() throws {
    let name = folder.path("\u{1B}]0;title\u{7}\u{202E}gpj.jpg")
    let piped = try GlintProgram.run(["classify", int8, name])
    #expect(piped.errors.contains("\\x1B]0;title\\x07\u{202E}gpj.jpg"), "\(piped.errors)")
    let shown = try GlintProgram.shell(
      "script -qec '\"$GLINT\" classify \"$MODEL\" \"$NAME\"' /dev/null",
      environment: ["GLINT": GlintProgram.path, "MODEL": int8, "NAME": name]
    ).output
    #expect(shown.contains("\\x1B]0;title\\x07\\u{202e}gpj.jpg"), "\(shown)")
    #expect(!shown.contains("\u{1B}") && !shown.contains("\u{202E}"))
  }
}
