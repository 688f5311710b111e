import Foundation
import Glint
import Imaging
import TestSupport
import Testing

@Suite struct LabellerTests {
  private static let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .appendingPathComponent("../../Calibration/Models").path
  private static let classifier = models + "/compact.int8.safetensors"
  private static let detector = models + "/face-detector.int8.safetensors"
  private static let picture = models + "/../pictures/faces.jpg"

  private struct Line: Decodable {
    let label: String
    let probability: Float
    let probabilities: [String: Float]
  }

  @Test func answersAreThoseOfTheCommand() throws {
    let result = try GlintProgram.run(["classify", Self.classifier, Self.picture, "--json"])
    let line = try JSONDecoder().decode(Line.self, from: Data(result.output.utf8))
    let labeller = try Labeller(model: Self.classifier, detector: Self.detector, threads: 2)
    let answers = [
      try labeller.classify(imageAt: Self.picture),
      try labeller.classify(encoded: [UInt8](Data(contentsOf: URL(fileURLWithPath: Self.picture)))),
    ]
    for answer in answers {
      #expect(answer.label == line.label && answer.probability == line.probability)
      for (label, probability) in zip(labeller.labels, answer.probabilities) {
        #expect(line.probabilities[label] == probability)
      }
    }
  }

  @Test func pixelsWithAndWithoutGapsAreOnePicture() throws {
    let labeller = try Labeller(model: Self.classifier, detector: Self.detector)
    let image = try ImageDecoder.decode(path: Self.picture).rgb
    let (row, gap) = (3 * image.width, 5)
    let dense = RGBPixels(image.pixels, width: image.width, height: image.height)
    var padded: [UInt8] = []
    for start in stride(from: 0, to: image.pixels.count, by: row) {
      padded += image.pixels[start..<start + row]
      padded += [UInt8](repeating: 9, count: gap)
    }
    let spread = RGBPixels(padded, width: image.width, height: image.height, stride: row + gap)
    #expect(try labeller.classify(dense) == labeller.classify(imageAt: Self.picture))
    #expect(try labeller.classify(spread) == labeller.classify(dense))
    let faces = try labeller.faces(in: dense)
    #expect(try faces == labeller.faces(in: spread) && faces.count > 3)
    #expect(zip(faces, faces.dropFirst()).allSatisfy { $0.certainty >= $1.certainty })
  }

  @Test(arguments: [
    (0, 1, 0), (1, 0, 3), (-1, 1, 3), (2, 2, 5), (2, 3, 6), (Int.max, 1, Int.max), (1, 1 << 14, 1 << 60),
  ])
  func pixelsThatDoNotFitAreRefused(_ width: Int, _ height: Int, _ stride: Int) throws {
    let labeller = try Labeller(model: Self.classifier)
    let pixels = RGBPixels([UInt8](repeating: 0, count: 12), width: width, height: height, stride: stride)
    #expect(
      caught(LabellerError.self) { try labeller.classify(pixels) }?.description.contains("\(width) x \(height)") == true
    )
  }

  @Test func refusalsNameTheFile() throws {
    func refusal(_ model: String, _ detector: String? = nil, threads: Int = 1) -> String {
      caught(LabellerError.self) { try Labeller(model: model, detector: detector, threads: threads) }?.description ?? ""
    }
    #expect(refusal("/nowhere.safetensors").hasPrefix("/nowhere.safetensors: cannot be read"))
    #expect(refusal(Self.picture).contains("faces.jpg"))
    #expect(refusal(Self.detector).contains("names no classes"))
    #expect(refusal(Self.classifier, Self.classifier).contains("finds no faces"))
    #expect(refusal(Self.classifier, threads: 0).contains("0 threads"))
    let labeller = try Labeller(model: Self.classifier)
    #expect(
      caught(LabellerError.self) { try labeller.classify(imageAt: "/nowhere.jpg") }?.description.contains(
        "/nowhere.jpg") == true)
    let pixels = RGBPixels([1, 2, 3], width: 1, height: 1)
    #expect(
      caught(LabellerError.self) { try labeller.faces(in: pixels) }?.description.contains("no face detector") == true)
  }
}
