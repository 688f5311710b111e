import Models
import TFLiteFiles

extension PixelConvention {
  /// What goes in and comes out in the file's own terms; nil where its units are beyond float32.
  func interface(
    _ plan: InputPlan, codes: FileInterface.Codes?, outputs: [FileInterface.Output]
  ) -> FileInterface? {
    let (factors, terms) = (scale.map { Float($0) }, shift.map { Float($0) })
    guard factors.allSatisfy({ $0.isFinite && $0 != 0 }), terms.allSatisfy(\.isFinite) else { return nil }
    let inputs = plan.inputs.map {
      FileInterface.Port(name: $0.name, dimensions: $0.view.dimensions, isChannelsFirst: !$0.view.isNatural)
    }
    return FileInterface(
      input: inputs[0], furtherInputs: Array(inputs.dropFirst()), scale: factors, shift: terms, readsBlueFirst: swaps,
      codes: codes, outputs: outputs)
  }
}

extension Lowering.Computed {
  /// What the file makes of the value at the network's end.
  var fileFunction: FileInterface.Function {
    switch function {
    case .identity: .identity
    case .sigmoid: .sigmoid
    case .softmax: isLogarithm ? .logSoftmax : .softmax
    }
  }
}

extension TFLiteTranslation {
  /// The codes that the file's one input takes; nil where it takes real numbers.
  var inputCodes: FileInterface.Codes? {
    guard file.inputs.count == 1, let input = file.inputs.first, isCode(input),
      let codes = file.tensors[input].quantization, codes.scales.count == 1, codes.zeroPoints.count == 1,
      codes.scales[0].isNormal, codes.scales[0] > 0, (-128...255).contains(codes.zeroPoints[0]),
      [.int8, .uint8].contains(file.tensors[input].element)
    else { return nil }
    return .init(
      scale: codes.scales[0], zeroPoint: codes.zeroPoints[0], isUnsigned: file.tensors[input].element == .uint8)
  }
}

extension ImportOptions.Range {
  /// The range that 256 codes of an input stand for, within a step; nil where it is none of the usual ones.
  init?(_ codes: FileInterface.Codes) {
    let first = codes.isUnsigned ? 0 : -128
    let low = codes.scale * Float(first - codes.zeroPoint)
    let high = codes.scale * Float(first + 255 - codes.zeroPoint)
    let ends: [(Self, Float, Float)] = [(.unit, 0, 1), (.symmetric, -1, 1), (.bytes, 0, 255)]
    guard let found = ends.first(where: { abs(low - $1) <= codes.scale && abs(high - $2) <= codes.scale }) else {
      return nil
    }
    self = found.0
  }
}
