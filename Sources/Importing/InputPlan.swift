import Models
import Numerics
import ONNXFiles

/// What goes in: the file's one input as a picture, or its several inputs side by side, with every extent known.
struct InputPlan {
  /// One input of the file.
  struct Input {
    let name: String
    let view: TensorView
    /// `[height, width, channels]`, in the order in which elements lie in memory.
    var shape: Shape
  }

  /// In the file's order.
  let inputs: [Input]
  /// The graph's input, `[height, width, channels]`: that of the only input, or one row of grey, or a few, which holds
  /// all inputs one after the other.
  let shape: Shape
  /// Whether the file takes bytes, and so pixels as they are.
  let takesBytes: Bool
  /// How many pictures the file computes at once, where it says more than one; otherwise 1.
  let batch: Int
  /// What was decided that the file does not say.
  var notes: [String] = []

  /// Whether the graph's input is a list of the numbers of several inputs.
  var isList: Bool { inputs.count > 1 }
  /// Whether no input has its channels before rows and columns.
  var isChannelsLast: Bool { inputs.allSatisfy { $0.view.picture == nil } }

  /// - Parameter channelsLast: whether a picture that could be read either way has its channels last.
  init(_ graph: ONNXGraph, _ options: ImportOptions, channelsLast: Bool) throws(Refusal) {
    let read = Self.read(graph, &notes)
    guard let first = read.first else { throw Refusal("the network has no input") }
    try Self.check(options, read)
    batch = read.reduce(1) { most, input in
      if case .fixed(let extent)? = input.dimensions?.first { max(most, extent) } else { most }
    }
    guard read.count > 1 else {
      let only = try Self.picture(try Self.input(first, isAlone: true, graph, options, channelsLast, &notes), &notes)
      (inputs, shape, takesBytes) = ([only], only.shape, first.element == .uint8)
      return
    }
    try Self.checkBatches(read, options)
    takesBytes = false
    var inputs: [Input] = []
    for value in read { inputs.append(try Self.input(value, graph, options, channelsLast, &notes)) }
    self.inputs = inputs
    shape = try Self.list(inputs)
  }

  /// One input with its elements as those of a picture.
  private static func input(
    _ input: ONNXValueInfo, isAlone: Bool = false, _ graph: ONNXGraph, _ options: ImportOptions,
    _ channelsLast: Bool, _ notes: inout [String]
  ) throws(Refusal) -> Input {
    let name = input.name
    guard let element = input.element, element.isFloat || element == .uint8 else {
      throw Refusal("the input '\(name)' takes neither floats nor bytes")
    }
    let extents = try Self.extents(input, options, isAlone: isAlone, &notes)
    // Before anything multiplies extents.
    guard let whole = Shape(checking: extents), whole.count <= Graph.mostElements else {
      throw tooLarge(name, extents)
    }
    let view: TensorView
    let own: [Int]
    switch extents.count {
    case 2:
      // Features without a place in a picture: one row of grey pixels.
      view = TensorView(natural: extents)
      own = [1, extents[1], 1]
    case 3:
      view = TensorView(natural: extents)
      own = [extents[1], extents[2], 1]
    default:
      let layout = try Self.layout(extents, name: name, graph, options, channelsLast)
      let (rows, columns, channels) =
        layout == .nchw ? (extents[2], extents[3], extents[1]) : (extents[1], extents[2], extents[3])
      view =
        layout == .nchw
        ? TensorView(height: rows, width: columns, channels: channels) : TensorView(natural: extents)
      own = [rows, columns, channels]
    }
    guard own[0] <= mostExtent, own[1] <= mostExtent else { throw tooLarge(name, extents) }
    return Input(name: name, view: view, shape: Shape(own))
  }

  /// The most rows, and the most columns.
  static let mostExtent = 16_384

  private static func tooLarge(_ name: String, _ extents: [Int]) -> Refusal {
    Refusal("the input '\(name)' of \(extents.extents) is larger than 16384 x 16384; try a smaller --input")
  }

  /// The only input as a picture has it.
  private static func picture(_ input: Input, _ notes: inout [String]) throws(Refusal) -> Input {
    let (rows, columns, channels) = (input.shape[0], input.shape[1], input.shape[2])
    guard channels != 1, channels != 3 else { return input }
    // Numbers that are no colours: the channels of a place side by side in one row of grey.
    var row = input
    row.shape = [rows, columns * channels, 1]
    guard row.shape[1] <= mostExtent else { throw tooLarge(input.name, input.view.dimensions) }
    notes.append("\(channels) channels are no picture's; 'glint run' takes \(input.view.dimensions.extents) numbers")
    return row
  }

  private static func extents(
    _ input: ONNXValueInfo, _ options: ImportOptions, isAlone: Bool, _ notes: inout [String]
  ) throws(Refusal) -> [Int] {
    let said = input.dimensions ?? []
    let given = options.extents(of: input.name)
    let rank = given?.count ?? said.count
    guard (2...4).contains(rank), input.dimensions == nil || said.count == rank else {
      throw Refusal(
        "the input '\(input.name)' is \(input.shapeText), "
          + (given.map { "which \($0.extents) does not fit" }
            ?? "where 1 x channels x height x width, or 1 x features, would work"))
    }
    if let given {
      guard given[0] == 1, given.allSatisfy({ (1...1 << 28).contains($0) }) else {
        throw Refusal("--input \(given.extents): Glint computes one picture at a time; begin with 1")
      }
      return given
    }
    var extents: [Int] = [1]
    if case .fixed(let batch) = said[0], batch != 1 {
      let note = "batch of \(batch) in the file, 1 here"
      if !notes.contains(note) { notes.append(note) }
    }
    for dimension in said.dropFirst() {
      guard case .fixed(let extent) = dimension, extent <= 1 << 28 else {
        let example = said.count == 4 ? "1x3x64x64, or 1x64x64x3 where channels come last" : "1x64"
        let name = isAlone ? "" : input.name + "="
        throw Refusal(
          "the input '\(input.name)' is \(input.shapeText), of no fixed size: say it with --input, as in "
            + name + example)
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
