import Datasets
import ModelFiles
import Models
import Numerics

extension TrainingLoop {
  /// Everything that another trainer needs to do the same: a float model with the first weights, and beside them the
  /// pictures of each part as the network sees them.
  ///
  /// Tensors `train.pixels` `[n, height, width, channels]` and `train.labels` `[n]`, where any picture has votes also
  /// `train.shares` `[n, classes]`, likewise `validation` and `test`;
  /// metadata `training` names the convolutions that batch normalization follows and the nodes after which values are
  /// dropped, which the exported graph no longer shows.
  ///
  /// - Parameters:
  ///   - tool: name and version of the program, for the card.
  ///   - progress: called now and then with pictures done and their number.
  /// - Throws: `TrainingError` where a picture can no longer be read.
  public func prepared(
    tool: String, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(TrainingError) -> SafetensorsWriter {
    guard dataset.originClasses.allSatisfy({ $0.count == dataset.labels.count }) else {
      throw .data(path: dataset.name, "folders that lack some of the classes cannot be prepared for another trainer")
    }
    let (graph, parameters) = try network.exported(function: loss.kind == .binaryCrossEntropy ? .sigmoid : .softmax)
    var card = dataCard
    card["seed"] = String(recipe.seed)
    card["tool"] = tool
    let model = FloatModel(
      description: ModelDescription(graph: graph, preprocessing: preprocessing, labels: dataset.labels, card: card),
      parameters: parameters)
    var writer = model.writer()
    writer.add(metadata: "training", trainingExtras)
    let parts = [("train", dataset.training), ("validation", dataset.validation), ("test", dataset.test)]
    let all = parts.reduce(0) { $0 + $1.1.count }
    var done = 0
    for (name, pictures) in parts where !pictures.isEmpty {
      let store = PictureStore(pictures, preprocessing: preprocessing, budget: 0)
      let bytes = UnsafeMutablePointer<UInt8>.allocate(capacity: pictures.count * store.canvasBytes)
      defer { bytes.deallocate() }
      for index in pictures.indices {
        try store.read(index, into: bytes + index * store.canvasBytes)
        done += 1
        progress(done, all)
      }
      let pixels = Array(UnsafeBufferPointer(start: bytes, count: pictures.count * store.canvasBytes))
      writer.add(
        name + ".pixels",
        Tensor(
          [pictures.count, preprocessing.height, preprocessing.width, preprocessing.colour.channels], pixels))
      writer.add(name + ".labels", Tensor([pictures.count], pictures.map { UInt8(truncatingIfNeeded: $0.label) }))
      guard dataset.hasVotes || dataset.teacher != nil else { continue }
      let shares = pictures.flatMap(dataset.shares)
      writer.add(name + ".shares", Tensor([pictures.count, dataset.labels.count], shares))
    }
    return writer
  }

  /// What layers do while training alone, as JSON.
  private var trainingExtras: String {
    let nodes = network.architecture.nodes
    // The node of the exported graph whose result a node reads: activations and the like are no nodes there.
    func maker(_ node: Architecture.Node) -> String {
      guard node.inputs[0] > 0 else { return "input" }
      let before = nodes[node.inputs[0] - 1]
      switch before.kind {
      case .activation, .batchNormalization, .dropout, .fakeQuantization: return maker(before)
      default: return before.name
      }
    }
    var (normalized, dropped) = ([String](), [String]())
    for node in nodes {
      switch node.kind {
      case .batchNormalization: normalized.append("\"\(maker(node))\"")
      case .dropout(let rate): dropped.append("\"\(maker(node))\":\(rate)")
      default: break
      }
    }
    return "{\"normalized\":[\(normalized.joined(separator: ","))],\"dropout\":{\(dropped.joined(separator: ","))}}"
  }
}

extension Dataset {
  /// By class, what is known of a picture: votes or its label, and what teachers say of it.
  fileprivate func shares(_ picture: Picture) -> [Float] {
    let own = picture.votes?.shares ?? labels.indices.map { $0 == picture.label ? 1 : 0 }
    guard let taught = picture.taught else { return own }
    return zip(own, taught).map { $0 + teachersShare * ($1 - $0) }
  }
}
