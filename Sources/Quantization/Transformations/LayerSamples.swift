import FloatRuntime
import Inference
import Models
import Numerics

/// What one layer reads at places drawn from calibration images, in the float network and in the int8 one: the rows of
/// the least squares that bias correction and learned rounding solve.
struct LayerSamples {
  /// Weights of one output channel.
  let taps: Int
  /// Groups of channels that do not see each other.
  let groups: Int
  /// Places drawn, those of held-out images last.
  let count: Int
  /// Places of images that are not held out.
  let fitted: Int
  /// What the float layer reads, `[groups][taps][count]`.
  private(set) var exact: [Float]
  /// What the int8 layer reads, as real values, `[groups][taps][count]`.
  private(set) var coded: [Float]

  /// The most places drawn, and the most numbers kept of each side.
  private static let (mostPlaces, mostNumbers) = (4_096, 1 << 22)

  /// Draws places of one node of a graph.
  init(
    node: Int, float: FloatInterpreter, int8: ValueReader, graph: Graph, images: [[UInt8]]
  ) throws {
    let shapes = try graph.shapes()
    let value = graph.nodes[node].inputs[0]
    let patches = Patches(graph.nodes[node].operator, input: shapes[value], output: shapes[node + 1])
    let places = min(Self.mostPlaces, max(1, Self.mostNumbers / patches.elements))
    // Every fourth image is held out, and its places stand last.
    let images = images.count <= places ? images : Array(images.prefix(max(8, places)))
    let order = images.indices.filter { $0 % 4 != 3 } + images.indices.filter { $0 % 4 == 3 }
    let perImage = max(1, min(patches.positions, places / images.count))
    taps = patches.taps
    groups = patches.groups
    count = perImage * images.count
    fitted = perImage * order.prefix { $0 % 4 != 3 }.count
    exact = [Float](repeating: 0, count: patches.elements * count)
    coded = exact
    let parameters = int8.parameters(of: value) ?? .pixel
    var sample = 0
    for image in order {
      var random = CounterRandom(seed: UInt64(node), stream: UInt64(image))
      let drawn = (0..<perImage).map { perImage == patches.positions ? $0 : random.below(patches.positions) }
      let values = try int8.values(images[image])
      guard case .codes(let codes) = values[value] else { continue }
      let reals = codes.map(parameters.dequantize)
      reals.withUnsafeBufferPointer { patches.read($0, at: drawn, into: &coded, sample, of: count) }
      _ = float.run(pixels: images[image]) { number, activations in
        if number == value { patches.read(activations, at: drawn, into: &exact, sample, of: count) }
      }
      sample += perImage
    }
  }

  /// The mean over all places of what each tap reads, `[groups][taps]`.
  func means(_ side: [Float]) -> [Float] {
    (0..<groups * taps).map { row in
      var sum = 0.0
      for at in row * count..<(row + 1) * count { sum += Double(side[at]) }
      return Float(sum / Double(count))
    }
  }

  /// Takes each tap's mean away.
  mutating func center() {
    for (row, (exactMean, codedMean)) in zip(means(exact), means(coded)).enumerated() {
      for at in row * count..<(row + 1) * count {
        exact[at] -= exactMean
        coded[at] -= codedMean
      }
    }
  }
}

/// Where the windows of a convolution lie; a dense layer is one window over everything.
private struct Patches {
  let groups: Int
  /// Weights of one output channel.
  let taps: Int
  /// Windows of one image.
  let positions: Int
  private let window: Operator.Window
  private let dilation: Int
  private let input: Shape
  private let columns: Int

  /// Numbers that one window of all groups covers.
  var elements: Int { groups * taps }

  init(_ op: Operator, input: Shape, output: Shape) {
    guard case .conv2D(let convolution) = op else {
      (groups, taps, positions, dilation, columns) = (1, input.count, 1, 1, 1)
      window = .init(1, 1)
      self.input = [1, 1, input.count]
      return
    }
    groups = convolution.groups
    taps = convolution.window.height * convolution.window.width * input[2] / groups
    positions = output[0] * output[1]
    window = convolution.window
    dilation = convolution.dilation
    columns = output[1]
    self.input = input
  }

  /// Copies windows into the columns `sample...` of `[groups][taps][count]`; padding stays 0.
  func read(
    _ values: UnsafeBufferPointer<Float>, at places: [Int], into matrix: inout [Float], _ sample: Int, of count: Int
  ) {
    let channels = input[2] / groups
    for (offset, place) in places.enumerated() {
      let top = place / columns * window.stride - window.padding.top
      let left = place % columns * window.stride - window.padding.left
      for y in 0..<window.height {
        let row = top + y * dilation
        guard (0..<input[0]).contains(row) else { continue }
        for x in 0..<window.width {
          let column = left + x * dilation
          guard (0..<input[1]).contains(column) else { continue }
          let from = (row * input[1] + column) * input[2]
          for channel in 0..<input[2] {
            let tap = (y * window.width + x) * channels + channel % channels
            matrix[(channel / channels * taps + tap) * count + sample + offset] = values[from + channel]
          }
        }
      }
    }
  }
}
