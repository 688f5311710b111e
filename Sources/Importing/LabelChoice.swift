import Models
import Numerics
import ONNXFiles

/// The names of the classes, and what makes probabilities of the last numbers where names are known.
struct LabelChoice {
  private(set) var labels: [String] = []
  /// The function of the only output where it becomes another than the file's.
  private(set) var function: Graph.Function?
  private(set) var notes: [String] = []

  /// - Parameter isOfPictures: whether a picture goes in; otherwise what the file names is left out.
  init(
    _ file: ONNXModel, _ options: ImportOptions, _ outputs: [Graph.Output], _ shapes: [Shape], isOfPictures: Bool
  ) throws(Refusal) {
    let count = shapes[outputs[0].value].count
    // One number tells two classes apart.
    let classes = count == 1 ? 2 : count
    if !options.labels.isEmpty {
      guard outputs.count == 1 else {
        throw Refusal("--labels name the classes of one output; the network has \(outputs.count)")
      }
      guard options.labels.count == classes else {
        throw Refusal("--labels has \(options.labels.count) names for \(classes) classes")
      }
      if let twice = Self.repeated(options.labels) { throw Refusal("--labels names '\(twice)' twice") }
      guard !options.labels.contains(Decision.unsure) else {
        throw Refusal(
          "--labels names a class '\(Decision.unsure)', which is the answer where no class is named",
          advice: "call it otherwise")
      }
      labels = options.labels
    } else if outputs.count == 1, isOfPictures {
      for key in LabelList.keys {
        guard let property = file.properties.first(where: { $0.key == key }) else { continue }
        guard let found = LabelList.parse(property.value), found.count == classes, Self.repeated(found) == nil else {
          notes.append("the file's note '\(key)' does not name \(classes) classes, and is left out")
          continue
        }
        guard !found.contains(Decision.unsure) else {
          throw Refusal(
            "the file's note '\(key)' names a class '\(Decision.unsure)', which is the answer where no class is named",
            advice: "--labels gives others")
        }
        labels = found
        notes.append("labels from the file's note '\(key)'")
        break
      }
    }
    guard !labels.isEmpty, outputs[0].function == .identity || count == 1 else { return }
    let wanted: Graph.Function = count == 1 ? .sigmoid : .softmax
    guard outputs[0].function != wanted else { return }
    guard outputs[0].function == .identity else {
      throw Refusal("a softmax of one number is always 1; --labels cannot name classes")
    }
    function = wanted
    notes.append("the network ends in logits; \(wanted.rawValue) makes probabilities of them")
  }

  private static func repeated(_ labels: [String]) -> String? {
    var seen: Set<String> = []
    return labels.first { !seen.insert($0).inserted }
  }
}
