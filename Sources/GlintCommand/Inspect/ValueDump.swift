import Imaging
import Inference
import ModelFiles
import Models
import Numerics

/// Every value of one picture as a safetensors file, for tools that check the engine from outside: int8 (or int16)
/// values under their nodes' names (`input` for the pixels' codes), the accumulators of outputs as `<node>.acc`.
struct ValueDump {
  /// What the file says that it is.
  static let kind = "glint-values"

  private let writer: SafetensorsWriter

  init(_ model: LoadedModel, image: String) throws {
    let description = model.description
    guard description.takesPictures else {
      throw Failure("the model reads the numbers of several inputs, and no picture; 'glint run' takes them")
    }
    let pixels = description.preprocessing.apply(to: try ImageDecoder.decode(path: image)).pixels
    let reader = try ValueReader(model, threads: 1)
    let shapes = try description.graph.shapes()
    var writer = SafetensorsWriter()
    writer.add(metadata: "kind", Self.kind)
    for (number, value) in try reader.values(pixels).enumerated() {
      let name = description.graph.valueName(number)
      switch value {
      case .codes(let codes) where reader.parameters(of: number)!.isSixteenBits:
        writer.add(name, Tensor(shapes[number], codes))
      case .codes(let codes): writer.add(name, Tensor(shapes[number], codes.map { Int8($0) }))
      case .reals(let reals): writer.add(name, Tensor(shapes[number], reals))
      }
    }
    for (index, output) in description.graph.outputs.enumerated() {
      guard let accumulators = reader.accumulators(output: index) else { continue }
      writer.add(
        description.graph.valueName(output.value) + ".acc", Tensor(shapes[output.value], accumulators))
    }
    self.writer = writer
  }

  func write(to path: String) throws { try writer.write(to: path) }
}
