import ArgumentParser
import Files
import Inference
import ModelFiles
import Models
import Numerics

/// `glint run`: numbers in, numbers out.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on numbers of a NumPy file, and write what comes out.",
    discussion: """
      The input is height x width x channels, channels last whatever the imported file had, or several of them; \
      float32 where 1 is the brightest pixel, or uint8 pixels. An int8 model takes the nearest pixels. A sigmoid or \
      softmax at the end is computed unless --logits is given. Outputs are channels last as well.

      Examples:
        glint run net.safetensors --input x.npy --output y.npy
        glint run detector.safetensors --input x.npy --output boxes.npy --select boxes
      """)

  @Argument(help: "A model file, float or int8.")
  var model: String

  @Option(name: .long, help: "The numbers, an .npy file.")
  var input: String

  @Option(name: .long, help: "Where the output goes, an .npy file.")
  var output: String

  @Option(name: .long, help: "Which output, by the name that 'glint inspect' shows, where there are several.")
  var select: String?

  @Flag(name: .long, help: "Leave out the sigmoid or softmax at the end.")
  var logits = false

  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var force: ForceOption
  @OptionGroup var trust: TrustOption

  func run() throws {
    let loaded = try trust.load(model)
    let graph = loaded.description.graph
    let names = graph.outputs.map { graph.valueName($0.value) }
    guard let chosen = select.map({ names.firstIndex(of: $0) }) ?? (names.count == 1 ? 0 : nil) else {
      throw Failure("\(model): its outputs are \(names.joined(separator: ", ")); name one with --select")
    }
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("--input", input)
    try plan.write("--output", output, .numbers)
    try plan.check(force: force.force)
    let array = try NumPyArray(path: input)
    let size = graph.input.count
    let count = array.shape.reduce(1, *)
    guard count > 0, count % size == 0, fits(array.shape, graph.input) else {
      throw Failure(
        "\(input): holds \(Shape(array.shape)); the model reads \(graph.input), or several of them in an array")
    }
    let runner = try NumberRunner(loaded, threads: threads.count)
    var result: [Float] = []
    for start in stride(from: 0, to: count, by: size) {
      switch array.elements {
      case .floats(let numbers):
        guard numbers[start..<start + size].allSatisfy(\.isFinite) else {
          throw Failure("\(input): holds a number that is not finite")
        }
        result += runner.run(Array(numbers[start..<start + size]), applyingFunctions: !logits)[chosen]
      case .bytes(let pixels):
        result += runner.run(pixels: Array(pixels[start..<start + size]), applyingFunctions: !logits)[chosen]
      }
    }
    // Features come without the extents of 1 that make a picture of them.
    let batch = count > size || array.shape.count > graph.input.rank ? [count / size] : []
    try NumPyArray(batch + runner.outputs[chosen].dimensions, result).write(to: output)
  }

  /// Whether an array is one input or several: extents of 1 say nothing, the first of all may count, and channels that
  /// are no colours lie side by side in the columns.
  private func fits(_ shape: [Int], _ input: Shape) -> Bool {
    let wanted = input.dimensions.filter { $0 != 1 }
    var given = shape.filter { $0 != 1 }
    func isIt() -> Bool { given == wanted || Array(given.dropFirst()) == wanted }
    if isIt() { return true }
    guard input[2] == 1, let channels = given.popLast(), let columns = given.popLast() else { return false }
    given.append(columns * channels)
    return isIt()
  }
}
