import Files
import Foundation
import Imaging
import ModelFiles
import Models
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

  private func train(
    _ output: String, before: String = "", more: String = "--small-steps 4"
  ) throws -> GlintProgram.Result {
    try GlintProgram.shell(
      """
      \(before)
      cd '\(folder.path(""))'; '\(GlintProgram.path)' detector train --painted 24 --scenes scenes --steps 8 \
      \(more) --round 4 --batch 4 --threads 1 --quiet --checkpoint-interval 0 -o \(output)
      """, environment: ["TMPDIR": folder.path("")])
  }

  /// With next to no learning rate the weights stay those that were begun with, and so do the sizes of faces.
  @Test func aDetectorIsTrainedFurther() throws {
    let sides = "--smallest-face 12 --largest-face 200"
    let first = try train("first.safetensors", more: "--small-steps 4 \(sides)")
    #expect(first.status == 0, "\(first.errors)")
    let second = try train("second.safetensors", more: "--from first.safetensors --learning-rate 1e-9")
    #expect(second.status == 0, "\(second.errors)")
    let before = try FloatModel.load(folder.path("first.safetensors"))
    let after = try FloatModel.load(folder.path("second.safetensors"))
    #expect(after.description.graph == before.description.graph)
    #expect(after.description.detection?.sides == 12...200)
    #expect(after.description.card["recipe"]?.hasSuffix("begun with weights \(before.weightsSHA256)") == true)
    for (one, other) in zip(before.parameters, after.parameters) {
      guard let one, let other else { continue }
      #expect(zip(one.weight.elements, other.weight.elements).allSatisfy { abs($0 - $1) < 1e-5 })
      #expect(zip(one.bias.elements, other.bias.elements).allSatisfy { abs($0 - $1) < 1e-5 })
    }
    let third = try train("third.safetensors", more: "--from first.safetensors --learning-rate 1e-2")
    #expect(third.status == 0, "\(third.errors)")
    #expect(try FloatModel.load(folder.path("third.safetensors")).weightsSHA256 != after.weightsSHA256)
    for (more, status, words) in [
      ("--from first.safetensors --small-steps 2", Int32(2), "--small-steps goes with a new network"),
      ("--from first.safetensors --network face-detector", 2, "--from and --network exclude each other"),
      ("--from scenes/rooma0.png", 2, "rooma0.png"),
    ] {
      let result = try train("x.safetensors", more: more)
      #expect(result.status == status && result.errors.contains(words), "\(more): \(result.errors)")
    }
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
