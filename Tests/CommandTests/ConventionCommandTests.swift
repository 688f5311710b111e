import Imaging
import Numerics
import TestSupport
import Testing

/// `glint import --data`: what is put wrong on purpose is found out.
@Suite struct ConventionCommandTests {
  private let folder: TemporaryFolder
  private let network: String
  private let photos: String

  /// A network that was trained on blue, green and red from -1 to 1, and pictures of one colour each with the classes
  /// that it gives them.
  init() throws {
    folder = try TemporaryFolder()
    var random = CounterRandom(seed: 15)
    func numbers(_ count: Int) -> [Float] { (0..<count).map { _ in 2 * Float(random.below(1000)) / 999 - 1 } }
    let (weights, biases, rows) = (numbers(24), numbers(8), numbers(8))
    func score(_ pixel: [UInt8]) -> Float {
      let x = [pixel[2], pixel[1], pixel[0]].map { Float($0) / 127.5 - 1 }
      return (0..<8).reduce(0) { sum, unit in
        let value = biases[unit] + (0..<3).reduce(0) { $0 + weights[unit * 3 + $1] * x[$1] }
        return sum + rows[unit] * max(0, value)
      }
    }
    let pixels = (0..<300).map { _ in (0..<3).map { _ in UInt8(random.below(256)) } }
    let median = pixels.map(score).sorted()[150]
    for (number, pixel) in pixels.enumerated() {
      let image = Image(
        width: 6, height: 6, channels: 3, pixels: (0..<36).flatMap { _ in pixel })
      try folder.write(
        try ImageEncoder.png(image), as: "photos/\(score(pixel) < median ? "no" : "yes")/\(number).png")
    }
    photos = folder.path("photos")
    var writer = ONNXWriter()
    writer.input("x", [1, 3, 6, 6])
    writer.weights("w", [8, 3, 1, 1], weights)
    writer.weights("b", [8], biases)
    writer.weights("m", [2, 8], [Float](repeating: 0, count: 8) + rows)
    writer.weights("s", [2], [0, -median])
    writer.node("Conv", ["x", "w", "b"], ["c"])
    writer.node("Relu", ["c"], ["r"])
    writer.node("GlobalAveragePool", ["r"], ["p"])
    writer.node("Flatten", ["p"], ["f"])
    writer.node("Gemm", ["f", "m", "s"], ["y"], [("transB", .int(1))])
    writer.output("y")
    network = try folder.write(writer.bytes, as: "net.onnx")
  }

  private func imported(_ options: [String]) throws -> GlintProgram.Result {
    try GlintProgram.run(
      ["import", network, "-o", folder.path("net"), "--force", "--labels", "no,yes", "--data", photos] + options)
  }

  @Test func tenOfTenMistakesAreFound() throws {
    let mistakes = [
      ["--range", "0..1"], ["--range", "0..255"], ["--range", "imagenet"], ["--colour", "rgb"],
      ["--range", "-1..1", "--colour", "rgb"], ["--range", "0..1", "--colour", "bgr"],
      ["--range", "imagenet", "--colour", "bgr"], ["--mean", "1"], ["--range", "0..255", "--mean", "127.5"],
    ]
    for options in mistakes {
      let result = try imported(options)
      #expect(result.status == 1, "\(options): \(result.output)")
      #expect(result.errors.contains("bgr, -1..1 fits beyond doubt"), "\(options): \(result.errors)")
    }
    let layout = try imported(["--layout", "nhwc"])
    #expect(layout.status == 1 && layout.errors.contains("without --layout it has 3"), "\(layout.errors)")
  }

  @Test func whatIsRightIsTaken() throws {
    for options in [
      [], ["--range", "-1..1"], ["--colour", "bgr"], ["--range", "-1..1", "--colour", "bgr", "--layout", "nchw"],
      ["--mean", "0.5", "--std", "0.5"],
    ] {
      let result = try imported(options)
      #expect(result.status == 0, "\(options): \(result.errors)")
      #expect((result.output + result.errors).contains("read as bgr"), "\(options): \(result.output)")
    }
  }
}
