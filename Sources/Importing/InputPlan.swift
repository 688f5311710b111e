import Models
import Numerics
import ONNXFiles

/// What goes in: the file's one input as a picture, with every extent known.
struct InputPlan {
  let name: String
  let view: TensorView
  /// `[height, width, channels]`.
  let shape: Shape
  /// Whether the file takes bytes, and so pixels as they are.
  let takesBytes: Bool
  /// What was decided that the file does not say.
  var notes: [String] = []

  /// - Parameter channelsLast: whether a picture that could be read either way has its channels last.
  init(_ graph: ONNXGraph, _ options: ImportOptions, channelsLast: Bool) throws(Refusal) {
    let inputs = graph.trueInputs
    guard inputs.count == 1, let input = inputs.first else {
      let names = inputs.map { "'\($0.name)' (\($0.shapeText))" }.joined(separator: ", ")
      throw Refusal(
        inputs.isEmpty
          ? "the network has no input" : "the network has \(inputs.count) inputs, \(names); Glint feeds one picture")
    }
    name = input.name
    guard let element = input.element, element.isFloat || element == .uint8 else {
      throw Refusal("the input '\(name)' takes neither floats nor bytes")
    }
    takesBytes = element == .uint8
    let extents = try Self.extents(input, options, &notes)
    switch extents.count {
    case 2:
      // Features without a place in a picture: one row of grey pixels.
      view = TensorView(natural: extents)
      shape = [1, extents[1], 1]
    case 3:
      view = TensorView(natural: extents)
      shape = [extents[1], extents[2], 1]
    default:
      let layout = try Self.layout(extents, name: input.name, graph, options, channelsLast)
      let (rows, columns, channels) =
        layout == .nchw ? (extents[2], extents[3], extents[1]) : (extents[1], extents[2], extents[3])
      view =
        layout == .nchw
        ? TensorView(height: rows, width: columns, channels: channels) : TensorView(natural: extents)
      if channels == 1 || channels == 3 {
        shape = [rows, columns, channels]
      } else {
        // Numbers that are no colours: the channels of a place side by side in one row of grey.
        shape = [rows, columns * channels, 1]
        notes.append("\(channels) channels are no picture's; 'glint run' takes \(extents.extents) numbers")
      }
    }
    guard shape[0] <= 16_384, shape[1] <= 16_384, shape.count <= Graph.mostElements else {
      throw Refusal("the input '\(name)' of \(extents.extents) is larger than 16384 x 16384; try a smaller --input")
    }
  }

  private static func extents(
    _ input: ONNXValueInfo, _ options: ImportOptions, _ notes: inout [String]
  ) throws(Refusal) -> [Int] {
    let said = input.dimensions ?? []
    let rank = options.input?.count ?? said.count
    guard (2...4).contains(rank), input.dimensions == nil || said.count == rank else {
      throw Refusal(
        "the input '\(input.name)' is \(input.shapeText), "
          + (options.input.map { "which \($0.extents) does not fit" }
            ?? "where 1 x channels x height x width, or 1 x features, would work"))
    }
    if let given = options.input {
      guard given[0] == 1, given.allSatisfy({ (1...1 << 28).contains($0) }) else {
        throw Refusal("--input \(given.extents): Glint computes one picture at a time; begin with 1")
      }
      return given
    }
    var extents: [Int] = [1]
    if case .fixed(let batch) = said[0], batch != 1 { notes.append("batch of \(batch) in the file, 1 here") }
    for dimension in said.dropFirst() {
      guard case .fixed(let extent) = dimension, extent <= 1 << 28 else {
        let example = said.count == 4 ? "1x3x64x64, or 1x64x64x3 where channels come last" : "1x64"
        throw Refusal(
          "the input '\(input.name)' is \(input.shapeText), of no fixed size: say it with --input, as in \(example)")
      }
      extents.append(extent)
    }
    return extents
  }

  private static func layout(
    _ extents: [Int], name: String, _ graph: ONNXGraph, _ options: ImportOptions, _ channelsLast: Bool
  ) throws(Refusal) -> ImportOptions.Layout {
    let isPicture = { (channels: Int) in channels == 1 || channels == 3 }
    if let layout = options.layout {
      let (channels, others) = layout == .nchw ? (extents[1], extents[3]) : (extents[3], extents[1])
      // Names of classes go with pictures.
      guard options.labels.isEmpty || isPicture(channels) || !isPicture(others) else {
        throw Refusal(
          "--layout \(layout.rawValue) makes \(channels) channels of the input \(extents.extents), which is then no "
            + "picture: without --layout it has \(others)")
      }
      return layout
    }
    switch (isPicture(extents[1]), isPicture(extents[3])) {
    case (true, false): return .nchw
    case (false, true): return .nhwc
    case (false, false), (true, true):
      // What TensorFlow wrote is turned before its first convolution.
      let turns = graph.nodes.contains {
        $0.operatorType == "Transpose" && $0.inputs == [name] && (try? $0.integers("perm")) == [0, 3, 1, 2]
      }
      return turns || channelsLast ? .nhwc : .nchw
    }
  }
}
