import DetectorTraining
import Numerics
import TestSupport
import Testing
import Training

@Suite struct DetectorTextTests {
  /// The kinds and inputs of the nodes, whatever they are called.
  private func plan(_ architecture: Architecture) -> [String] {
    architecture.nodes.map { "\($0.kind) \($0.inputs)" }
  }

  @Test func theFaceDetectorInWords() throws {
    func residual(_ name: String, _ channels: Int) -> [String] {
      [
        "\(name)-in: relu", "conv \(channels)", "norm", "relu", "conv \(channels)", "norm", "add \(name)-in",
        "\(name): relu",
      ]
    }
    func larger(_ channels: Int, _ name: String) -> [String] {
      ["upsample 2", "conv \(channels) like \(name)", "norm", "add \(name)", "relu"]
    }
    var lines: [String] = []
    for (stage, channels) in [16, 24, 32, 48, 64].enumerated() {
      lines += ["conv \(channels) stride 2", "norm"]
      lines += stage < 2 ? ["relu"] : residual("s\(stage)", channels)
    }
    lines += larger(48, "s3") + larger(32, "s2") + ["conv 32", "norm", "relu", "boxes"]
    let text = try NetworkText(lines.joined(separator: "\n"), path: "d")
    // With an odd number of rows at the coarse levels, and without.
    for input in [[240, 320, 1], [120, 160, 1], [64, 64, 1]] as [Shape] {
      #expect(try plan(text.detector(input: input)) == plan(.faceDetector(input: input)))
    }
    let error = try #require(caught(NetworkTextError.self) { try text.architecture(input: [64, 64, 1], logits: 1) })
    #expect(error.line == lines.count && error.description.contains("finds faces"))
    let classifier = try NetworkText("flatten\nlogits", path: "c")
    #expect(caught(NetworkTextError.self) { try classifier.detector(input: [64, 64, 1]) }?.line == 2)
  }
}
