import Foundation
import Glibc
import Imaging
import RenderedFaces
import TestSupport
import Testing

/// The real program on what `ffmpeg` reads.
@Suite(.enabled(if: Film.isThere, "ffmpeg is not installed")) struct RecordingTests {
  private let folder = try! TemporaryFolder()

  private func label(
    _ film: String, _ table: String, isa: String? = nil, model: String? = StandIn.model, _ more: [String] = []
  ) throws -> [String] {
    let path = folder.path(table)
    let result = try GlintProgram.run(
      ["live"] + [model].compactMap { $0 } + [film, "--every-frame", "--csv", path, "--no-page"] + more,
      environment: isa.map { ["GLINT_ISA": $0] } ?? [:])
    #expect(result.status == 0, "\(result.errors)")
    return try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map(String.init)
  }

  /// Ten minutes, each frame once and in order: the same on a second run and on another instruction set.
  @Test func tenMinutesAreLabelledCompletely() throws {
    let film = folder.path("film.mp4")
    try Film.make(Film.source(rate: "5", seconds: 600) + ["-c:v", "libx264", "-preset", "ultrafast", film])
    let rows = try label(film, "first.csv")
    #expect(rows.count == 3001)
    for (number, row) in rows.dropFirst().enumerated() {
      let fields = row.split(separator: ",", omittingEmptySubsequences: false)
      #expect(fields[0].isEmpty && Double(fields[1]) == Double(number) / 5 && fields[2] == "\(number)", "\(row)")
    }
    #expect(try label(film, "second.csv") == rows)
    #expect(try label(film, "scalar.csv", isa: "scalar") == rows)
  }

  /// With faces that are found and followed: time is the recording's own.
  @Test func facesOfARecordingAreTheSameEachTime() throws {
    let scene = RenderedScene(seed: 3, width: 320, height: 240, people: 2, choreography: .crossing)
    for number in 0..<60 {
      try folder.write(
        ImageEncoder.jpeg(scene.frame(at: Double(number) / 10).image, quality: 90),
        as: "pictures/\(100 + number).jpg")
    }
    let film = folder.path("people.mkv")
    try Film.make([
      "-framerate", "10", "-start_number", "100", "-i", folder.path("pictures/%d.jpg"), "-c:v", "libx264", film,
    ])
    let rows = try label(film, "people.csv", model: nil)
    #expect(Set(rows.dropFirst().map { $0.split(separator: ",", omittingEmptySubsequences: false)[2] }).count == 60)
    #expect(rows.dropFirst().filter { !$0.hasSuffix(",,,,,,,") }.count > 40, "faces are found")
    #expect(try label(film, "again.csv", model: nil) == rows)
    #expect(try label(film, "scalar.csv", isa: "scalar", model: nil) == rows)
  }

  @Test func framesOfAnyRateHaveTheirOwnTimes() throws {
    let film = folder.path("odd.mkv")
    // Every third frame is missing.
    try Film.make(
      Film.source(seconds: 3) + ["-vf", "select=mod(n\\,3)", "-fps_mode", "passthrough", "-c:v", "ffv1", film])
    let rows = try label(film, "odd.csv").dropFirst()
    let seconds: [Double] = rows.compactMap { row in row.split(separator: ",").first.flatMap { Double($0) } }
    let expected: [Double] = (0..<30).filter { $0 % 3 != 0 }.map { (number: Int) -> Double in Double(number - 1) / 10 }
    #expect(seconds == expected)
  }

  @Test func aRecordingPlaysAtItsOwnPaceAndEnds() throws {
    let film = folder.path("short.mp4")
    try Film.make(Film.source("320x240", seconds: 2) + ["-c:v", "libx264", film])
    let result = try GlintProgram.run(["live", StandIn.model, "--camera", film, "--json", "--size", "160x160"])
    #expect(result.status == 0 && result.errors.contains("160 x 120 by ffmpeg"), "\(result.errors)")
    let lines = try Line.all(result)
    #expect((10...20).contains(lines.count) && lines.allSatisfy { ($0.latency_ms["glass_to_label"] ?? -1) >= 0 })
  }

  @Test func whatCannotBeReadSaysWhy() throws {
    let broken = try folder.write([0, 0, 0, 24] + Array("ftypisom\0\0\0\0isommp42".utf8), as: "broken.mp4")
    func refused(_ arguments: String..., path: String? = nil) throws -> String {
      let result = try GlintProgram.run(
        ["live", StandIn.model] + arguments, environment: path.map { ["PATH": $0] } ?? [:])
      #expect(result.status == 1, "\(arguments): \(result.errors)")
      return result.errors
    }
    #expect(try refused(broken).contains("ffmpeg says"))
    #expect(try refused(broken, path: "/nowhere").contains("apt install ffmpeg"))
    let stream = try refused("--camera", "rtsp://anna:secret@127.0.0.1:9/x", path: "/nowhere")
    #expect(stream.contains("rtsp://127.0.0.1:9/x: a stream of this kind is read by ffmpeg"))
    #expect(!(try refused("--camera", "rtsp://anna:secret@127.0.0.1:9/x")).contains("secret"))
    #expect(try refused("--camera", "webrtc://camera").contains("no camera is read by 'webrtc'"))
    #expect(try refused("--camera", "no such name").contains("no camera is called"))
    // A playlist that pretends to be a recording leads nowhere.
    let list = try folder.write(Array("#EXTM3U\nhttp://127.0.0.1:9/x.ts\n".utf8), as: "list.mp4")
    #expect(try refused("--camera", list).contains("no camera"))
    for wrong in [
      ["--every-frame"], [broken, "--every-frame", "--fps", "3"], [broken, "--rendered"], [broken, broken],
    ] {
      #expect(try GlintProgram.run(["live"] + wrong).status == 2, "\(wrong)")
    }
  }

  @Test func noProcessIsLeftBehind() async throws {
    let film = folder.path("left.mp4")
    try Film.make(Film.source(rate: "5", seconds: 900) + ["-c:v", "libx264", "-preset", "ultrafast", film])
    for signal in [SIGTERM, SIGKILL] {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: GlintProgram.path)
      process.arguments = ["live", StandIn.model, film, "--json"]
      process.standardOutput = FileHandle.nullDevice
      process.standardError = FileHandle.nullDevice
      try process.start()
      #expect(await eventually { Film.processes(with: "file:\(film)").count == 1 })
      kill(process.processIdentifier, signal)
      process.waitForEnd()
      // One that was killed leaves a process that ends by its broken pipe.
      #expect(await eventually { Film.processes(with: "file:\(film)").isEmpty })
    }
  }

  @Test func anRTSPCameraIsLabelledAndTakenUpAgain() throws {
    let server = try StreamServer(
      ["-re"] + Film.source(rate: "20", seconds: 60)
        + ["-c:v", "libx264", "-preset", "ultrafast", "-tune", "zerolatency", "-g", "5", "-bsf:v", "dump_extra"],
      mostPackets: 400)
    defer { server.stop() }
    let result = try GlintProgram.run([
      "live", StandIn.model, "--camera", server.address, "--json", "--count", "150", "--seconds", "60",
    ])
    #expect(result.status == 0 && result.errors.contains("160 x 120 by ffmpeg"), "\(result.errors)")
    let lines = try Line.all(result)
    #expect(lines.count == 150 && zip(lines, lines.dropFirst()).allSatisfy { $0.sequence < $1.sequence })
    #expect(result.errors.contains("Waiting for it") && result.errors.contains("Looking again"), "\(result.errors)")
  }

  /// Pictures whose number is in their bytes come faster than they are taken: what is handed out stays new.
  @Test func aStreamHasNoGrowingDelay() throws {
    let result = try GlintProgram.shell(
      "p=$$; ffmpeg -nostdin -loglevel error -re -f lavfi -i testsrc2=size=640x480:rate=60 -t 20 -c:v rawvideo -f nut "
        + "'tcp://127.0.0.1:\(Self.port)?listen=1' & sleep 1; "
        + "'\(GlintProgram.path)' live '\(StandIn.model)' --camera 'tcp://127.0.0.1:\(Self.port)' --json --fps 10 "
        + "--seconds 6; kill %1 2> /dev/null; wait")
    let lines = try Line.all(result)
    #expect(lines.count > 20, "\(result.errors)")
    // At 60 a second, as many have gone by as time has: none was kept for later.
    let first = try #require(lines.dropFirst(5).first), last = try #require(lines.last)
    let seconds = Double(last.timestamp_ns - first.timestamp_ns) / 1e9
    let shown = Double(last.sequence - first.sequence) / 60
    #expect(abs(seconds - shown) < 1, "\(seconds) s, \(shown) s of the stream")
  }

  /// One that was free just now.
  private static let port: UInt16 = {
    let server = ScriptedServer { _, _ in }
    server.stop()
    return server.port
  }()
}
