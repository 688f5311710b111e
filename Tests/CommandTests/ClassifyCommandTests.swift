import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import TestSupport
import Testing

@Suite struct ClassifyCommandTests {
  private struct Line: Decodable {
    let file: String
    let label: String?
    let probability: Float?
    let probabilities: [String: Float]?
    let logits: [Float]?
    let error: String?
  }

  private let folder: TemporaryFolder
  private let float: String
  private let int8: String

  init() throws {
    folder = try TemporaryFolder()
    let graph = Graph.happySad(input: [32, 32, 3])
    var floatModel = try FloatModel.random(graph, seed: 3)
    var int8Model = try QuantizedModel.random(graph, seed: 4)
    floatModel.description.preprocessing = Preprocessing(width: 32, height: 32)
    int8Model.description.preprocessing = Preprocessing(width: 32, height: 32)
    float = folder.path("float.safetensors")
    int8 = folder.path("int8.safetensors")
    try floatModel.write(to: float)
    try int8Model.write(to: int8)
    for number in 0..<3 {
      let image = Image(width: 50, height: 40, channels: 3, filledWith: UInt8(40 + 60 * number))
      try folder.write(ImageEncoder.jpeg(image, quality: 90), as: "pictures/\(number).JPG")
    }
  }

  private func lines(_ result: GlintProgram.Result) throws -> [Line] {
    try result.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test func bothKindsOfModelLabelFoldersAndFiles() throws {
    for model in [float, int8] {
      let result = try GlintProgram.run(
        ["classify", model, folder.path("pictures"), folder.path("pictures/1.JPG"), "--json"])
      #expect(result.status == 0, "\(result.errors)")
      let lines = try lines(result)
      #expect(lines.map { ($0.file as NSString).lastPathComponent } == ["0.JPG", "1.JPG", "2.JPG", "1.JPG"])
      for line in lines {
        let probabilities = try #require(line.probabilities)
        #expect(abs(probabilities.values.reduce(0, +) - 1) < 1e-5)
        #expect(line.label.flatMap { probabilities[$0] } == line.probability)
        #expect(line.probability == probabilities.values.max() && line.logits?.count == 1)
      }
      #expect(lines[1].logits == lines[3].logits)
    }
  }

  @Test func aFileThatFailsIsNamedAndTheRestGoesOn() throws {
    try folder.write(Array("text".utf8), as: "bad.jpg")
    let missing = folder.path("missing.png")
    let result = try GlintProgram.run(
      ["classify", int8, folder.path("bad.jpg"), missing, folder.path("pictures/0.JPG"), "--json"])
    #expect(result.status == 1)
    let lines = try lines(result)
    #expect(lines.count == 3 && lines[0].error != nil && lines[1].error == "cannot be read (No such file or directory)")
    #expect(lines[2].label != nil)
    #expect(result.errors.contains("2 of 3 pictures could not be read"), "\(result.errors)")
  }

  @Test func namesThatAreNoTextAreOpenedAndShown() throws {
    let line = "cp '\(folder.path("pictures/0.JPG"))' \"\(folder.path("caf"))$(printf '\\351').jpg\"; "
    let named = try GlintProgram.shell(
      line + "glint classify '\(int8)' \"\(folder.path("caf"))$(printf '\\351').jpg\" --json")
    #expect(named.status == 0, "\(named.errors)")
    #expect(named.output.contains("caf\\\\xE9.jpg"), "\(named.output)")
    try FileManager.default.removeItem(atPath: folder.path("pictures"))
    let found = try GlintProgram.run(["classify", int8, folder.path("")])
    #expect(found.status == 0 && found.output.contains("caf\\xE9.jpg  "), "\(found.output) \(found.errors)")
  }

  @Test func picturesOfOtherKindsInFoldersFail() throws {
    try folder.write(Array("RIFF1234WEBPVP8 ".utf8), as: "pictures/x.webp")
    try folder.write(Array("notes".utf8), as: "pictures/notes.txt")
    let result = try GlintProgram.run(["classify", int8, folder.path("pictures"), "--json"])
    let lines = try lines(result)
    #expect(result.status == 1 && lines.count == 4 && lines.count { $0.error != nil } == 1)
    #expect(lines.contains { $0.error?.contains("a WebP picture") == true })
    #expect(result.errors.contains("1 of 4 pictures could not be read"), "\(result.errors)")
  }

  @Test func peopleReadATable() throws {
    let result = try GlintProgram.run(["classify", int8, folder.path("pictures")])
    #expect(result.status == 0)
    let lines = result.output.split(separator: "\n")
    #expect(lines.count == 3 && lines.allSatisfy { $0.hasSuffix(" %") && ($0.contains("happy") || $0.contains("sad")) })
  }

  @Test func foldersWithoutPicturesAndMissingModelsAreErrors() throws {
    try folder.write([], as: "none/notes.txt")
    let empty = try GlintProgram.run(["classify", int8, folder.path("none")])
    #expect(empty.status == 1 && empty.errors.contains("no pictures"))
    #expect(try GlintProgram.run(["classify", folder.path("no-model"), folder.path("pictures")]).status == 1)
    #expect(try GlintProgram.run(["classify", int8]).status == 2)
  }

  /// A table that names none of the pictures would change nothing, and a box beside the picture is no face.
  @Test func boxesThatFitNothing() throws {
    try folder.write(Array("file,x,y,w,h\n0.jpg,5,5,20,20\n".utf8), as: "other.csv")
    let other = try GlintProgram.run(
      ["classify", int8, folder.path("pictures"), "--boxes", folder.path("other.csv")])
    #expect(other.status == 1 && other.errors.contains("names a box for none of the 3 pictures"), "\(other.errors)")
    #expect(other.output.isEmpty)
    try folder.write(Array("file,x,y,w,h\n0.JPG,500,500,20,20\n1.JPG,5,5,20,20\n".utf8), as: "beside.csv")
    let beside = try GlintProgram.run(
      ["classify", int8, folder.path("pictures"), "--boxes", folder.path("beside.csv"), "--json"])
    #expect(beside.status == 1 && beside.errors.contains("1 of 3 pictures could not be read"), "\(beside.errors)")
    let lines = try lines(beside)
    #expect(lines.map { $0.label == nil } == [true, false, false])
    #expect(lines[0].error?.contains("outside the picture") ?? false)
  }
}
