import ArgumentParser
import Files
import Inference
import ModelFiles
import Models
import NumPyFiles
import Numerics

/// `glint run`: numbers in, numbers out.
struct Run: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a model on numbers of NumPy files, and write what comes out.",
    discussion: """
      Numbers are as the file that was imported has them: its order of axes, its units, its names. A batch of any size \
      may come where the file has 1: every example is run. Arrays are float32; uint8 are pixels from 0 to 255 in the \
      file's order of axes, and int8 or uint8 the codes of a quantized TensorFlow Lite file that reads such. An int8 \
      model takes the nearest pixels. A model of Glint's own reads height x width x channels, float32 where 1 is the \
      brightest pixel, or uint8 pixels.

      An .npz archive, stored or compressed, gives its arrays by name, and takes every output, or those that are \
      named. Of several inputs each has a file of its name, or all are in one archive. A sigmoid or softmax at the \
      end of the file is computed unless --logits is given.

      Examples:
        glint run net.safetensors --input x.npy --output y.npy
        glint run detector.safetensors --input x.npy --output all.npz
        glint run detector.safetensors --input x.npy --output boxes=b.npy \\
          --output scores=s.npy
        glint run two.safetensors --input picture=x.npy --input age=a.npy \\
          --output y.npy
        glint run net.safetensors --input input=arrays.npz --output y.npy \\
          --threads 2 --isa avx2
      """)

  @Argument(help: "A model file, float or int8.")
  var model: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The numbers, an .npy or .npz file, perhaps with a name before it; may be repeated for several inputs.",
      valueName: "[name=]file"))
  var input: [String] = []

  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Where an output goes, or, as .npz, all of them or several. May be repeated.", valueName: "[name=]file"))
  var output: [String] = []

  @Flag(name: .long, help: "Leave out the sigmoid or softmax at the end.")
  var logits = false

  @OptionGroup var threads: ThreadOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var force: ForceOption
  @OptionGroup var trust: TrustOption

  func validate() throws {
    guard !input.isEmpty, !output.isEmpty else {
      throw ValidationError("'glint run' takes numbers with --input FILE, and writes them to --output FILE.")
    }
  }

  func run() throws {
    let loaded = try trust.load(model)
    let ports = try NumberPorts(loaded.description)
    let source = try NumberSource(input, ports, model: model)
    let sink = try NumberSink(output, ports, model: model)
    var plan = OutputPlan()
    plan.read("the model", model)
    plan.read("--input", source.paths)
    for path in sink.paths { try plan.write("--output", path, .numbers) }
    try plan.check(force: force.force)
    let examples = try NumberExamples(source.arrays(), ports)
    let runner = try NumberRunner(loaded, threads: threads.count)
    var results = [[Float]](repeating: [], count: ports.outputs.count)
    for number in 0..<examples.count {
      let outputs = try examples.run(number, runner)
      for index in sink.chosen {
        results[index] += ports.numbers(index, of: outputs[index], applyingFunctions: !logits)
      }
    }
    try sink.write { NumPyArray(examples.shape(of: ports.outputs[$0]), results[$0]) }
  }
}
