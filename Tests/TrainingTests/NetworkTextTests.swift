import Models
import Numerics
import TestSupport
import Testing
import Training

@Suite struct NetworkTextTests {
  /// The kinds and inputs of the nodes, whatever they are called.
  private func plan(_ architecture: Architecture) -> [String] {
    architecture.nodes.map { "\($0.kind) \($0.inputs)" }
  }

  @Test func theReferenceNetworkInWords() throws {
    let text = try NetworkText(
      """
      input 256 rgb   # the picture
      conv 16 valid
      relu
      maxpool 2
      conv 32 valid
      relu
      maxpool
      conv 16 3x3 valid
      relu
      maxpool 2x2 stride 2

      flatten
      dense 256
      relu
      logits
      """, path: "reference.txt")
    #expect(text.side == 256 && text.colour == .rgb)
    for logits in [1, 3] {
      let reference = Architecture.happySad(input: [256, 256, 3], logits: logits)
      #expect(try plan(text.architecture(input: [256, 256, 3], logits: logits)) == plan(reference))
    }
  }

  @Test func theCompactNetworkInWords() throws {
    var lines: [String] = []
    for (stage, channels) in [16, 32, 64, 128].enumerated() {
      lines += ["conv \(channels)", "norm", "relu", "stage\(stage): maxpool 2"]
      if stage > 0 {
        lines += ["conv \(channels)", "norm", "relu", "conv \(channels)", "norm", "add stage\(stage)", "relu"]
      }
    }
    let text = try NetworkText(
      (lines + ["mean", "dropout 0.3", "logits"]).joined(separator: "\r\n"), path: "compact.txt")
    #expect(text.side == nil && text.colour == nil)
    let made = try text.architecture(input: [64, 64, 1], logits: 1)
    #expect(plan(made) == plan(.compact(input: [64, 64, 1], logits: 1)))
  }

  @Test func depthwiseStrideAndNames() throws {
    let text = try NetworkText(
      """
      conv 8 5x3 stride 2
      depthwise 3x3 stride 2
      wide: upsample 3
      depthwise stride 3 like depthwise1
      conv 5 3x3 stride 2 from wide
      side: conv 4 1x1 from conv1
      relu6
      flatten from depthwise2
      logits
      """, path: "t")
    let made = try text.architecture(input: [32, 32, 3], logits: 2)
    #expect(
      try made.shapes() == [
        [32, 32, 3], [16, 16, 8], [8, 8, 8], [24, 24, 8], [8, 8, 8], [12, 12, 5], [16, 16, 4], [16, 16, 4], [512], [2],
      ])
    #expect(
      made.nodes.map(\.name) == [
        "conv1", "depthwise1", "wide", "depthwise2", "conv2", "side", "relu61", "flatten1", "logits",
      ])
    #expect(text.line(of: "side") == 6)
  }

  @Test(
    arguments: [
      ("", nil, "has no layers"), ("conv 16\nrelu\n", 2, "the last layer is 'logits'"),
      ("conv\nlogits", 1, "wants a number of channels"), ("conv 0\nlogits", 1, "'0' is no number of channels"),
      ("conv 8 3y3\nlogits", 1, "'3y3' is no window"), ("conv 8 4x4\nlogits", 1, "even side"),
      ("conv 8 wide\nlogits", 1, "'wide' is not understood"), ("# none\n\npool 2\nlogits", 3, "'pool' is no layer"),
      ("conv 8\nadd\nlogits", 2, "names the layer"),
      ("conv 8\nadd conv2\nlogits", 2, "no layer above is named 'conv2'"),
      ("a: conv 8\na: relu\nlogits", 2, "'a' is taken"), ("flatten\nlogits\nrelu", 3, "nothing comes after"),
      (String(repeating: "conv 4\n", count: 501) + "logits", 501, "at most 500 layers"),
      ("conv 8\ninput 64\nlogits", 2, "comes first"), ("input 64 blue\nlogits", 1, "neither rgb nor grey"),
      ("dropout 1\nlogits", 1, "share"), ("relu from\nlogits", 1, "followed by"), ("x:\nlogits", 1, "before a layer"),
      ("conv 8 like\nboxes", 1, "followed by"), ("conv 8 like conv3\nboxes", 1, "no layer above is named 'conv3'"),
      ("boxes\nrelu", 2, "nothing comes after 'boxes'"),
    ] as [(String, Int?, String)])
  func errorsNameTheLine(_ text: String, line: Int?, words: String) throws {
    let error = try #require(caught(NetworkTextError.self) { try NetworkText(text, path: "n.txt") })
    #expect(error.line == line && error.description.contains(words), "\(error)")
  }

  @Test(
    arguments: [
      ("maxpool 2\nrelu\nflatten\nlogits", 2, "follows a conv"),
      ("conv 8\nrelu\nnorm\nflatten\nlogits", 3, "'norm' follows"),
      ("conv 8\nrelu\nmaxpool 2 from conv1\nflatten\nlogits", 2, "read by another"),
      ("conv 8\nmaxpool 2\nadd conv1\nflatten\nlogits", 3, "16x16x8"), ("flatten\nconv 8\nlogits", 2, "not 3072"),
      ("conv 8 40x40 valid\nflatten\nlogits", 1, "40x40"), ("flatten\ndepthwise\nlogits", 2, "reads a picture"),
      ("conv 8\nmaxpool\nconv 8 like conv1\nflatten\nlogits", 3, "cannot become as large as 'conv1'"),
    ] as [(String, Int, String)])
  func whatDoesNotFitNamesTheLineToo(_ text: String, line: Int, words: String) throws {
    let network = try NetworkText(text, path: "n.txt")
    let error = try #require(caught(NetworkTextError.self) { try network.architecture(input: [32, 32, 3], logits: 1) })
    #expect(error.line == line && error.description.contains(words), "\(error)")
  }
}
