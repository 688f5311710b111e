import Importing
import ModelFiles
import Models
import Numerics
import ONNXFiles
import TestSupport
import Testing

@Suite struct RefusalTests {
  /// All that is in the way is said at once: what comes after a node that is refused is tried as well.
  @Test func everythingAtOnce() throws {
    var trial = Trial(seed: 20)
    _ = trial.weights("w", [4, 3, 3, 3])
    _ = trial.weights("v", [4, 4, 3, 3])
    trial.writer.node("Conv", ["x", "w"], ["a"], name: "one")
    trial.writer.node("LRN", ["a"], ["b"], [("size", .int(3))], name: "local")
    trial.writer.node("Conv", ["b", "v"], ["c"], [("group", .int(3))], name: "grouped")
    trial.writer.node("TopK", ["c"], ["d"], name: "top")
    trial.writer.node("MatMul", ["b", "b"], ["e"], name: "square")
    trial.writer.node("Custom", ["e"], ["f"], name: "own", domain: "com.me")
    trial.writer.node("Relu", ["f"], ["g"])
    trial.writer.node("Dead", ["a"], ["unread"], name: "dead")
    let error = caught(ImportError.self) { try trial.imported(["d", "g"]) }
    guard case .nodes(_, let nodes, 8)? = error else { throw error ?? .network(path: "", "was imported") }
    #expect(nodes.map(\.name) == ["local", "grouped", "top", "square", "own"])
    #expect(nodes.map(\.index) == [1, 2, 3, 4, 5])
    #expect(nodes[0].advice == "batch normalization would work")
    #expect(nodes[4].operatorType == "com.me.Custom")
    let text = "\(error!)"
    #expect(text.contains("5 of 8 nodes cannot be imported; nothing was written."))
    #expect(text.split(separator: "\n").count == 6)
  }

  @Test func inputsAndSizes() throws {
    var open = Trial(seed: 21)
    open.writer = ONNXWriter()
    open.writer.input("x", ["N", "3", "H", "W"])
    let weights = open.weights("w", [2, 3, 1, 1])
    open.writer.node("Conv", ["x", "w"], ["y"])
    #expect(open.refusal().contains("the input 'x' is Nx3xHxW, of no fixed size: say it with --input, as in 1x3x64x64"))
    open.options.input = [1, 3, 9, 7]
    try open.expect(open.input.conv(weights, outputs: 2, kernel: (1, 1)).values)

    var two = Trial(seed: 22)
    two.writer.input("z", [1, 3, 9, 7], type: 7)
    two.writer.node("Add", ["x", "z"], ["y"])
    #expect(two.refusal().contains("2 inputs, 'x' (1x3x9x7), 'z' (1x3x9x7), of which 'z' takes no floats"))

    var backwards = Trial(seed: 23)
    backwards.writer.node("Relu", ["later"], ["y"], name: "first")
    backwards.writer.node("Relu", ["x"], ["later"])
    #expect(backwards.refusal().contains("reads 'later', which nothing before it makes"))
  }

  /// Numbers that would make a file that nothing reads.
  @Test func numbersThatAreNone() throws {
    var trial = Trial(seed: 24)
    trial.writer.weights("w", [1, 3, 1, 1], [1, .nan, 2])
    trial.writer.node("Conv", ["x", "w"], ["y"], name: "broken")
    #expect(trial.refusal().contains("the weights of 'broken' hold a number that is not finite"))

    var large = Trial(seed: 24)
    large.writer.weights("w", [1, 3, 1, 1], [3e38, 3e38, 3e38])
    large.writer.node("Conv", ["x", "w"], ["y"])
    #expect(large.refusal().contains("not finite"))
  }

  /// Of two values of one name, one would be left out without a word.
  @Test func twoMakers() throws {
    var nodes = Trial(seed: 28)
    nodes.writer.node("Relu", ["x"], ["a"], name: "one")
    nodes.writer.node("Sigmoid", ["x"], ["a"], name: "two")
    nodes.writer.node("Neg", ["a"], ["y"])
    #expect(
      nodes.refusal().contains(
        "'a' is made by node 0 'one' (Relu), and made by node 1 'two' (Sigmoid) too; each value needs a name of its own"
      ))

    var input = Trial(seed: 28)
    input.writer.node("Relu", ["x"], ["x"], name: "over")
    input.writer.node("Neg", ["x"], ["y"])
    #expect(input.refusal().contains("'x' is an input, and made by node 0 'over' (Relu) too"))

    var weights = Trial(seed: 28)
    _ = weights.weights("w", [2, 3, 1, 1])
    weights.writer.node("Conv", ["x", "w"], ["y"])
    weights.writer.node("Relu", ["y"], ["w"], name: "over")
    #expect(weights.refusal().contains("'w' is an initializer, and made by node 1 'over' (Relu) too"))
    _ = weights.weights("w", [2, 3, 1, 1])
    #expect(weights.refusal().contains("'w' is an initializer, and an initializer too"))

    // Files of older versions name initializers among the inputs; results that are left out have no name.
    var older = Trial(seed: 28)
    let numbers = older.weights("w", [2, 3, 1, 1])
    older.writer.input("w", [2, 3, 1, 1])
    older.writer.node("Dropout", ["x"], ["d", ""])
    older.writer.node("Dropout", ["d"], ["e", ""])
    older.writer.node("Conv", ["e", "w"], ["y"])
    try older.expect(older.input.conv(numbers, outputs: 2, kernel: (1, 1)).values)
  }

  /// Weights of whole numbers may be codes whose scale is missing.
  @Test(arguments: ["Conv", "ConvTranspose", "MatMul", "Gemm", "PRelu"])
  func wholeWeights(_ type: String) {
    for isBias in [false, true] where !isBias || ["Conv", "ConvTranspose", "Gemm"].contains(type) {
      var trial = Trial(channels: 2, height: 2, width: 2, seed: 29)
      let shape =
        type == "PRelu" ? [2, 1, 1] : type.hasPrefix("Conv") ? [2, 2, 1, 1] : type == "Gemm" ? [8, 2] : [2, 2]
      let count = shape.reduce(1, *)
      if isBias {
        _ = trial.weights("w", shape)
        trial.writer.integers("b", [1, 2])
      } else {
        trial.writer.initializer(ONNXWriter.tensor("w", shape, [Int](repeating: 1, count: count)))
      }
      trial.writer.node("Flatten", ["x"], ["list"])
      trial.writer.node(type, [type == "Gemm" ? "list" : "x", "w"] + (isBias ? ["b"] : []), ["y"], name: "whole")
      let refusal = trial.refusal()
      #expect(
        refusal.contains("'whole' (\(type)") && refusal.contains("whole numbers, and its input real ones"), "\(refusal)"
      )
    }
  }

  /// A few bytes that ask for much memory.
  @Test func constantsWithoutEnd() throws {
    var trial = Trial(seed: 26)
    trial.writer.integers("size", [1 << 23])
    for number in 0..<3 { trial.writer.node("ConstantOfShape", ["size"], ["c\(number)"], name: "many\(number)") }
    trial.writer.node("Concat", ["c0", "c1", "c2"], ["y"], [("axis", .int(0))])
    let refusal = trial.refusal()
    #expect(refusal.contains("node 2 'many2' (ConstantOfShape, opset 13): makes 8388608 constants"), "\(refusal)")
  }

  /// What is imported is written, read back, and passes its own test.
  @Test func written() throws {
    var trial = Trial(seed: 25)
    _ = trial.weights("w", [2, 3, 3, 3])
    trial.writer.node("Conv", ["x", "w"], ["y"], name: "/body/Conv")
    let model = try trial.imported().model
    let folder = try TemporaryFolder()
    try model.write(to: folder.path("m.safetensors"))
    let read = try FloatModel.load(folder.path("m.safetensors"))
    #expect(read.description == model.description && read.golden == model.golden)
    #expect(read.description.graph.nodes.map(\.name) == ["body/Conv"])
    #expect(read.description.card["imported from"] == "net.onnx, ONNX opset 13, written by test")
  }

  /// Changed files of a network with most operators: an error or a model, never a crash.
  @Test func mutatedBytes() throws {
    var writer = ONNXWriter()
    writer.input("x", [1, 3, 8, 8])
    writer.weights("w", [4, 3, 3, 3], [Float](repeating: 0.1, count: 108))
    writer.weights("s", [4], [1, 2, 3, 4])
    writer.node("Conv", ["x", "w"], ["a"], [("pads", .ints([1, 1, 1, 1])), ("strides", .ints([2, 2]))])
    writer.node("BatchNormalization", ["a", "s", "s", "s", "s"], ["b"])
    writer.node("MaxPool", ["b"], ["c"], [("kernel_shape", .ints([2, 2])), ("pads", .ints([1, 1, 1, 1]))])
    writer.node("Resize", ["c", "", "", "sizes"], ["d"])
    writer.integers("sizes", [1, 4, 10, 10])
    writer.integers("p", [0, 0, 1, 1, 0, 0, 1, 1])
    writer.node("Split", ["d"], ["d1", "d2"], [("axis", .int(1))])
    writer.node("Sigmoid", ["d1"], ["d3"])
    writer.node("Mul", ["d3", "d2"], ["d4"])
    writer.node("Concat", ["d4", "d2"], ["d5"], [("axis", .int(1))])
    writer.node("Pad", ["d5", "p"], ["e"], [("mode", .text("edge"))])
    writer.node("Transpose", ["e"], ["f"], [("perm", .ints([0, 2, 3, 1]))])
    writer.node("Shape", ["f"], ["t"])
    writer.node("Slice", ["t", "from", "to"], ["u"])
    writer.integers("from", [0])
    writer.integers("to", [1])
    writer.node("Concat", ["u", "rest"], ["v"], [("axis", .int(0))])
    writer.integers("rest", [-1])
    writer.node("Reshape", ["f", "v"], ["g"])
    writer.weights("m", [576, 2], [Float](repeating: 0.01, count: 1152))
    writer.node("MatMul", ["g", "m"], ["h"])
    writer.node("Softmax", ["h"], ["y"])
    writer.output("y")
    let good = writer.bytes
    let folder = try TemporaryFolder()
    var imported = 0
    for seed in 0..<2_000 {
      var random = CounterRandom(seed: UInt64(seed), stream: 16)
      let path = try folder.write(seed == 0 ? good : mutated(good, &random), as: "net.onnx")
      guard let model = try? ONNXModel(path: path) else { continue }
      if (try? ImportedModel(model)) != nil { imported += 1 }
    }
    #expect(imported > 20 && imported < 1_999, "\(imported) of 2,000 were imported")
  }
}
