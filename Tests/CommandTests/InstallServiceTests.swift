import Foundation
import TestSupport
import Testing

/// The unit that `tools/install-service` writes: systemd reads back each argument as it was given.
@Suite struct InstallServiceTests {
  private let folder: TemporaryFolder
  private let model: String

  init() throws {
    folder = try TemporaryFolder()
    model = try folder.write([1], as: "my model's 100%.safetensors")
  }

  private func unit(_ arguments: [String]) throws -> String {
    let tool = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../tools/install-service").path
    let process = Process(), pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = [tool, "--show", model] + arguments
    process.standardOutput = pipe
    try process.start()
    let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitForEnd()
    #expect(process.terminationStatus == 0)
    return text
  }

  /// The words of a command line as systemd.syntax(7) and systemd.service(5) have it: quotes, C's escapes, `%%` for a
  /// per cent sign and `$$` for a dollar; nil where a specifier, a variable or an unknown escape is left.
  private func words(_ line: Substring) -> [[UInt8]]? {
    var words: [[UInt8]] = [], word: [UInt8]?, isQuoted = false
    var rest = Array(line.utf8)[...]
    while let byte = rest.popFirst() {
      switch byte {
      case UInt8(ascii: "\""):
        isQuoted.toggle()
        word = word ?? []
      case UInt8(ascii: " ") where !isQuoted:
        if let done = word { words.append(done) }
        word = nil
      case UInt8(ascii: "%"), UInt8(ascii: "$"):
        guard rest.popFirst() == byte else { return nil }
        word = (word ?? []) + [byte]
      case UInt8(ascii: "\\"):
        guard let escape = rest.popFirst() else { return nil }
        if escape == UInt8(ascii: "x") {
          guard let code = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
          rest = rest.dropFirst(2)
          word = (word ?? []) + [code]
        } else {
          guard escape == UInt8(ascii: "\\") || escape == UInt8(ascii: "\"") else { return nil }
          word = (word ?? []) + [escape]
        }
      default: word = (word ?? []) + [byte]
      }
    }
    return isQuoted ? nil : words + (word.map { [$0] } ?? [])
  }

  @Test(arguments: [
    "/dev/video0", "/dev/v4l/by id/cam", "%i%%h", "$HOME ${X} $$", "a\"b'c", "back\\slash\\n\\x41", "one\ntwo\ttabs\r",
    ";", "#no comment", "ü ☺", "-x", "@:+!", "\u{7F}\u{1}", "a \\", "*?[x]",
  ]) func argumentsArriveAsTheyWereGiven(_ argument: String) throws {
    let text = try unit(["--camera", argument, "--listen", argument, "--port", "80"])
    let lines = text.split(separator: "\n").filter { $0.hasPrefix("ExecStart=") }
    #expect(lines.count == 1)
    let line = try #require(lines.first).dropFirst("ExecStart=".count)
    let read = try #require(words(line), "\(line)").map { String(decoding: $0, as: UTF8.self) }
    #expect(
      read.dropFirst(2) == [
        "/usr/local/lib/glint/model.safetensors", "--json", "--camera", argument, "--listen", argument, "--port", "80",
      ], "\(line)")
    // Nothing but these lines changes, and no argument makes a line of its own.
    let plain = try unit(["--camera", "/dev/video0", "--listen", "0.0.0.0", "--port", "80"])
    func others(_ text: String) -> [Substring] { text.split(separator: "\n").filter { !$0.hasPrefix("ExecStart=") } }
    #expect(others(text) == others(plain))
  }

  /// An address given as a camera's name opens nothing.
  @Test func onlyListenOpensTheServiceToOthers() throws {
    #expect(try unit(["--camera", "--listen"]).contains("IPAddressDeny=any"))
    #expect(try !unit(["--listen", "0.0.0.0"]).contains("IPAddressDeny=any"))
  }

  /// Certificate and key reach the service as credentials: its user owns no file.
  @Test func certificateAndKey() throws {
    let certificate = try folder.write([2], as: "my cert.pem"), key = try folder.write([3], as: "100% key.pem")
    let text = try unit(["--tls-cert", certificate, "--tls-key", key])
    let line = try #require(text.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
    #expect(line.hasSuffix(" --port 8642 --tls-cert %d/cert.pem --tls-key %d/key.pem"), "\(line)")
    for name in ["cert.pem", "key.pem"] {
      #expect(text.contains("\nLoadCredential=\(name):/usr/local/lib/glint/\(name)\n"))
    }
    #expect(try !unit([]).contains("LoadCredential"))
  }
}
