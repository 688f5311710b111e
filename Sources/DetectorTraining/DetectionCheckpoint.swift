import Foundation
import ModelFiles
import Training

/// The training of a detector as it stands after a round, in one safetensors file, written whole or not at all.
struct DetectionCheckpoint: Codable {
  var recipe: DetectorRecipe
  var step: Int
  var rounds: [DetectionLoop.Round]
  var hard: [SceneComposer.View]

  private static let kind = "glint-detection-checkpoint-1"

  static func write(_ path: String, _ state: DetectionCheckpoint, _ network: Network, _ average: WeightAverage) throws {
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", kind)
    writer.add(metadata: "state", String(decoding: try JSONEncoder().encode(state), as: UTF8.self))
    for (index, parameter) in network.parameters.enumerated() {
      writer.add("weights/" + parameter.name, parameter.tensor)
      writer.add("first/" + parameter.name, parameter.tensor(parameter.first))
      writer.add("second/" + parameter.name, parameter.tensor(parameter.second))
      writer.add("average/" + parameter.name, parameter.tensor(average.buffers[index]))
    }
    try writer.write(to: path)
  }

  /// Reads the state, and weights and moments into the network.
  ///
  /// - Throws: `TrainingError.checkpoint` for a file of another training.
  static func read(
    _ path: String, into network: Network, _ average: WeightAverage, recipe: DetectorRecipe
  ) throws -> DetectionCheckpoint {
    let file = try SafetensorsFile(path: path)
    guard file.metadata("kind") == kind, let json = file.metadata("state"),
      let state = try? JSONDecoder().decode(DetectionCheckpoint.self, from: Data(json.utf8))
    else { throw TrainingError.checkpoint(path: path, "is no checkpoint of a detector's training") }
    guard state.recipe == recipe else {
      throw TrainingError.checkpoint(path: path, "was written with another recipe: \(state.recipe.summary)")
    }
    do throws(ModelFileError) {
      for (index, parameter) in network.parameters.enumerated() {
        for (group, buffer) in [
          ("weights/", parameter.values), ("first/", parameter.first), ("second/", parameter.second),
          ("average/", average.buffers[index]),
        ] {
          parameter.load(try file.tensor(group + parameter.name, of: Float.self, shape: parameter.shape), into: buffer)
        }
      }
    } catch { throw TrainingError.checkpoint(path: path, "\(error)") }
    return state
  }
}
