import ArgumentParser
import ModelFiles
import Models
import Training

/// `--from`: weights that training goes on from.
struct StartOption: ParsableArguments {
  @Option(
    name: .customLong("from"),
    help: ArgumentHelp(
      """
      Go on from the weights of a float model, with its network and its way to read pictures. It may be for other \
      classes: the last layer's rows of those that it does not know begin anew.
      """, valueName: "model"))
  var model: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Layers of that model that keep their weights, with commas between them, or 'all' for all but the last. 'glint \
      inspect' names them.
      """, valueName: "layers"))
  var freeze: String?

  func validate() throws {
    guard freeze == nil || model != nil else { throw ValidationError("--freeze goes with --from.") }
  }

  /// The weights; nil where training begins anew.
  ///
  /// - Throws: `FormatError` for a file that is no model, `Failure` for one that is not float, `TrainingError` for a
  ///   network that is not trained here, and for layers that it does not have.
  func weights() throws -> StartingWeights? {
    guard let model else { return nil }
    let float = try TrustOption.loadFloat(model)
    if freeze == "all" { return try .allButTheLast(float, hash: float.weightsSHA256) }
    return try StartingWeights(
      float, hash: float.weightsSHA256, frozen: commaList(freeze ?? ""))
  }
}
