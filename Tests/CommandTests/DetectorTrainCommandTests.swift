import Files
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing

/// `glint detector train` where the disk has no room, and where names are no text.
@Suite struct DetectorTrainCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    // Of many series, so that each part gets some.
    for index in 0..<80 {
      var random = CounterRandom(seed: 5, stream: UInt64(index))
      let (across, down, start) = (1 + random.below(5), 1 + random.below(5), random.below(256))
      let pixels = (0..<96 * 72).map { (place: Int) -> UInt8 in
        let brightness = across * (place % 96) + down * (place / 96) + start
        return UInt8(brightness / 3 & 255)
      }
      let name = "room\(UnicodeScalar(UInt8(97 + index % 26)))\(index)"
      try folder.write(
        ImageEncoder.png(Image(width: 96, height: 72, channels: 1, pixels: pixels)), as: "scenes/\(name).png")
    }
  }

  private func train(_ output: String, before: String = "") throws -> GlintProgram.Result {
    try GlintProgram.shell(
      """
      \(before)
      cd '\(folder.path(""))'; '\(GlintProgram.path)' detector train --painted 24 --scenes scenes --steps 8 \
      --small-steps 4 --round 4 --batch 4 --threads 1 --quiet --checkpoint-interval 0 -o \(output)
      """, environment: ["TMPDIR": folder.path("")])
  }

  /// A file may not grow beyond what is said: a checkpoint is five times as large as the model. The shell makes a byte
  /// of the name that is no UTF-8: the checkpoint beside it is found and removed all the same.
  @Test func aDiskWithoutRoom() throws {
    let name = #""$(printf 'caf\351').safetensors""#, path = folder.path("caf\\xE9.safetensors")
    let whole = try train(name)
    #expect(whole.status == 0, "\(whole.errors)")
    #expect(try GlintProgram.shell("ls -b '\(folder.path(""))'").output == "caf\\351.safetensors\nscenes\n")
    let bytes = try MappedFile(path: path).copy()

    try FileSystem.remove(path)
    let tight = try train(name, before: "trap '' XFSZ; ulimit -f \(2 * bytes.count / 512)")
    #expect(tight.status == 0, "\(tight.errors)")
    #expect(tight.errors.contains(#"caf\xE9.safetensors.checkpoint"#), "\(tight.errors)")
    #expect(try MappedFile(path: path).copy() == bytes)
    #expect(try GlintProgram.shell("ls '\(folder.path(""))' | wc -l").output == "2\n")

    try FileSystem.remove(path)
    let full = try train(name, before: "trap '' XFSZ; ulimit -f \(bytes.count / 1024)")
    #expect(full.status == 1, "\(full.errors)")
    #expect(full.errors.contains(#"caf\xE9.safetensors: cannot be written"#), "\(full.errors)")
    #expect(full.errors.contains("nor could it be kept"), "\(full.errors)")
    #expect(try folder.names() == ["scenes"])

    try AtomicFile.write([], to: path + ".checkpoint")
    let another = try train(name)
    #expect(another.status == 1, "\(another.output)")
    #expect(another.errors.contains(#"caf\xE9.safetensors.checkpoint: an earlier run was interrupted"#))
  }
}
