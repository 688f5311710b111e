import Foundation

/// `glint live --json` that runs beside the test, on a stand-in camera of 640 x 480 at 30 frames a second.
package final class RunningGlint {
  private let folder: TemporaryFolder
  private let process = Process()
  private let output: String
  private let errors: String

  package init(_ arguments: String...) throws {
    folder = try TemporaryFolder()
    (output, errors) = (folder.path("out"), folder.path("err"))
    for path in [output, errors] { try Data().write(to: URL(fileURLWithPath: path)) }
    let script = StandIn.script(
      ["interval 33"] + StandIn.largeFrames.map { "frame \($0)" } + ["again"], facts: ["mode MJPG 640 480 30"])
    process.executableURL = URL(fileURLWithPath: GlintProgram.path)
    process.arguments = ["live", StandIn.model, "--camera", StandIn.device, "--json", "--threads", "1"] + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(script) { $1 }
    process.standardOutput = try FileHandle(forWritingTo: URL(fileURLWithPath: output))
    process.standardError = try FileHandle(forWritingTo: URL(fileURLWithPath: errors))
    try process.start()
  }

  deinit { if process.isRunning { process.terminate() } }

  /// The process.
  package var id: Int32 { process.processIdentifier }

  /// What it wrote to standard error.
  package var words: String { (try? String(contentsOfFile: errors, encoding: .utf8)) ?? "" }

  /// The labelled frames so far; a line that is not whole yet does not count.
  package func lines() throws -> [Line] {
    let text = try String(contentsOfFile: output, encoding: .utf8)
    let whole = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
    return try whole.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  /// The address that it printed, once it has.
  package func address() throws -> URL {
    for _ in 0..<1_000 {
      if let start = words.range(of: "http://"), let end = words[start.lowerBound...].firstIndex(of: "\n"),
        let address = URL(string: String(words[start.lowerBound..<end]))
      {
        return address
      }
      usleep(20_000)
    }
    throw CocoaError(.coderValueNotFound, userInfo: [NSLocalizedDescriptionKey: "no address in: \(words)"])
  }

  /// Bytes of memory that it had at once, at most, so far.
  package func peakMemory() throws -> Int {
    let status = try String(contentsOfFile: "/proc/\(id)/status", encoding: .utf8)
    guard let line = status.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kilobytes = Int(line.filter(\.isNumber))
    else { throw CocoaError(.coderValueNotFound) }
    return kilobytes << 10
  }

  /// The files that it has open to write, besides its two streams.
  package func writtenFiles() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").compactMap { number in
      let info = try? String(contentsOfFile: "/proc/\(id)/fdinfo/\(number)", encoding: .utf8)
      guard let place = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/\(id)/fd/\(number)"),
        place.hasPrefix("/"), !["/dev/", "/memfd:"].contains(where: place.hasPrefix), place != output, place != errors,
        // In octal digits, the last of which has how it was opened: O_RDONLY is 0.
        let flags = info?.split(separator: "\n").first(where: { $0.hasPrefix("flags:") }),
        let access = flags.last?.wholeNumberValue, access & 3 != 0
      else { return nil }
      return place
    }
  }

  /// How many files and sockets it has open.
  package func descriptors() throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: "/proc/\(id)/fd").count
  }

  /// How many it may have from now on.
  package func limitDescriptors(to count: Int) throws {
    // Of util-linux: Swift's Glibc lacks the call.
    let limiter = try Process.complete("/usr/bin/prlimit", ["--pid", "\(id)", "--nofile=\(count)"])
    guard limiter.terminationStatus == 0 else { throw CocoaError(.featureUnsupported) }
  }

  /// The addresses, as the kernel writes them, on which the process listens: those of its sockets that are in state 0A.
  /// A reading of the kernel's table may lack a row while others come and go, so that several count together.
  package func listening() throws -> [String] {
    let descriptors = "/proc/\(id)/fd"
    let sockets = Set(
      try FileManager.default.contentsOfDirectory(atPath: descriptors).compactMap {
        try? FileManager.default.destinationOfSymbolicLink(atPath: "\(descriptors)/\($0)")
      })
    var addresses: [String: String] = [:]
    for table in (0..<5).flatMap({ _ in ["tcp", "tcp6"] }) {
      for row in try String(contentsOfFile: "/proc/\(id)/net/\(table)", encoding: .utf8).split(separator: "\n") {
        let fields = row.split(separator: " ")
        guard fields.count > 9, fields[3] == "0A", sockets.contains("socket:[\(fields[9])]") else { continue }
        addresses[String(fields[9])] = String(fields[1].prefix { $0 != ":" })
      }
    }
    return addresses.values.sorted()
  }

  /// Ends it as Ctrl-C and systemd do; the exit status. Ctrl-C's own signal may be ignored by whatever runs the tests.
  package func end() -> Int32 {
    process.terminate()
    process.waitForEnd(seconds: 120)
    return process.terminationStatus
  }
}

/// Waits until something is so, half a minute at most.
package func eventually(_ condition: () -> Bool) async -> Bool {
  for _ in 0..<3_000 {
    if condition() { return true }
    try? await Task.sleep(nanoseconds: 10_000_000)
  }
  return condition()
}
