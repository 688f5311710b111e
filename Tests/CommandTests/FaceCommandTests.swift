import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import TestSupport
import Testing

/// Faces in the commands, with a detector that is not trained: what it finds is chance, what becomes of it is not.
@Suite struct FaceCommandTests {
  private struct Line: Decodable {
    struct Box: Decodable { let x, y, w, h: Float }
    struct Face: Decodable {
      let box: Box
      let face: Float
      let label: String
      let probability: Float
      let probabilities: [String: Float]
      let logits: [Float]
    }
    let file: String
    let label: String
    let probability: Float?
    let box: Box?
    let faces: [Face]?
  }

  private let folder: TemporaryFolder
  private let classifier: String
  /// Finds something everywhere, and nothing anywhere.
  private let keen: String
  private let blind: String
  private let photo: String

  init() throws {
    folder = try TemporaryFolder()
    let graph = Graph.happySad(input: [32, 32, 1])
    var model = try QuantizedModel.random(graph, seed: 4)
    model.description.preprocessing = Preprocessing(
      width: 32, height: 32, colour: .grey, fit: .face(marginPercent: 10))
    classifier = folder.path("classifier.safetensors")
    try model.write(to: classifier)
    keen = folder.path("keen.safetensors")
    try QuantizedModel.randomDetector(seed: 6, threshold: -100).write(to: keen)
    blind = folder.path("blind.safetensors")
    try QuantizedModel.randomDetector(seed: 6, threshold: 100).write(to: blind)
    let room = RenderedScene(seed: 1, width: 320, height: 240, people: 3, choreography: .crossing).frame(at: 1).image
    photo = try folder.write(ImageEncoder.jpeg(room, quality: 90), as: "photos/room.jpg")
  }

  private func lines(_ result: GlintProgram.Result) throws -> [Line] {
    try result.output.split(separator: "\n").map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
  }

  @Test func everyFaceOfAPhotoGetsAnAnswer() throws {
    let result = try GlintProgram.run(
      ["classify", classifier, photo, "--faces", "--detector", keen, "--json", "--draw", folder.path("drawn")])
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(try lines(result).first)
    let faces = try #require(line.faces)
    #expect(!faces.isEmpty && line.label == faces[0].label && line.probability == faces[0].probability)
    for face in faces {
      #expect(face.box.w > 0 && (0...1).contains(face.face) && face.probabilities.count == 2 && face.logits.count == 1)
    }
    let drawn = try ImageDecoder.decode(path: folder.path("drawn/room.jpg"))
    let original = try ImageDecoder.decode(path: photo)
    #expect(drawn.width == original.width && drawn != original)
    let text = try GlintProgram.run(["classify", classifier, photo, "--faces", "--detector", keen])
    #expect(text.output.split(separator: "\n").count == faces.count)
  }

  @Test func facesAreFoundWhateverTheFoldersTableSays() throws {
    let photos = folder.path("tabled")
    _ = try folder.write([UInt8](Data(contentsOf: URL(filePath: photo))), as: "tabled/room.jpg")
    _ = try folder.write([UInt8]("file,x,y,w,h\nroom.jpg,10,20,30,40\n".utf8), as: "tabled/index.csv")
    func faces(_ options: [String]) throws -> [Line] {
      let result = try GlintProgram.run(["classify", classifier, photos, "--detector", keen, "--json"] + options)
      #expect(result.status == 0, "\(result.errors)")
      return try lines(result)
    }
    let boxed = try #require(try faces([]).first)
    #expect(boxed.faces == nil && boxed.box?.x == 10 && boxed.box?.h == 40)
    let found = try #require(try faces(["--faces"]).first?.faces)
    let untabled = try GlintProgram.run(["classify", classifier, photo, "--faces", "--detector", keen, "--json"])
    #expect(try lines(untabled).first?.faces?.count == found.count && !found.isEmpty)
    let both = try GlintProgram.run(["classify", classifier, photos, "--faces", "--boxes", photos + "/index.csv"])
    #expect(both.status == 2 && both.errors.contains("exclude each other"))
  }

  @Test func aPhotoWithoutAFaceSaysSo() throws {
    let result = try GlintProgram.run(["classify", classifier, photo, "--faces", "--detector", blind, "--json"])
    #expect(result.status == 0, "\(result.errors)")
    let line = try #require(try lines(result).first)
    #expect(line.label == "no face" && line.faces?.count == 0 && line.probability == nil && line.box == nil)
    let text = try GlintProgram.run(["classify", classifier, photo, "--faces", "--detector", blind])
    #expect(text.output.contains("no face"))
  }

  @Test func wrongUseIsToldApart() throws {
    let centred = folder.path("centred.safetensors")
    try QuantizedModel.random(.happySad(input: [32, 32, 3]), seed: 3).write(to: centred)
    let refused = try GlintProgram.run(["classify", centred, photo, "--faces", "--detector", keen])
    #expect(refused.status == 1 && refused.errors.contains("wherever faces are"))
    let noDetector = try GlintProgram.run(["classify", classifier, photo, "--faces", "--detector", classifier])
    #expect(noDetector.status == 1 && noDetector.errors.contains("finds no faces"))
    let contradiction = try GlintProgram.run(["classify", classifier, photo, "--no-faces", "--detector", keen])
    #expect(contradiction.status == 2)
    let both = try GlintProgram.run(["train", folder.path(""), "-o", "x", "--faces", "--boxes", "y.csv"])
    #expect(both.status == 2)
  }

  @Test func liveFollowsFacesOrSaysThatThereAreNone() throws {
    struct Frame: Decodable {
      struct Face: Decodable {
        let box: Line.Box
        let label: String
        let track: Int
      }
      let faces: [Face]
      let latency_ms: [String: Double]
    }
    func frames(_ detector: String) throws -> [Frame] {
      let result = try GlintProgram.run([
        "live", classifier, "--detector", detector, "--rendered", "--people", "3", "--size", "160x120", "--fps", "100",
        "--count", "6", "--json",
      ])
      #expect(result.status == 0, "\(result.errors)")
      return try result.output.split(separator: "\n").map {
        try JSONDecoder().decode(Frame.self, from: Data($0.utf8))
      }
    }
    let seen = try frames(keen)
    #expect(seen.count == 6 && seen[0].faces.isEmpty, "a face counts from its second sight")
    let last = try #require(seen.last)
    #expect(!last.faces.isEmpty && Set(last.faces.map(\.track)).count == last.faces.count)
    #expect(last.faces.allSatisfy { $0.track > 0 } && last.latency_ms["detect"]! > 0)
    #expect(try frames(blind).allSatisfy(\.faces.isEmpty))
  }

  /// The measurement runs what `live` runs: faces are found, followed from their second sight on, and each is labelled.
  @Test func framesAreTimedWithTheirFaces() throws {
    struct Result: Decodable {
      struct Stage: Decodable { let name: String }
      let stages: [Stage]
      let faces: [Int]?
      let logits: [[Float]]
    }
    let frames = folder.path("frames")
    for index in 0..<3 {
      let face = FacePainter.paint(seed: 3, index: 0, size: 160)
      try folder.write(ImageEncoder.jpeg(face.image, quality: 90 + index), as: "frames/\(index).jpg")
    }
    func bench(_ arguments: [String]) throws -> Result {
      let result = try GlintProgram.run(["bench", classifier, "--frames", frames, "--runs", "2", "--json"] + arguments)
      #expect(result.status == 0, "\(result.errors)")
      return try JSONDecoder().decode(Result.self, from: Data(result.output.utf8))
    }
    let seen = try bench(["--detector", keen]), none = try bench(["--detector", blind]), plain = try bench([])
    #expect(seen.stages.map(\.name) == ["decode", "detect", "prepare", "classify"])
    let counts = try #require(seen.faces)
    #expect(counts.count == 3 && counts.allSatisfy { $0 > 0 } && seen.logits.count == counts.reduce(0, +))
    #expect(none.faces == [0, 0, 0] && none.logits.isEmpty)
    #expect(plain.faces == nil && plain.stages.count == 3 && plain.logits.count == 3)
    #expect(try GlintProgram.run(["bench", classifier, "--detector", keen]).status == 2)
    // Cameras give JPEGs; what another format costs says nothing of them.
    try folder.write(ImageEncoder.png(FacePainter.paint(seed: 3, index: 0, size: 64).image), as: "frames/3.png")
    let other = try GlintProgram.run(["bench", classifier, "--frames", frames, "--runs", "2"])
    let words = "frames/3.png: is a PNG picture; --frames measures JPEGs"
    #expect(other.status == 1 && other.errors.contains(words), "\(other.errors)")
  }

  @Test func aDetectorIsInspectedAndTimedLikeAnyModel() throws {
    let inspected = try GlintProgram.run(["inspect", keen])
    #expect(inspected.status == 0 && inspected.output.contains("18 to 230 pixels"), "\(inspected.errors)")
    let json = try GlintProgram.run(["inspect", keen, "--json"])
    #expect(json.output.contains("\"smallest_side\":18"))
    let timed = try GlintProgram.run(["bench", keen, "--runs", "3", "--json"])
    #expect(timed.status == 0 && timed.output.contains("median_ms"), "\(timed.errors)")
  }
}
