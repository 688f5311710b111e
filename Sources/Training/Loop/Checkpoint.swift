import Files
import FloatRuntime
import FoundationEssentials
import ModelFiles
import Numerics

/// What a checkpoint holds as text beside weights and moments: where in its recipe a training stands.
package protocol CheckpointState: Codable {
  /// What the file says that it is; its number goes up where older files can no longer be read.
  static var kind: String { get }
  /// What is trained, with its article.
  static var subject: String { get }
  /// Names and shapes of all weights: another network has others.
  var network: String { get }
  /// Of the data and its split.
  var fingerprint: String { get }
  /// Whether weights to be kept were found so far; the file then holds them.
  var hasBest: Bool { get }
}

extension Network {
  /// Names and shapes of all weights, by which a checkpoint knows its network.
  package var signature: String {
    (["input \(architecture.input)"] + parameters.map { "\($0.name) \($0.shape)" }).joined(separator: ", ")
  }
}

/// Training as it stands, in one safetensors file: weights, the optimizer's moments, the best weights, and where in
/// the recipe. Written whole or not at all, so that a process killed at any moment leaves the one before.
package enum Checkpoint {
  /// Writes one.
  ///
  /// - Parameter best: weights to be kept, in the order of the network's parameters; none before the first round ended.
  /// - Throws: `FileError` where it cannot be written, or a figure is not finite.
  package static func write<State: CheckpointState>(
    _ path: String, _ state: State, _ network: Network, best: [Tensor<Float>], average: WeightAverage?
  ) throws(FileError) {
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", State.kind)
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

  /// Of a number that no training writes, given as a clause.
  package static func says(_ fault: String) -> String {
    "says what cannot be: \(fault). Train anew without --resume"
  }

  /// The first layer in which two networks differ, in words.
  private static func difference(_ there: String, _ here: String) -> String {
    let layers = (there.components(separatedBy: ", "), here.components(separatedBy: ", "))
    for (one, other) in zip(layers.0, layers.1) where one != other {
      return "it has \(one) where this one has \(other)"
    }
    return layers.0.count < layers.1.count ? "this one has more layers" : "it has more layers"
  }

  /// Reads a checkpoint into a network of the same architecture, which is left as it was where the file is refused.
  ///
  /// - Parameters:
  ///   - fresh: the state of the training that is to go on, before its first step.
  ///   - obstacle: takes over what may change between two runs, and says as a clause why training cannot go on from a
  ///     state: another recipe, or numbers that no training of this recipe writes.
  /// - Returns: the state and the best weights.
  /// - Throws: `TrainingError.checkpoint` where it is damaged, or belongs to other data, another network or another
  ///   recipe.
  package static func read<State: CheckpointState>(
    _ path: String, into network: Network, _ average: WeightAverage?, goingOnFrom fresh: State,
    obstacle: (inout State) -> String?
  ) throws(TrainingError) -> (state: State, best: [Tensor<Float>]) {
    let file: SafetensorsFile
    do {
      file = try SafetensorsFile(path: path)
      try file.verifyChecksums()
    } catch { throw .checkpoint(path: path, "cannot be resumed: \(error.reason)") }
    guard file.metadata("kind") == State.kind, let json = file.metadata("state"),
      var state = try? JSONDecoder().decode(State.self, from: Data(json.utf8))
    else { throw .checkpoint(path: path, "is no checkpoint of \(State.subject) by this version") }
    guard state.network == fresh.network else {
      throw .checkpoint(path: path, "belongs to another network: \(difference(state.network, fresh.network))")
    }
    guard state.fingerprint == fresh.fingerprint else {
      throw .checkpoint(path: path, "belongs to other data, or the data changed since; train anew without --resume")
    }
    if let reason = obstacle(&state) { throw .checkpoint(path: path, reason) }
    return (state, try load(file, into: network, average, hasBest: state.hasBest))
  }

  /// Reads all tensors before it changes any weight.
  private static func load(
    _ file: SafetensorsFile, into network: Network, _ average: WeightAverage?, hasBest: Bool
  ) throws(TrainingError) -> [Tensor<Float>] {
    do throws(FormatError) {
      func tensors(_ group: String, where fits: (Float) -> Bool) throws(FormatError) -> [Tensor<Float>] {
        var tensors: [Tensor<Float>] = []
        for parameter in network.parameters {
          let name = group + parameter.name
          let tensor = try file.tensor(name, of: Float.self, shape: parameter.shape)
          guard tensor.elements.allSatisfy(fits) else {
            throw FormatError(
              path: file.path, place: "tensor '\(name)'",
              reason: "holds a value that is not a number, or none that training writes")
          }
          tensors.append(tensor)
        }
        return tensors
      }
      func finite(_ group: String) throws(FormatError) -> [Tensor<Float>] { try tensors(group) { $0.isFinite } }
      let (weights, first) = (try finite("weights/"), try finite("first/"))
      // The square of a gradient may overflow: Adam's step is then zero, and training goes on with finite weights. An
      // infinite mean gradient would have cost the weight.
      let second = try tensors("second/") { $0 >= 0 }
      let averages = average == nil ? [] : try finite("average/")
      let best = hasBest ? try finite("best/") : []
      for (index, parameter) in network.parameters.enumerated() {
        parameter.load(weights[index], into: parameter.values)
        parameter.load(first[index], into: parameter.first)
        parameter.load(second[index], into: parameter.second)
        if let average { parameter.load(averages[index], into: average.buffers[index]) }
      }
      return best
    } catch { throw .checkpoint(path: file.path, "\(error)") }
  }
}
