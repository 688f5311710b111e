import FloatRuntime
import Foundation
import Models
import Numerics
import TestSupport
import Testing
import Training

@Suite struct LayerTests {
  static let binary = Loss(.binaryCrossEntropy)

  /// The layers under test, then flatten and one logit.
  static func chain(_ input: Shape, logits: Int = 1, _ kinds: [Architecture.Kind]) -> Architecture {
    var architecture = Architecture(input: input)
    for (index, kind) in kinds.enumerated() { architecture.append("layer\(index)", kind) }
    architecture.append("flatten", .flatten)
    architecture.append("logits", .dense(outputs: logits))
    return architecture
  }

  static let convolutions: [(Shape, Operator.Convolution)] = [
    ([6, 7, 3], .init(outputChannels: 5, window: .init(3, 3))),
    ([6, 6, 2], .init(outputChannels: 18, window: .init(3, 3, padding: .all(1)))),
    ([9, 8, 3], .init(outputChannels: 4, window: .init(3, 3, stride: 2, padding: .all(1)))),
    ([8, 8, 4], .init(outputChannels: 6, window: .init(1, 1, stride: 2))),
    ([9, 9, 2], .init(outputChannels: 3, window: .init(3, 3, padding: .all(2)), dilation: 2)),
    ([6, 6, 4], .init(outputChannels: 6, window: .init(3, 3, padding: .all(1)), groups: 2)),
    ([7, 7, 5], .init(outputChannels: 5, window: .init(3, 3, padding: .all(1)), groups: 5)),
    // In tiles of 4x4 results, the last of which reach beyond the picture or not.
    ([8, 8, 16], .init(outputChannels: 16, window: .init(3, 3, padding: .all(1)))),
    ([11, 9, 32], .init(outputChannels: 20, window: .init(3, 3))),
    ([7, 6, 16], .init(outputChannels: 33, window: .init(3, 3, padding: .all(1)))),
    ([8, 7, 20], .init(outputChannels: 20, window: .init(3, 3, stride: 2, padding: .all(1)), groups: 20)),
  ]

  @Test(arguments: convolutions.indices)
  func convolutionGradient(_ index: Int) throws {
    let (input, convolution) = Self.convolutions[index]
    try GradientChecker().check(Self.chain(input, [.conv2D(convolution)]), loss: Self.binary)
  }

  @Test func fusedConvolutionGradient() throws {
    for (input, channels, padding) in [([9, 11, 3], 5, 0), ([8, 8, 16], 17, 1), ([10, 9, 5], 16, 1)]
      as [(Shape, Int, Int)]
    {
      let first = Operator.Convolution(outputChannels: channels, window: .init(3, 3, padding: .all(padding)))
      try GradientChecker().check(
        Self.chain(input, [.conv2D(first), .activation(.relu), .maxPool2D(.init(2, 2, stride: 2))]), loss: Self.binary)
    }
  }

  @Test func plainLayerGradients() throws {
    let checker = GradientChecker()
    try checker.check(Self.chain([5, 4, 3], [.activation(.relu6)]), loss: Self.binary)
    try checker.check(Self.chain([7, 7, 3], [.maxPool2D(.init(3, 3, stride: 2, padding: .all(1)))]), loss: Self.binary)
    try checker.check(Self.chain([8, 6, 3], [.maxPool2D(.init(2, 2, stride: 2))]), loss: Self.binary)
    try checker.check(Self.chain([5, 4, 3], [.flatten, .dense(outputs: 7), .activation(.relu)]), loss: Self.binary)
    try checker.check(Self.chain([5, 4, 3], [.dropout(0.4)]), loss: Self.binary)
  }

  @Test func batchNormalizationGradient() throws {
    for channels in [3, 16, 21] {
      try GradientChecker(tolerance: 3e-2).check(
        Self.chain(
          [6, 5, 2],
          [
            .conv2D(.init(outputChannels: channels, window: .init(3, 3))), .batchNormalization, .activation(.relu),
            .conv2D(.init(outputChannels: 4, window: .init(1, 1))),
          ]), loss: Self.binary)
    }
  }

  @Test func batchNormalizationFoldsIntoTheConvolution() throws {
    let architecture = Self.chain(
      [8, 8, 3],
      [
        .conv2D(.init(outputChannels: 5, window: .init(3, 3, padding: .all(1)))), .batchNormalization,
        .activation(.relu), .maxPool2D(.init(2, 2, stride: 2)),
      ])
    let network = try Network(architecture, capacity: 4)
    network.initialize(seed: 21)
    let pixels = randomPixels([4, 8, 24], seed: 3)
    for _ in 0..<30 { network.forward(pixels: pixels, images: 4, training: true) }
    let inTraining = Array(network.logits(1))
    network.forward(pixels: pixels, images: 4)
    let plain = Array(network.logits(1))
    // Running statistics have come close to the batch's own, the variance but for n / (n - 1).
    #expect(abs(plain[0] - inTraining[0]) < 0.1 * max(1, abs(inTraining[0])))
    let (graph, parameters) = try network.exported(function: .sigmoid)
    #expect(graph.nodes.map(\.name) == ["layer0", "layer3", "flatten", "logits"])
    let model = FloatModel(
      description: .init(graph: graph, preprocessing: .init(width: 8, height: 8), labels: ["a", "b"]),
      parameters: parameters)
    let logits = try FloatInterpreter(model).run(pixels: Array(pixels[192..<384]))
    #expect(abs(logits[0] - plain[0]) < 1e-4)
  }

  @Test func branchesGradient() throws {
    var architecture = Architecture(input: [6, 6, 4])
    let first = architecture.append("first", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)))))
    architecture.append("second", .conv2D(.init(outputChannels: 8, window: .init(3, 3, padding: .all(1)))))
    architecture.append("sum", .add, reading: [first, architecture.last])
    architecture.append("relu", .activation(.relu))
    architecture.append("mean", .globalAveragePool)
    architecture.append("logits", .dense(outputs: 3))
    try GradientChecker().check(architecture, loss: Loss(.crossEntropy, labelSmoothing: 0.1), classes: 3)
  }

  @Test func enlargedBranchGradient() throws {
    var architecture = Architecture(input: [5, 6, 3])
    let fine = architecture.append("fine", .conv2D(.init(outputChannels: 4, window: .init(3, 3, padding: .all(1)))))
    architecture.append("coarse", .conv2D(.init(outputChannels: 4, window: .init(3, 3, stride: 2, padding: .all(1)))))
    architecture.append("larger", .upsampleNearest(factor: 2))
    // Six enlarged rows become five again.
    let padding = Operator.Padding(top: 1, left: 1, bottom: 0, right: 1)
    architecture.append("cut", .conv2D(.init(outputChannels: 4, window: .init(3, 3, padding: padding))))
    architecture.append("sum", .add, reading: [architecture.last, fine])
    architecture.append("flatten", .flatten)
    architecture.append("logits", .dense(outputs: 1))
    try GradientChecker().check(architecture, loss: Self.binary)
    for factor in [2, 3] {
      try GradientChecker().check(
        Self.chain([3, 2, 5], [.upsampleNearest(factor: factor), .activation(.relu)]), loss: Self.binary)
    }
  }

  @Test func lossGradients() throws {
    let architecture = Self.chain([3, 3, 2], logits: 4, [])
    try GradientChecker().check(
      architecture, loss: Loss(.crossEntropy),
      truths: [Truth(label: 0), Truth(label: 1, weight: 2), Truth(label: 2, shares: [0.2, 0, 0.5, 0.3], weight: 0.5)])
    try GradientChecker().check(
      Self.chain([3, 3, 2], []), loss: Loss(.binaryCrossEntropy, labelSmoothing: 0.2),
      truths: [Truth(label: 0, weight: 3), Truth(label: 1), Truth(label: 1, shares: [0.4, 0.6])])
  }

  /// The loss of shares is the mean of the classes' losses by these shares, whatever the number of logits, and where
  /// all shares lie on one class, to the bit that of the class.
  @Test(arguments: [1, 4]) func lossOfShares(logits: Int) throws {
    let network = try Network(Self.chain([3, 3, 2], logits: logits, []), capacity: 1, threads: 1)
    network.initialize(seed: 3)
    network.setInput(image: 0, (0..<18).map { Float($0) / 18 })
    network.forward(pixels: nil, images: 1)
    let loss = Loss(logits == 1 ? .binaryCrossEntropy : .crossEntropy, labelSmoothing: 0.1)
    func value(_ truth: Truth) -> Double { network.backward(truths: [truth], loss: loss) }
    let shares: [Float] = logits == 1 ? [0.25, 0.75] : [0.5, 0, 0.25, 0.25]
    let mean = shares.enumerated().reduce(0) { $0 + Double($1.element) * value(Truth(label: $1.offset)) }
    #expect(abs(value(Truth(label: 1, shares: shares)) - mean) < 1e-12)
    let one: [Float] = logits == 1 ? [0, 1] : [0, 1, 0, 0]
    #expect(value(Truth(label: 0, shares: one)) == value(Truth(label: 1)))
    #expect(value(Truth(label: 1, weight: 3)) == 3 * value(Truth(label: 1)))
  }

  /// A teacher's share of the loss is of all classes and not smoothed, whatever the image's source lacks; its own share
  /// is as without the teacher.
  @Test(arguments: [1, 4]) func lossOfWhatATeacherSays(logits: Int) throws {
    let architecture = Self.chain([3, 3, 2], logits: logits, [])
    let loss = Loss(logits == 1 ? .binaryCrossEntropy : .crossEntropy, labelSmoothing: 0.1)
    let said: [Float] = logits == 1 ? [0.3, 0.7] : [0.1, 0.2, 0.3, 0.4]
    let taught = Truth.Taught(shares: said, weight: 0.6)
    let own = Truth(label: 0, candidates: logits == 1 ? nil : [0, 2], weight: 2)
    var both = own
    both.taught = taught
    try GradientChecker().check(architecture, loss: loss, truths: [both, Truth(label: 1, taught: taught)])
    let network = try Network(architecture, capacity: 1, threads: 1)
    network.initialize(seed: 3)
    network.setInput(image: 0, (0..<18).map { Float($0) / 18 })
    network.forward(pixels: nil, images: 1)
    let probabilities = loss.probabilities(Array(network.logits(0)))
    let distance = zip(said, probabilities).reduce(0) { $0 - Double($1.0) * log($1.1) }
    let alone = network.backward(truths: [own], loss: loss)
    #expect(abs(network.backward(truths: [both], loss: loss) - (0.4 * alone + 0.6 * 2 * distance)) < 1e-6)
  }

  /// An image whose source lacks a class teaches the others alone.
  @Test func lossAmongSomeClasses() throws {
    let architecture = Self.chain([3, 3, 2], logits: 4, [])
    try GradientChecker().check(
      architecture, loss: Loss(.crossEntropy, labelSmoothing: 0.1),
      truths: [
        Truth(label: 0, candidates: [0, 2]), Truth(label: 1),
        Truth(label: 2, shares: [0.5, 0.2, 0.2, 0.1], candidates: [1, 2, 3]),
      ])
    // Two classes among four: the loss of the two alone, whatever is said of the others.
    let network = try Network(architecture, capacity: 1, threads: 1, inputGradient: true)
    network.initialize(seed: 3)
    network.setInput(image: 0, (0..<18).map { Float($0) / 18 })
    network.forward(pixels: nil, images: 1)
    let loss = Loss(.crossEntropy)
    let mean = network.backward(truths: [Truth(label: 0, candidates: [0, 2])], loss: loss)
    let logits = Array(network.logits(0))
    #expect(abs(mean - log(1 + exp(Double(logits[2] - logits[0])))) < 1e-6)
    let gradient = try #require(network.parameters.first { $0.name.hasSuffix("bias") }).gradientTensor.elements
    #expect(gradient[1] == 0 && gradient[3] == 0 && gradient[0] == -gradient[2] && gradient[2] > 0)
  }

  @Test(arguments: [true, false]) func fusedEqualsUnfused(_ isCompact: Bool) throws {
    let architecture =
      try isCompact ? .compact(input: [34, 37, 1], logits: 1) : Architecture(Graph.happySad(input: [38, 42, 3]))
    let fused = try Self.gradients(architecture, fusing: true)
    let plain = try Self.gradients(architecture, fusing: false)
    // The fused layers convolve in another order.
    for (a, b) in zip(fused.logits, plain.logits) { #expect(abs(a - b) <= 1e-5 * max(1, abs(b))) }
    for (name, (ours, theirs)) in zip(fused.names, zip(fused.tensors, plain.tensors)) {
      for (a, b) in zip(ours.elements, theirs.elements) {
        #expect(abs(a - b) <= 1e-5 * max(1, abs(b)), "\(name)")
      }
    }
  }

  @Test func everyVariantAndThreadCountGivesTheSameBits() throws {
    var architecture = try Architecture(Graph.happySad(input: [38, 42, 3]))
    architecture.nodes[1].kind = .activation(.relu6)  // so that the unfused layers take part
    for architecture in [architecture, .compact(input: [34, 37, 1], logits: 1)] {
      let wanted = try Self.gradients(architecture, kernels: FloatKernels.available[0])
      for kernels in FloatKernels.available {
        for threads in 1...3 {
          let found = try Self.gradients(architecture, threads: threads, kernels: kernels)
          #expect(found.logits == wanted.logits, "\(kernels) on \(threads)")
          #expect(found.tensors == wanted.tensors, "\(kernels) on \(threads)")
        }
      }
    }
  }

  @Test func exportedNetworkComputesTheSame() throws {
    let graph = Graph.happySad(input: [30, 30, 3])
    let network = try Network(Architecture(graph), capacity: 2)
    network.initialize(seed: 4)
    let (exported, parameters) = try network.exported(function: .sigmoid)
    #expect(exported == graph)
    let model = FloatModel(
      description: .init(graph: exported, preprocessing: .init(width: 30, height: 30), labels: ["a", "b"]),
      parameters: parameters)
    let pixels = randomPixels([2, 30, 90], seed: 8)
    network.forward(pixels: pixels, images: 2)
    let interpreter = try FloatInterpreter(model)
    for image in 0..<2 {
      let found = interpreter.run(pixels: Array(pixels[image * 2700..<(image + 1) * 2700]))
      #expect(abs(found[0] - network.logits(image)[0]) <= 1e-5)
    }
  }

  static func gradients(
    _ architecture: Architecture, threads: Int = 1, kernels: FloatKernels = .fastest, fusing: Bool = true
  ) throws -> (logits: [Float], names: [String], tensors: [Tensor<Float>]) {
    let images = 19
    let network = try Network(architecture, capacity: images, threads: threads, kernels: kernels, fusing: fusing)
    network.initialize(seed: 11)
    let pixels = randomPixels([images, architecture.input.count], seed: 2)
    network.forward(pixels: pixels, images: images, training: true)
    let logits = (0..<images).flatMap { Array(network.logits($0)) }
    _ = network.backward(labels: (0..<images).map { $0 % 2 }, loss: binary)
    return (logits, network.parameters.map(\.name), network.parameters.map(\.gradientTensor))
  }
}
