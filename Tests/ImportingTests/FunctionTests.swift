import Foundation
import Importing
import Models
import TestSupport
import Testing

/// Functions of one number, in all ways in which exporters write them.
@Suite struct FunctionTests {
  private static func sigmoid(_ x: Float) -> Float { 1 / (1 + exp(-x)) }

  /// ONNX's operators with their defaults.
  @Test func operators() throws {
    var functions: [(String, [(String, ONNXWriter.Attribute)], (Float) -> Float)] = []
    func add(_ type: String, _ attributes: [(String, ONNXWriter.Attribute)] = [], _ f: @escaping (Float) -> Float) {
      functions.append((type, attributes, f))
    }
    add("LeakyRelu") { $0 < 0 ? 0.01 * $0 : $0 }
    add("LeakyRelu", [("alpha", .float(0.3))]) { $0 < 0 ? 0.3 * $0 : $0 }
    add("Elu") { $0 < 0 ? expm1($0) : $0 }
    add("Selu") { 1.050_701 * ($0 < 0 ? 1.673_263_2 * expm1($0) : $0) }
    add("Celu", [("alpha", .float(2))]) { $0 < 0 ? 2 * expm1($0 / 2) : $0 }
    add("Softplus") { log(1 + exp($0)) }
    add("Softsign") { $0 / (1 + abs($0)) }
    add("Tanh") { tanh($0) }
    add("Mish") { $0 * tanh(log(1 + exp($0))) }
    add("Gelu") { $0 * (1 + erf($0 / Float(2).squareRoot())) / 2 }
    add("Gelu", [("approximate", .text("tanh"))]) { x in
      let inner: Float = (2 / Float.pi).squareRoot() * (x + 0.044715 * x * x * x)
      return x / 2 * (1 + tanh(inner))
    }
    add("HardSigmoid") { min(max(0.2 * $0 + 0.5, 0), 1) }
    add("HardSwish") { $0 * min(max($0 + 3, 0), 6) / 6 }
    add("Exp") { exp($0) }
    add("Abs") { abs($0) }
    add("Erf") { erf($0) }
    add("ThresholdedRelu") { $0 > 1 ? $0 : 0 }
    add("Neg") { -$0 }
    add("Swish") { $0 * Self.sigmoid($0) }
    add("Relu") { max($0, 0) }
    for (type, attributes, function) in functions {
      var trial = Trial(height: 2, width: 9, seed: 31)
      // Numbers from -3.5 to 3.5, and a value that others read too, so that nothing joins it.
      trial.writer.weights("scale", [], [7])
      trial.writer.weights("shift", [], [3.5])
      trial.writer.node("Mul", ["x", "scale"], ["large"])
      trial.writer.node("Sub", ["large", "shift"], ["both"])
      trial.writer.node(type, ["both"], ["f"], attributes)
      trial.writer.node("Add", ["f", "both"], ["y"])
      let input = trial.input
      try trial.expect(input.map { x in function(7 * x - 3.5) + (7 * x - 3.5) }.values)
    }
  }

  @Test func clips() throws {
    for (low, high) in [(-0.5, 0.5), (nil, 0.25), (0.25, nil), (0, 1), (0.75, 0.25)] as [(Float?, Float?)] {
      var trial = Trial(height: 3, width: 5, seed: 32)
      if let low { trial.writer.weights("low", [], [low]) }
      if let high { trial.writer.weights("high", [], [high]) }
      trial.writer.node("Clip", ["x", low == nil ? "" : "low"] + (high == nil ? [] : ["high"]), ["y"])
      let input = trial.input
      try trial.expect(input.map { min(max($0, low ?? -9), high ?? 9) }.values)
    }
  }

  @Test func powersAndExtremes() throws {
    for exponent in [2, 0.5, -1, 3, 1.3, 1] as [Float] {
      var trial = Trial(height: 3, width: 5, seed: 33)
      trial.writer.weights("one", [], [1])
      trial.writer.weights("p", [], [exponent])
      trial.writer.node("Add", ["x", "one"], ["more"])
      trial.writer.node("Pow", ["more", "p"], ["y"])
      let input = trial.input
      try trial.expect(input.map { pow($0 + 1, exponent) }.values)
    }
    for isMax in [true, false] {
      var trial = Trial(height: 3, width: 5, seed: 34)
      let weights = trial.weights("w", [3, 3, 1, 1])
      trial.writer.weights("limit", [], [0.4])
      trial.writer.weights("limits", [3, 1, 1], [0.1, 0.2, 0.3])
      let type = isMax ? "Max" : "Min"
      trial.writer.node("Conv", ["x", "w"], ["c"])
      trial.writer.node(type, ["x", "c", "x"], ["d"])
      trial.writer.node(isMax ? "Min" : "Max", ["limit", "d"], ["e"])
      trial.writer.node(type, ["e", "limits"], ["y"])
      let (input, conv) = (trial.input, trial.input.conv(weights, outputs: 3, kernel: (1, 1)))
      func outer(_ a: Float, _ b: Float) -> Float { isMax ? max(a, b) : min(a, b) }
      func inner(_ a: Float, _ b: Float) -> Float { isMax ? min(a, b) : max(a, b) }
      try trial.expect(
        Planes(3, 3, 5) { c, y, x in
          let joined = inner(outer(input[c, y, x], conv[c, y, x]), 0.4)
          return outer(joined, Float(c + 1) / 10)
        }.values)
    }
  }

  /// One slope is a function, slopes that differ are layers of their own.
  @Test func parametricReLU() throws {
    for slopes in [[0.25, 0.25, 0.25], [0.1, -0.5, 1], [0.1, 1.5, 0.3]] as [[Float]] {
      var trial = Trial(height: 3, width: 5, seed: 35)
      let weights = trial.weights("w", [3, 3, 1, 1])
      trial.writer.node("Conv", ["x", "w"], ["c"])
      trial.writer.weights("slopes", [3, 1, 1], slopes)
      trial.writer.node("PRelu", ["c", "slopes"], ["y"])
      let conv = trial.input.conv(weights, outputs: 3, kernel: (1, 1))
      let imported = try trial.expect(
        Planes(3, 3, 5) { c, y, x in conv[c, y, x] < 0 ? slopes[c] * conv[c, y, x] : conv[c, y, x] }.values)
      let names = imported.model.description.graph.nodes.map(\.operator.name)
      #expect(names.contains("leaky_relu") == (slopes[1] == 0.25))
    }
  }

  /// Functions that exporters write as arithmetic become one node each.
  @Test func recognized() throws {
    typealias Node = (type: String, inputs: [String], output: String)
    let ways: [(String, [Node])] = [
      ("hard_swish", [("HardSigmoid", ["c"], "g"), ("Mul", ["c", "g"], "f")]),
      (
        "hard_swish",
        [
          ("Add", ["c", "3"], "a"), ("Clip", ["a", "0", "6"], "b"), ("Mul", ["c", "b"], "d"), ("Div", ["d", "6"], "f"),
        ]
      ),
      (
        "hard_swish",
        [
          ("Add", ["c", "3"], "a"), ("Clip", ["a", "0", "6"], "b"), ("Div", ["b", "6"], "d"), ("Mul", ["d", "c"], "f"),
        ]
      ),
      ("silu", [("Sigmoid", ["c"], "s"), ("Mul", ["s", "c"], "f")]),
      (
        "gelu",
        [
          ("Div", ["c", "root"], "a"), ("Erf", ["a"], "b"), ("Add", ["b", "1"], "d"), ("Mul", ["c", "d"], "e"),
          ("Mul", ["e", "half"], "f"),
        ]
      ),
      ("mish", [("Softplus", ["c"], "a"), ("Tanh", ["a"], "b"), ("Mul", ["c", "b"], "f")]),
      ("hard_sigmoid", [("Add", ["c", "3"], "a"), ("Clip", ["a", "0", "6"], "b"), ("Div", ["b", "6"], "f")]),
    ]
    for (name, nodes) in ways {
      var trial = Trial(height: 4, width: 3, seed: 36)
      let weights = trial.weights("w", [3, 3, 1, 1], -4, 4)
      for (constant, number) in [
        ("0", 0), ("1", 1), ("3", 3), ("6", 6), ("half", 0.5), ("root", Float(2).squareRoot()),
      ] {
        trial.writer.weights(constant, [], [number])
      }
      trial.writer.node("Conv", ["x", "w"], ["c"])
      for node in nodes {
        let isGate = node.type == "HardSigmoid"
        trial.writer.node(
          node.type, node.inputs, [node.output], isGate ? [("alpha", .float(Float(1) / 6)), ("beta", .float(0.5))] : [])
      }
      trial.writer.node("Identity", ["f"], ["y"])
      func wanted(_ x: Float) -> Float {
        switch name {
        case "hard_swish": x * min(max(x + 3, 0), 6) / 6
        case "silu": x * Self.sigmoid(x)
        case "gelu": x * (1 + erf(x / Float(2).squareRoot())) / 2
        case "mish": x * tanh(log(1 + exp(x)))
        default: min(max(x + 3, 0), 6) / 6
        }
      }
      let conv = trial.input.conv(weights, outputs: 3, kernel: (1, 1))
      let imported = try trial.expect(conv.map(wanted).values)
      #expect(imported.model.description.graph.nodes.map(\.operator.name) == ["conv2d", name, "grouped_conv2d"])
      #expect(imported.unread == 0 && imported.folded == nodes.count)
    }
  }

  /// What is nearly such a function stays what it is.
  @Test func notRecognized() throws {
    var trial = Trial(height: 4, width: 3, seed: 37)
    trial.writer.weights("near", [], [3.01])
    trial.writer.weights("0", [], [0])
    trial.writer.weights("6", [], [6])
    trial.writer.node("Add", ["x", "near"], ["a"])
    trial.writer.node("Clip", ["a", "0", "6"], ["b"])
    trial.writer.node("Mul", ["x", "b"], ["y"])
    let input = trial.input
    let imported = try trial.expect(input.map { $0 * min(max($0 + 3.01, 0), 6) }.values)
    #expect(!imported.model.description.graph.nodes.map(\.operator.name).contains("hard_swish"))
  }

  /// A sigmoid is an output's function at the end, and a function before that; one may be both.
  @Test func sigmoids() throws {
    var trial = Trial(height: 4, width: 3, seed: 38)
    let weights = trial.weights("w", [2, 3, 1, 1])
    trial.writer.weights("k", [], [2])
    trial.writer.node("Conv", ["x", "w"], ["c"])
    trial.writer.node("Sigmoid", ["c"], ["s"])
    trial.writer.node("Mul", ["s", "k"], ["y"])
    let conv = trial.input.conv(weights, outputs: 2, kernel: (1, 1))
    let imported = try trial.imported(["s", "y"])
    #expect(imported.outputs.map(\.function) == [.sigmoid, .identity])
    let results = try trial.results(imported)
    for (at, logit) in conv.values.enumerated() {
      #expect(abs(results[0][at] - logit) < 1e-5 && abs(results[1][at] - 2 * Self.sigmoid(logit)) < 1e-5)
    }
  }

  /// A softmax along channels in the middle, of two and of more, and its logarithm.
  @Test func softmaxInTheMiddle() throws {
    for classes in [2, 3, 5] {
      for isLogarithm in [false, true] {
        var trial = Trial(height: 2, width: 3, seed: 39)
        trial.writer.opset = 13
        let weights = trial.weights("w", [classes, 3, 1, 1], -5, 5)
        trial.writer.node("Conv", ["x", "w"], ["c"])
        trial.writer.node(isLogarithm ? "LogSoftmax" : "Softmax", ["c"], ["s"], [("axis", .int(1))])
        trial.writer.node("Neg", ["s"], ["y"])
        let conv = trial.input.conv(weights, outputs: classes, kernel: (1, 1))
        try trial.expect(
          Planes(classes, 2, 3) { c, y, x in
            let sum = (0..<classes).reduce(Float(0)) { $0 + exp(conv[$1, y, x]) }
            return -(isLogarithm ? conv[c, y, x] - log(sum) : exp(conv[c, y, x]) / sum)
          }.values)
      }
    }
  }
}
