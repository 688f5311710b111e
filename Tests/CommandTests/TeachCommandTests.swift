import Files
import Foundation
import Imaging
import RenderedFaces
import TestSupport
import Testing

/// `glint teach` and `glint features`.
@Suite struct TeachCommandTests {
  private struct Line: Decodable {
    struct Figures: Decodable {
      let pictures: Int
      let right: Int
      let right_before: Int?
    }

    let way: String
    let better: Bool
    let held_out: Figures
    let general: Figures?
    let same_as_float: Int?
  }

  /// Painted people in a folder a class.
  private func paint(_ folder: TemporaryFolder, _ names: [String], count: Int) throws {
    for index in 0..<count {
      for (label, name) in names.enumerated() {
        let parameters = FacePainter.parameters(seed: 8, index: index, label: label, variety: 0.2)
        let face = FacePainter.paint(parameters, size: 96, noiseSeed: UInt32(index + 1)).image
        try folder.write(ImageEncoder.jpeg(face, quality: 90), as: "data/\(name)/\(index).jpg")
      }
    }
  }

  @Test func theModelsClassesAreTaughtAndOthersAreJudged() throws {
    let folder = try TemporaryFolder()
    try paint(folder, ["happy", "sad", "neutral"], count: 60)
    let model = folder.path("mine.int8.safetensors")
    let result = try GlintProgram.run(["teach", "--folder", folder.path("data"), "-o", model, "--anyway", "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let line = try JSONDecoder().decode(Line.self, from: Data(result.output.utf8))
    #expect(line.way == "personalize" && line.general?.pictures == 1_200 && line.held_out.pictures >= 12)
    let same = try #require(line.same_as_float)
    #expect(same * 10 >= line.held_out.pictures * 9)
    // What came out is a model like any other, and no second lesson begins on it.
    let again = try GlintProgram.run(["classify", model, folder.path("data/happy/0.jpg"), "--no-faces"])
    #expect(again.status == 0, "\(again.errors)")
    let twice = try GlintProgram.run(["teach", model, "--folder", folder.path("data"), "-o", folder.path("x")])
    #expect(twice.status == 1 && twice.errors.contains("taught already"), "\(twice.errors)")
  }

  @Test func otherClassesGetANetworkOfTheirOwn() throws {
    let folder = try TemporaryFolder()
    try paint(folder, ["grin", "pout"], count: 40)
    let result = try GlintProgram.run([
      "teach", "--folder", folder.path("data"), "-o", folder.path("own.int8.safetensors"), "--float",
      folder.path("own.safetensors"), "--seconds", "2", "--json", "--anyway",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let line = try JSONDecoder().decode(Line.self, from: Data(result.output.utf8))
    #expect(line.way == "new classes" && line.general == nil && line.held_out.right_before == nil)
    let shown = try GlintProgram.run(["inspect", folder.path("own.int8.safetensors")])
    #expect(shown.output.contains("grin, pout"), "\(shown.output)")
    #expect(FileSystem.exists(folder.path("own.safetensors")))
  }

  /// What was taught on a part of the camera's picture labels that part.
  @Test func aRegionIsTaughtAndLabelled() throws {
    let folder = try TemporaryFolder()
    try paint(folder, ["grin", "pout"], count: 30)
    // Where 'glint live --keep' has noted the part that was drawn, it need not be named again.
    try folder.write(Array("1000,2000,5000,4000\n".utf8), as: "data/.region")
    let model = folder.path("own.int8.safetensors")
    let result = try GlintProgram.run([
      "teach", "--folder", folder.path("data"), "-o", model, "--seconds", "1", "--anyway",
    ])
    #expect(result.status == 0, "\(result.errors)")
    let live = ["live", model, "--rendered", "--size", "640x480", "--count", "1", "--json"]
    for (more, box) in [([], [64, 96, 320, 192]), (["--region", "0%,0%,100%,50%"], [0, 0, 640, 240])] {
      let shown = try GlintProgram.run(live + more)
      let found = try #require(try TestSupport.Line.all(shown).first?.faces.first?.box, "\(shown.errors)")
      #expect([found.x, found.y, found.w, found.h] == box.map(Float.init))
    }
  }

  @Test func aModelThatIsNotBetterIsNotWritten() throws {
    let folder = try TemporaryFolder()
    // The same expression under two names: nothing can be learned.
    for index in 0..<40 {
      for name in ["left", "right"] {
        let seed = UInt64(name == "left" ? 8 : 9)
        let parameters = FacePainter.parameters(seed: seed, index: index, label: 0, variety: 0.6)
        let face = FacePainter.paint(parameters, size: 96, noiseSeed: UInt32(index + 1)).image
        try folder.write(ImageEncoder.jpeg(face, quality: 90), as: "data/\(name)/\(index).jpg")
      }
    }
    let output = folder.path("none.int8.safetensors")
    let result = try GlintProgram.run(["teach", "--folder", folder.path("data"), "-o", output, "--seconds", "1"])
    #expect(result.status == 1 && result.errors.contains("nothing was written"), "\(result.output)\(result.errors)")
    #expect(result.output.contains("no better than chance") && !FileSystem.exists(output))
  }

  /// A person before a camera: two rounds, pictures kept, and a model or the reason why there is none.
  @Test func aCameraCollectsWithoutABrowser() throws {
    let folder = try TemporaryFolder()
    let output = folder.path("mine.int8.safetensors")
    let result = try GlintProgram.run([
      "teach", "--rendered", "--classes", "happy,sad", "--pictures", "20", "--countdown", "0", "--patience", "8",
      "--keep", folder.path("kept"), "-o", output,
    ])
    for name in ["happy", "sad"] {
      let files = try FileManager.default.contentsOfDirectory(atPath: folder.path("kept/\(name)"))
      #expect(files.count >= 8, "\(name): \(files.count); \(result.errors)")
    }
    #expect((result.status == 0) == FileSystem.exists(output), "\(result.output)\(result.errors)")
    #expect(result.status == 0 || result.errors.contains("pictures") || result.errors.contains("nothing was written"))
  }

  @Test func wrongUseIsSaidSo() throws {
    let folder = try TemporaryFolder()
    let wrong = [
      ["-o", "x"], ["--folder", "a", "--rendered", "-o", "x"], ["--classes", "a", "-o", "x"],
      ["--classes", "a,b", "--pictures", "5", "-o", "x"],
      ["--classes", "a,b", "--rendered", "--camera", "0", "-o", "x"],
    ]
    for arguments in wrong {
      let result = try GlintProgram.run(["teach"] + arguments)
      #expect(result.status == 2, "\(arguments): \(result.status) \(result.errors)")
    }
    try folder.write([1], as: "data/a/x.txt")
    let empty = try GlintProgram.run(["teach", "--folder", folder.path("data"), "-o", folder.path("x")])
    #expect(empty.status == 1 && !empty.errors.isEmpty)
  }

  @Test func featuresAreStoredAndFound() throws {
    let folder = try TemporaryFolder()
    try paint(folder, ["happy", "sad"], count: 20)
    let model = "Calibration/Models/compact.int8.safetensors"
    let table = folder.path("t.features.safetensors")
    let made = try GlintProgram.run(["features", model, folder.path("data"), "-o", table])
    #expect(made.status == 0 && FileSystem.exists(table), "\(made.errors)")
    // Those of another model are left aside, and that is said.
    let other = try GlintProgram.run([
      "teach", "--folder", folder.path("data"), "--features", table, "-o", folder.path("m.int8.safetensors"),
      "--anyway",
    ])
    #expect(other.status == 0 && other.output.contains("People in general"), "\(other.output)\(other.errors)")
    let detector = try GlintProgram.run([
      "features", "Calibration/Models/face-detector.int8.safetensors", folder.path("data"), "-o", folder.path("d"),
    ])
    #expect(detector.status == 1)
  }
}
