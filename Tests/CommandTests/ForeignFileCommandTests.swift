import Files
import Foundation
import Imaging
import Numerics
import TestSupport
import Testing

/// Every place of a command line that takes a path, with a file of every program whose formats are known: what it is
/// is said, and nothing is written.
@Suite struct ForeignFileCommandTests {
  @Test func everyPlaceWithEveryFormat() throws {
    let folder = try TemporaryFolder()
    let models = try folder.writeSmallModels()
    let picture = try folder.write(try Self.jpeg(0), as: "one.jpg")
    for number in 0..<60 {
      try folder.write(try Self.jpeg(number), as: "photos/\(number % 2 == 0 ? "happy" : "sad")/\(number).jpg")
    }
    let (photos, scratch) = (folder.path("photos"), folder.path("scratch"))
    let commands: [(String) -> [String]] = [
      { [$0] },
      { ["train", $0, "-o", scratch] },
      { ["train", photos, $0, "-o", scratch] },
      { ["train", photos, "--network", $0, "-o", scratch] },
      { ["train", photos, "--boxes", $0, "-o", scratch] },
      { ["train", photos, "--faces", "--detector", $0, "-o", scratch] },
      { ["doctor", $0] },
      { ["doctor", photos, "--model", $0] },
      { ["doctor", photos, "--boxes", $0] },
      { ["compare", $0, models.int8, "--data", photos, "--report", scratch] },
      { ["compare", models.float, $0, "--data", photos, "--report", scratch] },
      { ["compare", models.float, models.int8, "--data", $0, "--report", scratch] },
      { ["quantize", $0, "--calibration", photos, "-o", scratch] },
      { ["quantize", models.float, "--calibration", $0, "--method", "mse", "-o", scratch] },
      { ["quantize", models.float, "--record", $0, "-o", scratch] },
      { ["import", $0, "-o", scratch] },
      { ["export", $0, "-o", scratch] },
      { ["inspect", $0] },
      { ["inspect", $0, "--report", scratch] },
      { ["inspect", models.float, "--image", $0, "--values", scratch] },
      { ["run", $0, "--input", "x.npy", "--output", scratch] },
      { ["run", models.float, "--input", $0, "--output", scratch] },
      { ["bench", $0, "--runs", "1"] },
      { ["bench", models.int8, "--runs", "1", "--frames", $0] },
      { ["classify", $0] },
      { ["classify", $0, picture] },
      { ["classify", models.int8, $0, "--draw", scratch] },
      { ["classify", models.int8, picture, "--boxes", $0] },
      { ["live", $0, "--folder", photos, "--count", "1", "--no-page"] },
      { ["live", models.int8, "--folder", $0, "--count", "1", "--no-page"] },
      { ["live", models.int8, "--camera", $0, "--count", "1", "--no-page"] },
      { ["verify", $0, "--save", scratch] },
      { ["detector", "train", "--photos", $0, "--scenes", photos, "-o", scratch] },
      { ["detector", "train", "--scenes", $0, "-o", scratch] },
      { ["detector", "train", "--scenes", photos, "--network", $0, "-o", scratch] },
      { ["detector", "evaluate", $0, "--scenes", photos, "--painted", "9", "--composed", "1"] },
    ]
    for file in ForeignFile.all {
      let path = try file.written(to: folder)
      let isImported = file.name.hasSuffix(".onnx") || file.name.hasSuffix(".tflite")
      for arguments in commands {
        let line = arguments(path)
        // What is read says itself what is wrong with these bytes.
        if isImported, line[0] == "import" || line[0] == "inspect", line[1] == path { continue }
        let result = try GlintProgram.run(line)
        let words = "\(line.joined(separator: " ")): \(result.status) \(result.errors)"
        #expect(result.status == 2, "\(words)")
        #expect(result.errors.contains(path) && result.errors.contains(file.kind), "\(words)")
        #expect(!FileManager.default.fileExists(atPath: scratch), "\(words)")
      }
    }
  }

  /// A picture is never taken for a model, nor a model for a picture, whatever their names say.
  @Test func namesMislead() throws {
    let folder = try TemporaryFolder()
    let picture = try folder.write(try Self.jpeg(0), as: "picture.onnx")
    let network = try folder.write([0x08, 0x08, 0x12, 0x07] + Array("pytorch".utf8), as: "network.jpg")
    for (line, words) in [
      (["classify", network], "is an ONNX model"), (["import", picture, "-o", folder.path("m")], "is a JPEG picture"),
      ([picture], "'glint classify FILE'"), (["inspect", picture], "is a JPEG picture"),
    ] {
      let result = try GlintProgram.run(line)
      #expect(result.status == 2 && result.errors.contains(words), "\(line): \(result.errors)")
    }
    let labels = try GlintProgram.run(["import", picture, "--labels", network, "-o", folder.path("m")])
    #expect(labels.status != 0)
  }

  private static func jpeg(_ number: Int) throws -> [UInt8] {
    let pixels = randomPixels([24, 24, 3], seed: UInt64(number))
    return try ImageEncoder.jpeg(Image(width: 24, height: 24, channels: 3, pixels: pixels), quality: 90)
  }
}
