import Numerics

/// What float and quantized models share: the graph, what goes in, what comes out, and what is known about it.
public struct ModelDescription: Hashable, Sendable {
  /// The network.
  public var graph: Graph
  /// How pictures become its input.
  public var preprocessing: Preprocessing
  /// Names of the classes in index order. A sigmoid of one logit has two.
  public var labels: [String]
  /// What a person should know.
  public var card: ModelCard
  /// Logits are divided by this before they become probabilities, so that these say how often an answer is right
  /// (temperature scaling, Guo et al. 2017); fitted on validation pictures. 1 changes nothing.
  public var temperature: Float
  /// How its output becomes boxes, for a network that finds things instead of naming them.
  public var detection: Detection?
  /// When a label is shown; nil where the likeliest always is.
  public var decision: Decision?
  /// Names, extents and units of the file that the model was imported from; nil for models of Glint's own.
  public var interface: FileInterface?

  /// Without card, detection, decision and interface, and with temperature 1: a classifier that always answers.
  public init(
    graph: Graph, preprocessing: Preprocessing, labels: [String], card: ModelCard = ModelCard(), temperature: Float = 1,
    detection: Detection? = nil, decision: Decision? = nil, interface: FileInterface? = nil
  ) {
    self.graph = graph
    self.preprocessing = preprocessing
    self.labels = labels
    self.card = card
    self.temperature = temperature
    self.detection = detection
    self.decision = decision
    self.interface = interface
  }

  /// Whether the answer is one of the labels: there are some, and one output tells them apart.
  public var isClassifier: Bool { graph.outputs.count == 1 && !labels.isEmpty && detection == nil }

  /// Whether what goes in can be a picture. The numbers of several inputs, side by side, are none.
  public var takesPictures: Bool { interface?.furtherInputs.isEmpty ?? true }

  /// The probability of each label, from the logits of a classifier's only output, calibrated by the temperature.
  ///
  /// - Parameter logits: `[1]` for a sigmoid of two classes, `[labels]` for softmax.
  public func probabilities(logits: [Float]) -> [Float] {
    switch graph.outputs[0].function {
    case .identity: return logits
    case .sigmoid:
      let ones = logits.map { 1 / (1 + Elementary.exp(-$0 / temperature)) }
      return ones.count == 1 ? [1 - ones[0], ones[0]] : ones
    case .softmax:
      let largest = logits.max() ?? 0
      let powers = logits.map { Elementary.exp(($0 - largest) / temperature) }
      let sum = powers.reduce(0, +)
      return powers.map { $0 / sum }
    }
  }
}

/// A picture and the logits that the model gave for it when it was made: the self-test at load.
public struct GoldenSample: Hashable, Sendable {
  /// Pixels of the input, `[height, width, channels]`.
  public var pixels: [UInt8]
  /// The logits of every output, joined.
  public var logits: [Float]

  /// `pixels` is `[height, width, channels]`, `logits` those of every output, joined.
  public init(pixels: [UInt8], logits: [Float]) {
    self.pixels = pixels
    self.logits = logits
  }
}

/// A network with float weights.
public struct FloatModel: Sendable {
  /// The weight and bias of one node.
  public struct Parameters: Equatable, Sendable {
    /// `[outputChannels, kernelHeight, kernelWidth, inputChannels / groups]` or `[outputs, inputs]`.
    public var weight: Tensor<Float>
    /// `[outputChannels]`.
    public var bias: Tensor<Float>

    /// `weight` `[outputs, ...]` and `bias` `[outputs]`.
    public init(weight: Tensor<Float>, bias: Tensor<Float>) {
      self.weight = weight
      self.bias = bias
    }
  }

  /// Graph, preprocessing, labels, card.
  public var description: ModelDescription
  /// By node index, nil for nodes without parameters.
  public var parameters: [Parameters?]
  /// Samples for the self-test at load.
  public var golden: [GoldenSample]

  /// `parameters` has one entry a node. Nothing is checked here: files are checked when they are read.
  public init(description: ModelDescription, parameters: [Parameters?], golden: [GoldenSample] = []) {
    self.description = description
    self.parameters = parameters
    self.golden = golden
  }
}

/// A network with int8 weights, one scale per output channel, and the scale and zero point of every value, whose codes
/// have 8 bits or 16.
public struct QuantizedModel: Sendable {
  /// The weight and bias of one node.
  public struct Parameters: Equatable, Sendable {
    /// int8 in -127...127, shaped as in `FloatModel.Parameters`.
    public var weight: Tensor<Int8>
    /// `[outputChannels]`, with scale `s_in * scales[channel]` and zero point 0.
    public var bias: Tensor<Int32>
    /// The scale of each output channel's weights, `[outputChannels]`.
    public var scales: [Float]

    /// `weight` `[outputs, ...]`, `bias` and `scales` `[outputs]`.
    public init(weight: Tensor<Int8>, bias: Tensor<Int32>, scales: [Float]) {
      self.weight = weight
      self.bias = bias
      self.scales = scales
    }
  }

  /// Graph, preprocessing, labels, card.
  public var description: ModelDescription
  /// By node index, nil for nodes without parameters.
  public var parameters: [Parameters?]
  /// By value number (0 is the input). Values that leave the graph as float logits have an entry that nothing reads.
  public var quantization: [QuantizationParameters]
  /// By value number, the share of elements with the largest code that calibration saw: much more of them later
  /// is a picture unlike those. Empty where it was not recorded.
  public var saturation: [Float]
  /// Samples for the self-test at load.
  public var golden: [GoldenSample]

  /// Whether a value has codes of 16 bits. What leaves the graph as logits has no codes.
  public var hasSixteenBits: Bool { !sixteenBitValues.isEmpty }

  /// The numbers of the values whose codes have 16 bits.
  public var sixteenBitValues: [Int] {
    quantization.indices.filter { quantization[$0].isSixteenBits && !description.graph.isOutput($0) }
  }

  /// `parameters` has one entry a node, `quantization` one a value. Nothing is checked here.
  public init(
    description: ModelDescription, parameters: [Parameters?], quantization: [QuantizationParameters],
    saturation: [Float] = [], golden: [GoldenSample] = []
  ) {
    self.description = description
    self.parameters = parameters
    self.quantization = quantization
    self.saturation = saturation
    self.golden = golden
  }
}
