import Datasets
import Models
import Numerics
import Runtime

/// What it would win and cost to keep one layer's results in 16 bits, by the engine that ships, on this machine.
public enum SixteenBitResults: Hashable, Sendable {
  /// What it wins against the model as it is, and the time that it costs.
  case measured(Attribution.LeftOut, PairedTime)
  /// Why it cannot be, as a clause.
  case impossible(String)
}

/// Puts layers of an int8 network into 16 bits, one at a time, runs them and takes their time.
struct SixteenBitTrials {
  private let int8: QuantizedModel
  private let base: Interpreter
  private let kernels: KernelTable
  private let threads: Int
  private let pictures: [[UInt8]]
  private let truth: [Int]
  private let reference: [[Float]]
  private let before: [[Float]]
  private let description: ModelDescription

  /// - Parameters:
  ///   - images: what wins and losses are counted on.
  ///   - reference: the first model's logits for them.
  ///   - description: what makes answers of logits.
  init(
    _ int8: QuantizedModel, images: [LabelledImage], reference: [[Float]], by description: ModelDescription,
    threads: Int, kernels: KernelTable
  ) throws {
    self.description = description
    (self.int8, self.kernels, self.threads, self.reference) = (int8, kernels, threads, reference)
    base = try Interpreter(int8, kernels: kernels, threads: threads)
    pictures = images.map(\.pixels)
    truth = images.map(\.label)
    before = pictures.map(base.invoke)
  }

  /// - Parameters:
  ///   - node: the layer's place in the graph.
  ///   - range: what its results reach.
  func results(_ node: Int, covering range: ClosedRange<Float>) -> SixteenBitResults {
    let graph = int8.description.graph
    if graph.isOutput(node + 1) { return .impossible("its results leave the network as sums of 32 bits") }
    if graph.nodes[node].operator.keepsQuantization { return .impossible("it only moves the codes of another layer") }
    if int8.quantization[node + 1].isSixteenBits { return .impossible("its results have 16 bits already") }
    guard let model = int8.withSixteenBits(node + 1, covering: range) else {
      return .impossible("sums of a layer that reads them would not fit 32 bits")
    }
    let interpreter: Interpreter
    do {
      interpreter = try Interpreter(model, kernels: kernels, threads: threads)
    } catch {
      return .impossible("the engine has no 16 bits there: \(error)")
    }
    let logits = pictures.map(interpreter.invoke)
    func error(_ logits: [[Float]]) -> AnswerError {
      AnswerError(logits, reference: reference, truth: truth, by: description)
    }
    let won = Attribution.LeftOut(
      int8: error(before), without: error(logits),
      loss: PairedLoss(
        truth: truth, float: logits.map(description.likeliest), int8: before.map(description.likeliest)))
    return .measured(
      won, PairedTime(base, interpreter, pixels: TestPattern.pixels(graph.input)))
  }
}
