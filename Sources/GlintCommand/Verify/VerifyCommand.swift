import ArgumentParser
import Inference
import ModelFiles
import Models
import Runtime

/// `glint verify`: whether this machine computes the bytes that every other one computes.
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Check that every instruction set and thread count of this machine computes the same bytes.",
    discussion: """
      Hashes every int8 value of every layer for a row of test patterns, once for each instruction set and for 1, 2, 3 \
      and 4 threads. All hashes must be equal, here and on any other machine: note the hash of one, and give it to \
      another as --expect. Without a model, two networks of random weights are computed: one with every operator, and \
      the reference network at 96x96.

      Examples:
        glint verify
        glint verify happy-sad.int8.safetensors --images 20
        glint verify happy-sad.int8.safetensors --expect 5f3c...
        glint verify --images 5 --reference --json
        glint verify --sixteen-bits
      """)

  @Argument(help: "An int8 model.")
  var model: String?

  @Option(name: .long, help: "How many test patterns to compute.")
  var images = 200

  @Option(name: .long, help: "The hash that must come out.")
  var expect: String?

  @Option(name: .long, help: "Use this number of threads only.")
  var threads: Int?

  @Option(
    name: .long,
    help: "Compute with kernels up to this instruction set only: \(ISA.supported.map(\.name).joined(separator: ", ")).")
  var isa: String?

  @Option(name: .long, help: "Also write the network with every operator, with its test picture, to this model file.")
  var save: String?

  @Flag(name: .long, help: "Also compute by the plain definition of each operator, which is slow.")
  var reference = false

  @Flag(
    name: .long, help: "Compute the two networks with half of their values in 16 bits, which have a hash of their own.")
  var sixteenBits = false

  @OptionGroup var force: ForceOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var json: JSONOption

  func validate() throws {
    guard (1...1_000_000).contains(images) else { throw ValidationError("--images takes a number from 1 to 1000000.") }
    guard model == nil || !sixteenBits else {
      throw ValidationError("A model has the bits that it has: give either MODEL or --sixteen-bits.")
    }
    guard (1...256).contains(threads ?? 1) else { throw ValidationError("--threads takes a number from 1 to 256.") }
    try ISAOption.limit(to: isa)
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("the model", model)
    try plan.write("--save", save, .int8Model)
    try plan.check(force: force.force)
    let models = try model.map { [try trust.loadQuantized($0)] } ?? Verification.builtInModels(sixteenBits: sixteenBits)
    if let save { try saveBuiltIn(to: save) }
    let sets = isa.flatMap(ISA.init(name:)).map { [$0] } ?? ISA.detected
    let counts = threads.map { [$0] } ?? [1, 2, 3, 4]
    var runs: [VerifyFacts.Run] = []
    func add(_ isa: String, _ threads: Int, _ hash: String) {
      runs.append(.init(isa: isa, threads: threads, sha256: hash))
      if !json.json { emit("\(hash)  \(isa), \(threads) \(threads == 1 ? "thread" : "threads")") }
    }
    if reference { add("reference", 1, Verification.referenceHash(models, images: images)) }
    for set in sets {
      let kernels = KernelTable(limit: set)
      for count in counts {
        add(set.name, count, try Verification.hash(models, images: images, kernels: kernels, threads: count))
      }
    }
    let facts = VerifyFacts(images: images, runs: runs, expected: expect?.lowercased())
    if json.json { emitWhole(try jsonLine(facts)) }
    guard facts.equal else {
      throw Failure(
        facts.sha256 == nil ? "the hashes differ: some kernel computes other bytes" : "the hash is not the one expected"
      )
    }
  }

  /// The network with every operator as a model file, its test picture and the logits for it included.
  private func saveBuiltIn(to path: String) throws {
    var model = try Verification.builtInModels(sixteenBits: sixteenBits)[0]
    let pixels = TestPattern.pixels(model.description.graph.input)
    model.golden = [GoldenSample(pixels: pixels, logits: try Interpreter(model).invoke(pixels))]
    try model.write(to: path)
  }
}

/// What `verify --json` says.
private struct VerifyFacts: Encodable {
  struct Run: Encodable {
    let isa: String
    let threads: Int
    let sha256: String
  }

  let images: Int
  let runs: [Run]
  /// The hash that all runs share, or nil.
  let sha256: String?
  /// Whether all runs share one hash, and it is the one that was expected.
  let equal: Bool

  init(images: Int, runs: [Run], expected: String?) {
    self.images = images
    self.runs = runs
    sha256 = runs.allSatisfy { $0.sha256 == runs[0].sha256 } ? runs[0].sha256 : nil
    equal = sha256 != nil && (expected == nil || sha256 == expected)
  }
}
