import ArgumentParser
import DetectorTraining
import Files
import Imaging
import ModelFiles
import Models
import Numerics
import Training

/// `--network`, `--from` and what depends on which of them is given: the network, its first weights, and the recipe.
struct DetectorNetworkOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The network, or a file with a layer a line that ends with 'boxes' (Networks.md) (default: face-detector).",
      valueName: "face-detector|file"))
  var network: String?

  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      """
      Go on from the weights of a float detector, with its network, its input and its sizes of faces: on pictures like \
      those that it will see.
      """, valueName: "model"))
  var start: String?

  @Option(
    name: .long,
    help: """
      Of the steps, the first ones with pictures of half the width and height, which cost a quarter (default: 3000; \
      none with --from).
      """)
  var smallSteps: Int?

  @Option(
    name: .long, help: "The smallest side of faces to be found, in pixels of the 320 x 240 input (default: 17).")
  var smallestFace: Int?

  @Option(name: .long, help: "The largest; a face may be larger than the picture (default: 220).")
  var largestFace: Int?

  @Option(name: .long, help: "The largest learning rate of Adam (default: 0.002, with --from 0.0005).")
  var learningRate: Float?

  func validate() throws {
    guard start == nil || network == nil else { throw ValidationError("--from and --network exclude each other.") }
    guard smallSteps ?? 0 >= 0 else { throw ValidationError("--small-steps takes a number from 0 up.") }
    guard start == nil || smallSteps ?? 0 == 0 else {
      throw ValidationError("--small-steps goes with a new network: one that is trained has one size of input.")
    }
    let defaults = DetectorRecipe()
    guard (4...320).contains(smallestFace ?? defaults.smallest) else {
      throw ValidationError("--smallest-face takes a number of pixels from 4 to 320.")
    }
    guard ((smallestFace ?? 4)...640).contains(largestFace ?? smallestFace ?? defaults.largest) else {
      throw ValidationError("--largest-face takes a number of pixels from --smallest-face to 640.")
    }
    guard learningRate.map({ $0.isFinite && $0 > 0 }) ?? true else {
      throw ValidationError("--learning-rate takes a number above 0.")
    }
  }

  /// What is to be trained.
  struct Choice {
    /// The network for an input.
    let architecture: (Shape) throws -> Architecture
    /// What it reads.
    var preprocessing = Preprocessing(width: 320, height: 240, colour: .grey, fit: .inside)
    /// The model that is gone on from.
    var start: FloatModel?
  }

  /// The network, and in the recipe what these options say.
  ///
  /// - Throws: `FormatError` for a file that is no float model, `Failure` for one that is no detector or reads colours.
  func choose(_ recipe: inout DetectorRecipe) throws -> Choice {
    let chosen = try choice()
    let sides = chosen.start?.description.detection?.sides ?? recipe.smallest...recipe.largest
    let smallest = smallestFace ?? sides.lowerBound
    (recipe.smallest, recipe.largest) = (smallest, max(smallest, largestFace ?? sides.upperBound))
    recipe.smallSteps = chosen.start == nil ? min(smallSteps ?? recipe.smallSteps, recipe.steps) : 0
    recipe.learningRate = learningRate ?? (chosen.start == nil ? recipe.learningRate : 5e-4)
    recipe.start = chosen.start?.weightsSHA256
    return chosen
  }

  private func choice() throws -> Choice {
    if let start {
      let model = try TrustOption.loadFloat(start)
      guard model.description.detection != nil else { throw Failure("\(start): names classes; it finds no faces") }
      let rule = model.description.preprocessing
      guard rule.colour == .grey else { throw Failure("\(start): reads colours; pictures are composed in grey") }
      let architecture = try Architecture(model.description.graph)
      return Choice(architecture: { _ in architecture }, preprocessing: rule, start: model)
    }
    guard let network, network != "face-detector" else { return Choice(architecture: { .faceDetector(input: $0) }) }
    guard FileSystem.exists(network) else {
      throw Failure("--network \(network): neither face-detector nor a file")
    }
    try FileArguments.checkNetwork(network)
    let text = try NetworkText(path: network)
    return Choice(architecture: { try text.detector(input: $0) })
  }
}
