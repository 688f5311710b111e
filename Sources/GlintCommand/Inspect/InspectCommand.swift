import ArgumentParser
import Camera
import Evaluation
import Files
import FloatRuntime
import Imaging
import Importing
import ModelFiles
import Models
import Numerics
import Runtime

/// `glint inspect`: what is in a model file, and what would run.
struct Inspect: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show layers, shapes, scales, memory plan, card and kernels of a model.",
    discussion: """
      Examples:
        glint inspect happy-sad.int8.safetensors
        glint inspect happy-sad.int8.safetensors --kernels
        glint inspect net.onnx
        glint inspect net.tflite
        glint inspect net.onnx --report net.html
        glint inspect happy-sad.int8.safetensors --values v.safetensors \\
          --image face.jpg
      """)

  @Argument(help: "A model file, float or int8, or an ONNX or TensorFlow Lite file before it is imported.")
  var model: String

  @Flag(name: .long, help: "Show which kernel serves each operator on this machine, and why.")
  var kernels = false

  @Option(name: .long, help: "Run an image and write every value to this safetensors file.")
  var values: String?

  @Option(name: .long, help: "The image for --values.")
  var image: String?

  @Option(name: .long, help: "Draw the network into this HTML page.")
  var report: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (values == nil) == (image == nil) else {
      throw ValidationError("--values and --image go together.")
    }
    guard report == nil || values == nil && !kernels && !json.json else {
      throw ValidationError("--report draws the network and shows nothing else; leave out --values, --kernels, --json.")
    }
  }

  func run() throws {
    if let report { return try draw(to: report) }
    if ForeignNetwork.isOne(path: model) {
      guard values == nil, !kernels else {
        throw ValidationError(
          "\(model) is another program's: 'glint import' makes a model of it that --values and --kernels take.")
      }
      switch try ForeignNetwork(path: model) {
      case .onnx(let network): try show(ONNXText(network)) { $0.show() }
      case .tflite(let network): try show(TFLiteText(network)) { $0.show() }
      }
      return
    }
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("the image", image)
    try plan.write("--values", values, .values)
    try plan.check(force: force.force)
    let loaded = try trust.load(model)
    if let values, let image {
      try PictureArguments.check([image])
      try ValueDump(loaded, image: image).write(to: values)
      emit("Every value of \(image) is in \(values).")
      return
    }
    let facts = try ModelFacts(loaded, path: model, trust)
    if json.json {
      emitWhole(try jsonLine(facts))
      return
    }
    facts.show()
    if case .int8(let int8) = loaded {
      try showPlan(int8)
      if kernels { try showKernels(int8) }
    } else if kernels {
      throw Failure("\(model): is a float model; --kernels explains int8 ones.")
    }
  }
}

extension Inspect {
  private func show<Text: Encodable>(_ text: Text, _ lines: (Text) -> Void) throws {
    if json.json { emitWhole(try jsonLine(text)) } else { lines(text) }
  }
}

/// What `inspect` says of a model, and its JSON.
private struct ModelFacts: Encodable {
  struct Layer: Encodable {
    let name: String
    let `operator`: String
    let inputs: [String]
    let output: [Int]
    let parameters: Int
    let macs: Int
    let scale: Float?
    let zero_point: Int?
    let bits: Int?
  }

  struct Input: Encodable {
    let width: Int
    let height: Int
    let channels: Int
    let fit: String
  }

  struct NamedInput: Encodable {
    let name: String
    let shape: [Int]
  }

  struct Found: Encodable {
    let stride: Int
    let threshold: Float
    let overlap: Float
    let smallest_side: Int
    let largest_side: Int
  }

  let kind: String
  let detection: Found?
  let labels: [String]
  let input: Input
  let inputs: [NamedInput]?
  let layers: [Layer]
  let parameters: Int
  let card: [String: String]
  let sha256: String

  private enum CodingKeys: String, CodingKey {
    case kind, detection, labels, input, inputs, layers, parameters, card, sha256
  }

  private let description: ModelDescription

  init(_ model: LoadedModel, path: String, _ trust: TrustOption) throws {
    description = model.description
    let graph = description.graph
    let shapes = try graph.shapes()
    let parameterShapes = try graph.parameterShapes()
    let macs = try graph.multiplyAdds()
    var quantization: [QuantizationParameters]?
    if case .int8(let int8) = model { quantization = int8.quantization }
    kind = quantization == nil ? "float" : "int8"
    labels = description.labels
    detection = description.detection.map {
      Found(
        stride: $0.stride, threshold: $0.threshold, overlap: Float($0.overlapPercent) / 100,
        smallest_side: $0.sides.lowerBound, largest_side: $0.sides.upperBound)
    }
    let preprocessing = description.preprocessing
    input = Input(
      width: preprocessing.width, height: preprocessing.height, channels: preprocessing.colour.channels,
      fit: preprocessing.fit.words)
    inputs =
      description.takesPictures
      ? nil : description.interface?.inputs.map { NamedInput(name: $0.name, shape: $0.dimensions) }
    layers = graph.nodes.indices.map { index in
      let node = graph.nodes[index]
      let activation = node.operator.activation == .none ? "" : " + " + node.operator.activation.rawValue
      let codes = graph.isOutput(index + 1) ? nil : quantization?[index + 1]
      return Layer(
        name: node.name, operator: node.operator.name + activation, inputs: node.inputs.map(graph.valueName),
        output: shapes[index + 1].dimensions,
        parameters: parameterShapes[index].map { $0.weight.count + $0.bias.count } ?? 0, macs: macs[index],
        scale: codes?.scale, zero_point: codes.map { Int($0.zeroPoint) },
        bits: codes.map { $0.isSixteenBits ? 16 : 8 })
    }
    parameters = layers.reduce(0) { $0 + $1.parameters }
    card = Dictionary(description.card.entries.map { ($0.field, $0.text) }, uniquingKeysWith: { first, _ in first })
    sha256 = try SafetensorsFile(path: path, mostHeaderBytes: trust.limits.headerBytes).dataSHA256()
  }

  func show() {
    emit(
      "\(kind) model, \(grouped(parameters)) parameters, \(grouped(layers.reduce(0) { $0 + $1.macs })) multiply-adds")
    if let detection {
      emit(
        """
        finds   faces with sides of \(detection.smallest_side) to \(detection.largest_side) pixels of its input, from \
        a logit of \(detection.threshold) on, in cells of \(detection.stride) pixels
        """)
    } else {
      emit("labels  \(labels.joined(separator: ", "))")
    }
    if let decision = description.decision { emit("shown   \(decision.words(labels: labels))") }
    if let inputs {
      for input in inputs { emit("input   '\(input.name)' \(Shape(input.shape)), numbers") }
    } else {
      emit("input   \(input.width)x\(input.height), \(input.channels) channels, \(input.fit)")
    }
    emit("sha256  \(sha256)\n")
    var table = Table(
      ["layer", "operator", "reads", "output", "parameters", "multiply-adds", "scale", "zero point", "bits"],
      text: [0, 1, 2, 3])
    for layer in layers {
      table.add([
        layer.name, layer.operator, layer.inputs.joined(separator: ", "), Shape(layer.output).description,
        layer.parameters == 0 ? "" : grouped(layer.parameters), layer.macs == 0 ? "" : grouped(layer.macs),
        layer.scale.map { "\($0)" } ?? "", layer.zero_point.map { "\($0)" } ?? "", layer.bits.map { "\($0)" } ?? "",
      ])
    }
    table.show()
    if !description.card.entries.isEmpty { emit("") }
    for entry in description.card.entries { emit("\(entry.field): \(entry.text)") }
  }
}

extension Preprocessing.Fit {
  /// The rule in words.
  var words: String {
    switch self {
    case .centreSquare: "the largest centred square"
    case .stretch: "the whole picture, stretched"
    case .inside: "the whole picture, its aspect kept"
    case .face(let margin): "the face with \(margin) % margin"
    }
  }
}

extension Inspect {
  /// The arena, buffer by buffer.
  private func showPlan(_ model: QuantizedModel) throws {
    let interpreter = try Interpreter(model)
    let plan = interpreter.plan
    emit(
      """
      \nMemory: \(grouped(plan.arenaBytes)) bytes of arena, \(grouped(interpreter.packedBytes)) bytes of packed \
      weights
      """
    )
    var table = Table(["buffer", "bytes", "offset", "steps"], text: [0, 3])
    for buffer in plan.buffers {
      table.add([buffer.name, grouped(buffer.bytes), grouped(buffer.offset), "\(buffer.first) to \(buffer.last)"])
    }
    table.show()
  }

  /// The kernel of each step.
  private func showKernels(_ model: QuantizedModel) throws {
    let interpreter = try Interpreter(model, atMost: threads.count)
    let limit = ISA.detected == ISA.supported ? "" : ", limited to \(KernelTable.detected.isa.name)"
    emit("\nThis machine has \(ISA.supported.map(\.name).joined(separator: ", "))\(limit).")
    emit("Of \(threads.count) thread\(threads.count == 1 ? "" : "s") it takes \(interpreter.threads) for this model.")
    var table = Table(["nodes", "kernel", "needs", "why"], text: [0, 1, 2, 3])
    for layer in interpreter.layers { table.add([layer.name, layer.kernel, layer.isa.name, layer.reason]) }
    table.show()
    emit(
      "\nBeside them: float kernels \(FloatKernels.fastest.name), resampling \(Preprocessor.variant), camera formats "
        + "\(FrameDecoder.variant), SHA-256 \(SHA256.variant).")
  }
}
