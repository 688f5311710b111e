import Files
import Foundation
import ModelFiles
import Numerics

/// Training as it stands, in one safetensors file: weights, the optimizer's moments, the best weights, and where in
/// which epoch. Written whole or not at all, so that a process killed at any moment leaves the one before.
struct Checkpoint {
  private static let kind = "glint-checkpoint-1"

  static func write(
    _ path: String, _ state: TrainingState, _ network: Network, best: [Tensor<Float>], average: WeightAverage?
  ) throws(FileError) {
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", kind)
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    guard let json = try? encoder.encode(state) else {
      throw FileError(path: path, reason: "state: holds a number that is not finite")
    }
    writer.add(metadata: "state", String(decoding: json, as: UTF8.self))
    for (index, parameter) in network.parameters.enumerated() {
      writer.add("weights/" + parameter.name, parameter.tensor)
      writer.add("first/" + parameter.name, parameter.tensor(parameter.first))
      writer.add("second/" + parameter.name, parameter.tensor(parameter.second))
      if let average { writer.add("average/" + parameter.name, parameter.tensor(average.buffers[index])) }
      if !best.isEmpty { writer.add("best/" + parameter.name, best[index]) }
    }
    try writer.write(to: path)
  }

  /// The first layer in which two networks differ, in words.
  private static func difference(_ there: String, _ here: String) -> String {
    let layers = (there.components(separatedBy: ", "), here.components(separatedBy: ", "))
    for (one, other) in zip(layers.0, layers.1) where one != other {
      return "it has \(one) where this one has \(other)"
    }
    return layers.0.count < layers.1.count ? "this one has more layers" : "it has more layers"
  }

  /// Reads a checkpoint into a network of the same architecture.
  ///
  /// - Returns: the state and the best weights.
  /// - Throws: `TrainingError.checkpoint` where it is damaged or belongs to other data, another network or another
  ///   recipe (the patience may change, and the number of epochs where the learning rate is constant).
  static func read(
    _ path: String, into network: Network, _ average: WeightAverage?, expecting expected: TrainingState
  ) throws(TrainingError) -> (TrainingState, best: [Tensor<Float>]) {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(path: path)
      try file.verifyChecksums()
    } catch { throw .checkpoint(path: path, "cannot be resumed: \(error.reason)") }
    guard file.metadata("kind") == kind, let json = file.metadata("state"),
      var state = try? JSONDecoder().decode(TrainingState.self, from: Data(json.utf8))
    else { throw .checkpoint(path: path, "is no checkpoint of this version") }
    guard state.network == expected.network else {
      throw .checkpoint(path: path, "belongs to another network: \(difference(state.network, expected.network))")
    }
    guard state.fingerprint == expected.fingerprint else {
      throw .checkpoint(path: path, "belongs to other data, or the data changed since; train anew without --resume")
    }
    var recipe = state.recipe
    recipe.patience = expected.recipe.patience
    // A cosine schedule depends on where it ends.
    if recipe.schedule == .constant { recipe.epochs = expected.recipe.epochs }
    guard recipe == expected.recipe else {
      throw .checkpoint(
        path: path, "was made with other options: \(state.recipe.summary); now: \(expected.recipe.summary)")
    }
    state.recipe = recipe
    var best: [Tensor<Float>] = []
    do throws(ModelFileError) {
      for (index, parameter) in network.parameters.enumerated() {
        func tensor(_ group: String) throws(ModelFileError) -> Tensor<Float> {
          try file.tensor(group + parameter.name, of: Float.self, shape: parameter.shape)
        }
        parameter.load(try tensor("weights/"), into: parameter.values)
        parameter.load(try tensor("first/"), into: parameter.first)
        parameter.load(try tensor("second/"), into: parameter.second)
        if let average { parameter.load(try tensor("average/"), into: average.buffers[index]) }
        if file.contains("best/" + parameter.name) { best.append(try tensor("best/")) }
      }
    } catch { throw .checkpoint(path: path, "\(error)") }
    return (state, best)
  }
}
