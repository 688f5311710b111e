import Foundation
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

/// Bad input of every kind: status 1, a message that names the thing, nothing half-written.
@Suite struct BadInputTests {
  private let folder: TemporaryFolder
  private let float: String
  private let int8: String

  init() throws {
    folder = try TemporaryFolder()
    (float, int8) = try folder.writeSmallModels()
  }

  private func expectFailure(
    _ arguments: [String], naming word: String, status: Int32 = 1, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let before = try folder.names()
    let result = try GlintProgram.run(arguments)
    #expect(result.status == status, "\(result.errors)", sourceLocation: sourceLocation)
    #expect(result.errors.contains(word), "\(result.errors)", sourceLocation: sourceLocation)
    #expect(try folder.names() == before, sourceLocation: sourceLocation)
  }

  @Test func missingPaths() throws {
    let gone = folder.path("gone")
    let out = folder.path("out")
    try expectFailure(["inspect", gone], naming: gone)
    try expectFailure(["bench", gone], naming: gone)
    try expectFailure(["quantize", gone, "--calibration", gone, "-o", out], naming: gone)
    try expectFailure(["quantize", float, "--calibration", gone, "-o", out], naming: gone)
    try expectFailure(["quantize", float, "--record", gone, "-o", out], naming: gone)
    try expectFailure(["compare", float, int8, "--data", gone], naming: gone)
    try expectFailure(["classify", int8, gone], naming: gone)
    try expectFailure(["train", gone, "-o", out], naming: gone)
    try expectFailure(["live", int8, "--folder", gone], naming: gone)
    try expectFailure(["live", int8, "--camera", gone], naming: gone)
  }

  @Test func theWrongKindOfModel() throws {
    let out = folder.path("out")
    try expectFailure(["quantize", int8, "--calibration", folder.path(""), "-o", out], naming: "float")
    try expectFailure(["inspect", float, "--kernels"], naming: "int8")
  }

  @Test func damagedModels() throws {
    let good = [UInt8](try Data(contentsOf: URL(fileURLWithPath: int8)))
    let cut = try folder.write(Array(good[..<(good.count / 2)]), as: "cut.safetensors")
    try expectFailure(["inspect", cut], naming: cut)
    var changed = good
    changed[good.count - 1_000] ^= 1
    let flipped = try folder.write(changed, as: "flipped.safetensors")
    for command in ["inspect", "bench", "classify"] {
      let image = command == "classify" ? ["x.jpg"] : []
      try expectFailure([command, flipped] + image, naming: "checksum")
    }
  }

  @Test func picturesThatAreNone() throws {
    let text = try folder.write(Array("no picture".utf8), as: "photos/text.jpg")
    try expectFailure(["classify", int8, text], naming: text)
    try expectFailure(
      ["quantize", float, "--calibration", folder.path("photos"), "-o", folder.path("q")], naming: "text.jpg")
    try folder.write([], as: "empty/readme.txt")
    try expectFailure(
      ["quantize", float, "--calibration", folder.path("empty"), "-o", folder.path("q")], naming: "no images")
    try expectFailure(["train", folder.path("empty"), "-o", folder.path("m")], naming: "empty")
    try expectFailure(["train", folder.path("photos"), "-o", folder.path("m")], naming: "photos")
  }

  @Test func cameraThatIsNone() throws {
    try expectFailure(["live", int8, "--camera", "/dev/null"], naming: "/dev/null")
    try expectFailure(["live", int8, "--camera", float], naming: float, status: 2)
  }

  @Test func unwritableFolders() throws {
    try folder.write([1], as: "photos/x.jpg")
    for out in ["missing/m", "photos"] {
      try expectFailure(
        ["quantize", float, "--calibration", folder.path("photos"), "-o", folder.path(out)], naming: folder.path(out))
      try expectFailure(["train", folder.path("photos"), "-o", folder.path(out)], naming: folder.path(out))
    }
  }

  /// A file that may not grow stands for a full disk: the write fails half-way, and nothing is left.
  @Test func aDiskThatFills() throws {
    let before = try folder.names()
    let result = try GlintProgram.shell(
      """
      trap '' XFSZ; ulimit -f 4
      glint inspect '\(int8)' --values '\(folder.path("values"))' --image '\(try picture())'
      """)
    #expect(result.status == 1, "\(result.errors)")
    #expect(result.errors.contains("values"))
    #expect(try folder.names() == before + ["one.png"])
  }

  /// A one-pixel PNG, 24-bit red, made by hand.
  private func picture() throws -> String {
    let bytes: [UInt8] = [
      0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52, 0, 0, 0, 1, 0, 0, 0, 1, 8, 2,
      0, 0, 0, 0x90, 0x77, 0x53, 0xDE, 0, 0, 0, 12, 0x49, 0x44, 0x41, 0x54, 8, 0xD7, 0x63, 0xF8, 0xCF, 0xC0, 0, 0, 3,
      1, 1, 0, 0x18, 0xDD, 0x8D, 0xB0, 0, 0, 0, 0, 0x49, 0x45, 0x4E, 0x44, 0xAE, 0x42, 0x60, 0x82,
    ]
    return try folder.write(bytes, as: "one.png")
  }
}
