import Files
import Models
import Numerics

extension QuantizedModel {
  static let kind = "int8"

  /// Reads an int8 model: tensors `<node>.weight` (int8), `<node>.bias` (int32), `<node>.weight_scale` (float32, one
  /// per output channel), and for all values by number `values.scale` (float32) and `values.zero_point` (int8), perhaps
  /// `values.saturation` (float32); where values have codes of 16 bits, `values.largest` (int16), the largest code of
  /// each, 127 for those of 8 bits.
  ///
  /// - Throws: `FormatError`; also where the file holds a float model.
  public static func load(
    _ path: String, limits: ModelLimits = .standard
  ) throws(FormatError) -> QuantizedModel {
    guard case .int8(let model) = try ModelFile.load(path, limits: limits) else {
      throw FormatError(
        path: path, reason: "holds a float model; an int8 one is wanted here (glint quantize makes one)")
    }
    return model
  }

  init(_ description: ModelDescription, in file: SafetensorsFile) throws(FormatError) {
    try ModelFile.checkNothingIsLeft(
      in: file, of: description, suffixes: [".weight", ".bias", ".weight_scale"],
      others: ["values.scale", "values.zero_point", "values.saturation", "values.largest"])
    let parameters = try ModelFile.parameters(of: description, in: file) { (node, shapes) throws(FormatError) in
      let weight = try file.tensor("\(node).weight", of: Int8.self, shape: shapes.weight)
      guard !weight.elements.contains(-128) else {
        throw FormatError(path: file.path, place: "tensor '\(node).weight'", reason: "holds -128")
      }
      return Parameters(
        weight: weight, bias: try file.tensor("\(node).bias", of: Int32.self, shape: shapes.bias),
        scales: try Self.scales("\(node).weight_scale", shapes.bias.count, in: file))
    }
    let values = description.graph.nodes.count + 1
    let scales = try Self.scales("values.scale", values, in: file)
    let zeroPoints = try file.tensor("values.zero_point", of: Int8.self, shape: [values]).elements
    let quantization = try Self.quantization(scales, zeroPoints, in: file)
    guard quantization[0] == .pixel else {
      throw FormatError(
        path: file.path, place: "tensor 'values.scale'", reason: "the input's scale is not that of pixels")
    }
    let golden = try ModelFile.golden(in: file, for: description)
    self.init(
      description: description, parameters: parameters, quantization: quantization,
      saturation: try Self.saturation(values, in: file), golden: golden)
  }

  /// The parameters of all values, checked.
  private static func quantization(
    _ scales: [Float], _ zeroPoints: [Int8], in file: SafetensorsFile
  ) throws(FormatError) -> [QuantizationParameters] {
    let name = "values.largest"
    guard file.contains(name) else {
      return zip(scales, zeroPoints).map { QuantizationParameters(scale: $0, zeroPoint: $1) }
    }
    func failure(_ reason: String) -> FormatError {
      FormatError(path: file.path, place: "tensor '\(name)'", reason: reason)
    }
    guard file.metadata("format_version") == DescriptionCoding.sixteenBitVersion else {
      throw failure("belongs to format version \(DescriptionCoding.sixteenBitVersion)")
    }
    let largest = try file.tensor(name, of: Int16.self, shape: [scales.count]).elements
    return try scales.indices.map { value throws(FormatError) in
      if largest[value] == 127 { return .init(scale: scales[value], zeroPoint: zeroPoints[value]) }
      guard largest[value] > 127 else { throw failure("holds a largest code below 127") }
      guard zeroPoints[value] == 0 else { throw failure("has a value of 16 bits whose zero point is not 0") }
      return .init(sixteenBits: scales[value], largest: largest[value])
    }
  }

  /// Shares by value, none in files that do not have them.
  private static func saturation(_ count: Int, in file: SafetensorsFile) throws(FormatError) -> [Float] {
    let name = "values.saturation"
    guard file.contains(name) else { return [] }
    let shares = try file.tensor(name, of: Float.self, shape: [count]).elements
    guard shares.allSatisfy({ $0 >= 0 && $0 <= 1 }) else {
      throw FormatError(path: file.path, place: "tensor '\(name)'", reason: "holds a share that is not from 0 to 1")
    }
    return shares
  }

  private static func scales(_ name: String, _ count: Int, in file: SafetensorsFile) throws(FormatError) -> [Float] {
    let scales = try file.tensor(name, of: Float.self, shape: [count]).elements
    guard scales.allSatisfy({ $0.isNormal && $0 > 0 }) else {
      throw FormatError(path: file.path, place: "tensor '\(name)'", reason: "holds a scale that is not positive")
    }
    return scales
  }

  /// The least version of the layout that can hold it.
  var formatVersion: String {
    hasSixteenBits ? DescriptionCoding.sixteenBitVersion : DescriptionCoding.formatVersion
  }

  /// Writes the model, whole or not at all. The same model gives the same bytes.
  public func write(to path: String) throws(FileError) { try writer().write(to: path) }

  /// The file's content.
  public func writer() -> SafetensorsWriter {
    ModelFile.writer(
      description, kind: Self.kind, version: formatVersion, parameters, golden
    ) { node, parameters, writer in
      writer.add("\(node).weight", parameters.weight)
      writer.add("\(node).bias", parameters.bias)
      writer.add("\(node).weight_scale", Tensor([parameters.scales.count], parameters.scales))
    } values: { writer in
      writer.add("values.scale", Tensor([quantization.count], quantization.map { $0.scale }))
      writer.add("values.zero_point", Tensor([quantization.count], quantization.map { $0.zeroPoint }))
      if hasSixteenBits {
        writer.add("values.largest", Tensor([quantization.count], quantization.map { $0.largest }))
      }
      if !saturation.isEmpty { writer.add("values.saturation", Tensor([saturation.count], saturation)) }
    }
  }
}
