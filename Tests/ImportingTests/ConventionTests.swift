import Importing
import Models
import TestSupport
import Testing

/// What pixels become, whatever the first layer is: computed in the test from the convention's own formula.
@Suite struct ConventionTests {
  /// The first layer: without and with a border, by channel, dense, and one that cannot take anything in.
  enum First: CaseIterable { case valid, bordered, depthwise, dense, pool }

  private func trial(_ first: First) -> (Trial, (Planes) -> [Float]) {
    var trial = Trial(height: 5, width: 6, seed: 11)
    switch first {
    case .valid, .bordered:
      let pads = first == .valid ? [0, 0, 0, 0] : [1, 0, 1, 2]
      let (weights, bias) = (trial.weights("w", [2, 3, 3, 3]), trial.weights("b", [2]))
      trial.writer.node("Conv", ["x", "w", "b"], ["y"], [("pads", .ints(pads))])
      return (trial, { $0.conv(weights, outputs: 2, kernel: (3, 3), bias: bias, pads: pads).values })
    case .depthwise:
      let (weights, bias) = (trial.weights("w", [3, 1, 3, 3]), trial.weights("b", [3]))
      trial.writer.node("Conv", ["x", "w", "b"], ["y"], [("group", .int(3))])
      return (trial, { $0.conv(weights, outputs: 3, kernel: (3, 3), bias: bias, groups: 3).values })
    case .dense:
      let (matrix, bias) = (trial.weights("w", [2, 90]), trial.weights("b", [2]))
      trial.writer.node("Flatten", ["x"], ["f"])
      trial.writer.node("Gemm", ["f", "w", "b"], ["y"], [("transB", .int(1))])
      return (trial, { $0.dense(matrix, outputs: 2, bias: bias) })
    case .pool:
      trial.writer.node("MaxPool", ["x"], ["y"], [("kernel_shape", .ints([2, 2]))])
      return (trial, { $0.pool((2, 2), stride: 1, pads: [0, 0, 0, 0], rows: 4, columns: 5) { $0.max()! }.values })
    }
  }

  @Test(arguments: First.allCases, [ImportOptions.Range.unit, .symmetric, .bytes, .imagenet])
  func ranges(_ first: First, _ range: ImportOptions.Range) throws {
    var (trial, network) = trial(first)
    trial.options.range = range
    let (mean, deviation): ([Float], [Float]) = ([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])
    let input = trial.planes { c, pixel in
      switch range {
      case .unit: pixel / 255
      case .symmetric: pixel / 127.5 - 1
      case .bytes: pixel
      case .imagenet: (pixel / 255 - mean[c]) / deviation[c]
      }
    }
    let imported = try trial.expect(network(input))
    // What can be built into weights is; a border before an offset, and what has no weights, take a layer in front.
    let hasLayer = imported.model.description.graph.nodes[0].name == "pixels"
    let offsets = range == .symmetric || range == .imagenet
    #expect(hasLayer == (first == .pool && range != .unit || first == .bordered && offsets))
  }

  @Test(arguments: First.allCases) func blueFirst(_ first: First) throws {
    var (trial, network) = trial(first)
    trial.options.colour = .bgr
    trial.options.range = .bytes
    trial.options.mean = [104, 117, 123]
    trial.options.deviation = [2, 3, 4]
    let pixels = trial.planes { $1 }
    let input = Planes(3, 5, 6) { c, y, x in
      (pixels[2 - c, y, x] - [104, 117, 123][c]) / Float(2 + c)
    }
    try trial.expect(network(input))
  }

  /// ImageNet's figures go with colours, not with places.
  @Test func imagenetWithBlueFirst() throws {
    var (trial, network) = trial(.valid)
    (trial.options.colour, trial.options.range) = (.bgr, .imagenet)
    let pixels = trial.planes { $1 / 255 }
    let (mean, deviation): ([Float], [Float]) = ([0.406, 0.456, 0.485], [0.225, 0.224, 0.229])
    try trial.expect(network(Planes(3, 5, 6) { (pixels[2 - $0, $1, $2] - mean[$0]) / deviation[$0] }))
  }

  /// A file that takes bytes takes pixels as they are.
  @Test func bytes() throws {
    var trial = Trial(height: 5, width: 6, seed: 12)
    trial.writer = ONNXWriter()
    trial.writer.input("x", [1, 3, 5, 6], type: 2)
    let weights = trial.weights("w", [2, 3, 1, 1])
    trial.writer.node("Cast", ["x"], ["f"], [("to", .int(1))])
    trial.writer.node("Conv", ["f", "w"], ["y"])
    try trial.expect(trial.planes { $1 }.conv(weights, outputs: 2, kernel: (1, 1)).values)
  }

  @Test func optionsThatDoNotFit() throws {
    let (good, _) = trial(.valid)
    for (change, words) in [
      ({ $0.colour = .grey }, "--colour grey: the network's input has 3 channels"),
      ({ $0.mean = [127] }, "say --range 0..255 with it"), ({ $0.mean = [0.5, 0.5] }, "2 numbers for 3 channels"),
      ({ $0.deviation = [0] }, "--std takes numbers above 0"),
      ({ ($0.range, $0.mean) = (.imagenet, [0.5]) }, "--range imagenet has the means"),
      ({ $0.input = [2, 3, 5, 6] }, "one picture at a time"),
      ({ $0.input = [1, 4, 5, 6] }, "over 4 channels"),
    ] as [((inout ImportOptions) -> Void, String)] {
      var trial = good
      change(&trial.options)
      let refusal = trial.refusal()
      #expect(refusal.contains(words), "\(refusal)")
    }
  }
}

@Suite struct LabelTests {
  private func trial(_ outputs: Int, ending: String? = nil) -> Trial {
    var trial = Trial(height: 2, width: 2, seed: 13)
    _ = trial.weights("w", [outputs, 12])
    trial.writer.node("Flatten", ["x"], ["f"])
    trial.writer.node("Gemm", ["f", "w"], [ending == nil ? "y" : "g"], [("transB", .int(1))])
    if let ending { trial.writer.node(ending, ["g"], ["y"]) }
    return trial
  }

  /// Labels make probabilities of logits; without them a network gives numbers.
  @Test func functions() throws {
    for (outputs, ending, labels, function) in [
      (3, nil, ["a", "b", "c"], .softmax), (3, nil, [], .identity), (3, "Softmax", ["a", "b", "c"], .softmax),
      (3, "LogSoftmax", [], .softmax), (1, nil, ["a", "b"], .sigmoid), (1, "Sigmoid", [], .sigmoid),
      (3, "Sigmoid", ["a", "b", "c"], .sigmoid),
    ] as [(Int, String?, [String], Graph.Function)] {
      var trial = trial(outputs, ending: ending)
      trial.options.labels = labels
      let description = try trial.imported().model.description
      #expect(description.graph.outputs.map(\.function) == [function])
      #expect(description.labels == labels && description.isClassifier == !labels.isEmpty)
    }
  }

  @Test func labelsThatDoNotFit() throws {
    for (labels, words) in [
      (["a"], "1 names for 3 classes"), (["a", "b", "a"], "names 'a' twice"),
      (["a", "unsure", "b"], "names a class 'unsure', which is the answer where no class is named"),
    ] {
      var trial = trial(3)
      trial.options.labels = labels
      #expect(trial.refusal().contains(words))
    }
  }

  /// What exporters leave in a file's notes.
  @Test(arguments: [
    ("labels", #"["cat", "dog", "a, b"]"#, ["cat", "dog", "a, b"]),
    ("classes", "cat,dog , bird", ["cat", "dog", "bird"]),
    ("names", "{0: 'cat', 1: \"dog's\", 2: 'bird 7'}", ["cat", "dog's", "bird 7"]),
    ("names", #"{"1": "dog", "0": "cat", "2": "bird"}"#, ["cat", "dog", "bird"]),
    ("class_names", "cat\ndog, small\nbird\n", ["cat", "dog, small", "bird"]),
    ("classes", "['cat', 'dog', 'bird']", ["cat", "dog", "bird"]), ("names", "{0: 'cat', 2: 'dog', 3: 'x'}", []),
    ("labels", "cat,dog", []), ("remarks", "cat,dog,bird", []),
  ])
  func notes(_ key: String, _ text: String, _ labels: [String]) throws {
    var trial = trial(3)
    trial.writer.properties = [(key, text)]
    #expect(try trial.imported().model.description.labels == labels)
  }
}
