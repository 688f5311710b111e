import ArgumentParser
import Exporting
import Files
import ModelFiles
import Models
import Numerics
import ONNXFiles

/// `glint export`: models as ONNX networks.
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Write a model as an ONNX network.",
    discussion: """
      A float model becomes plain ONNX of opset 13; an int8 model keeps its scales, with QuantizeLinear and \
      DequantizeLinear around each layer. The input is float32, 1 x channels x height x width, pixel / 255; a \
      model of several inputs has those of the file that it was imported from. Labels, \
      preprocessing, thresholds and temperature stand in the file's notes (metadata_props), and 'glint import' makes \
      the same model of the file again. With layers that keep 16 bits it is of opset 21.

      ONNX Runtime gives the bytes of an int8 model at its default level of optimization. On x86 it wants the session \
      entry session.qdqisint8allowed=1 for that, or a network of --codes uint8.

      Examples:
        glint export happy-sad.safetensors -o happy-sad.onnx
        glint export happy-sad.int8.safetensors -o happy-sad.int8.onnx
        glint export happy-sad.int8.safetensors -o happy-sad.uint8.onnx \\
          --codes uint8
      """)

  @Argument(help: "A model file, float or int8.")
  var model: String

  @Option(name: [.short, .long], help: "Where the ONNX network goes.")
  var output: String

  @Option(name: .long, help: "The type of an int8 model's activations: int8, or uint8 (the same codes plus 128).")
  var codes: CodeType?

  @OptionGroup var force: ForceOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var quiet: QuietOption

  func run() throws {
    var plan = OutputPlan()
    plan.read("the model", model)
    try plan.write("-o", output, .network)
    try plan.check(force: force.force)
    let loaded = try trust.load(model)
    var isInt8 = false
    if case .int8 = loaded { isInt8 = true }
    guard isInt8 || codes == nil else {
      throw Failure("\(model): is a float model; --codes is for int8 ones")
    }
    let network: ONNXModel
    do {
      network = try ONNXModel(exporting: loaded, codes: codes ?? .int8)
    } catch {
      throw Failure("\(model): \(error)")
    }
    try network.write(to: output)
    guard !quiet.quiet else { return }
    let graph = network.graph
    let kind = isInt8 ? "int8, with QuantizeLinear and DequantizeLinear" : "float"
    emit("\(output): ONNX, opset \(network.opset), \(kind), \(grouped(graph.nodes.count)) nodes")
    let units = loaded.description.takesPictures ? ", pixel / 255" : ""
    for input in graph.inputs { emit("input   '\(input.name)' \(input.shapeText), float32\(units)") }
    for output in graph.outputs { emit("output  '\(output.name)' \(output.shapeText)") }
  }
}

extension CodeType: ExpressibleByArgument {}
