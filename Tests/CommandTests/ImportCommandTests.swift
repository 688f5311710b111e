import Files
import Imaging
import ModelFiles
import Models
import NumPyFiles
import Numerics
import TestSupport
import Testing

/// `glint import`, `glint run` and `glint inspect` on ONNX files, as a user would run them.
@Suite struct ImportCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// One layer that sums the channels of a pixel and doubles the sum.
  private func network(_ more: (inout ONNXWriter) -> Void = { _ in }, end: String = "y") throws -> String {
    var writer = ONNXWriter()
    writer.input("x", ["N", "3", "H", "W"])
    writer.weights("w", [1, 3, 1, 1], [2, 2, 2])
    writer.node("Conv", ["x", "w"], ["y"], name: "sum")
    more(&writer)
    writer.output(end)
    writer.properties = [("author", "me")]
    return try folder.write(writer.bytes, as: "net.onnx")
  }

  /// Whoever goes on training an exported network, or takes the mean of two, keeps its notes and changes its weights.
  @Test func changedWeightsOfAnExportedModelAreSeen() throws {
    let before = folder.path("before.safetensors"),
      (file, after) = (folder.path("e.onnx"), folder.path("a.safetensors"))
    #expect(try GlintProgram.run(["import", try network(), "-o", before, "--input", "1x3x8x8"]).status == 0)
    #expect(try GlintProgram.run(["export", before, "-o", file]).status == 0)
    let same = try GlintProgram.run(["import", file, "-o", after])
    #expect(same.status == 0 && same.output.contains("with all that was sealed in it"), "\(same.errors)")
    var bytes = try MappedFile(path: file).copy()
    // The weights are 2, 2 and 2.
    let sought: [UInt8] = [0, 0, 0, 0x40, 0, 0, 0, 0x40, 0, 0, 0, 0x40]
    let place = try #require((0...bytes.count - 12).first { bytes[$0..<$0 + 12].elementsEqual(sought) })
    bytes[place + 3] ^= 0x80
    try folder.write(bytes, as: "e.onnx")
    let changed = try GlintProgram.run(["import", file, "-o", after, "--force"])
    #expect(changed.status == 0 && changed.errors.contains("its weights answer otherwise"), "\(changed.errors)")
    let run = try GlintProgram.run(["bench", after, "--runs", "1", "--threads", "1"])
    #expect(run.status == 0, "the samples are those of the new weights: \(run.errors)")
  }

  /// Channels that are no colours go in as the file has them.
  @Test func manyChannels() throws {
    var writer = ONNXWriter()
    writer.input("x", [1, 5, 2, 2])
    writer.weights("w", [1, 5, 1, 1], [1, 10, 100, 1000, 10_000])
    writer.node("Conv", ["x", "w"], ["y"])
    writer.output("y")
    let (file, model) = (try folder.write(writer.bytes, as: "five.onnx"), folder.path("five.safetensors"))
    let imported = try GlintProgram.run(["import", file, "-o", model, "--layout", "nchw"])
    #expect(imported.status == 0, "\(imported.errors)")
    #expect((imported.output + imported.errors).contains("'glint run' takes 1x5x2x2 numbers"))
    let numbers = (0..<20).map { Float($0 % 4 + $0 / 4) }
    try NumPyArray([5, 2, 2], numbers).write(to: folder.path("x.npy"))
    let arguments = ["run", model, "--output", folder.path("y.npy"), "--input"]
    let ran = try GlintProgram.run(arguments + [folder.path("x.npy")])
    #expect(ran.status == 0, "\(ran.errors)")
    guard case .floats(let sums) = try NumPyArray(path: folder.path("y.npy")).elements else {
      throw FileError(path: "y", reason: "no floats")
    }
    #expect(sums == [43_210, 54_321, 65_432, 76_543])
    try NumPyArray([2, 2, 5], numbers).write(to: folder.path("turned.npy"))
    #expect(try GlintProgram.run(arguments + [folder.path("turned.npy")]).status == 1)
  }

  @Test func fromFileToNumbers() throws {
    let (file, model) = (try network(), folder.path("net.safetensors"))
    let shown = try GlintProgram.run(["inspect", file])
    #expect(shown.status == 0 && shown.output.contains("opset ai.onnx 13, written by test"))
    #expect(shown.output.contains("input   'x' Nx3xHxW") && shown.output.contains("author: me"))
    let json = try GlintProgram.run(["inspect", file, "--json"])
    #expect(json.output.contains(#""kind":"onnx""#) && json.output.contains(#""operator":"Conv""#))

    let imported = try GlintProgram.run(["import", file, "-o", model, "--input", "1x3x2x2", "--range", "-1..1"])
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(imported.output.contains("nodes   1 in the file, 1 in the model"))
    #expect(imported.output.contains("read as rgb, -1..1, the whole picture, stretched"))
    #expect(imported.output.contains("Next: glint quantize"))

    let pixels: [UInt8] = [0, 0, 0, 255, 255, 255, 255, 0, 0, 51, 102, 204]
    let planes = (0..<12).map { pixels[$0 % 4 * 3 + $0 / 4] }
    try NumPyArray([3, 2, 2], planes.map { Float($0) / 127.5 - 1 }).write(to: folder.path("x.npy"))
    let ran = try GlintProgram.run(
      ["run", model, "--input", folder.path("x.npy"), "--output", folder.path("y.npy"), "--threads", "1"])
    #expect(ran.status == 0, "\(ran.errors)")
    let result = try NumPyArray(path: folder.path("y.npy"))
    guard case .floats(let numbers) = result.elements else { throw FileError(path: "y", reason: "no floats") }
    let expected = stride(from: 0, to: 12, by: 3).map { place in
      pixels[place..<place + 3].reduce(Float(0)) { $0 + 2 * (Float($1) / 127.5 - 1) }
    }
    #expect(result.shape == [1, 2, 2])
    #expect(zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-5 }, "\(numbers), not \(expected)")

    // The same network quantized takes pixels, and several pictures at once.
    let int8 = folder.path("int8.safetensors")
    for number in 0..<4 {
      let picture = Image(width: 8, height: 8, channels: 3, pixels: randomPixels([8, 8, 3], seed: UInt64(number)))
      try folder.write(ImageEncoder.png(picture), as: "photos/\(number).png")
    }
    let quantized = try GlintProgram.run(
      ["quantize", model, "--calibration", folder.path("photos"), "--method", "min-max", "-o", int8])
    #expect(quantized.status == 0, "\(quantized.errors)")
    try NumPyArray([2, 3, 2, 2], .bytes(planes + planes)).write(to: folder.path("two.npy"))
    let both = try GlintProgram.run(
      ["run", int8, "--input", folder.path("two.npy"), "--output", folder.path("both.npy")])
    #expect(both.status == 0, "\(both.errors)")
    #expect(try NumPyArray(path: folder.path("both.npy")).shape == [2, 1, 2, 2])
  }

  /// Lists of features of a TensorFlow Lite file: one, and several at once.
  @Test func listsOfNumbers() throws {
    var writer = TFLiteWriter()
    let (x, y) = (writer.tensor("x", [1, 4]), writer.tensor("y", [1, 2]))
    let weights = writer.weights("w", [2, 4], [1, 0, 0, 0, 0, 0, 0, 2])
    writer.node(9, [x, weights, -1], y, options: (8, FlatTable([0: .byte(0)])))
    (writer.inputs, writer.outputs) = ([x], [y])
    let (file, model) = (try folder.write(writer.bytes, as: "net.tflite"), folder.path("list.safetensors"))
    let shown = try GlintProgram.run(["inspect", file])
    #expect(shown.status == 0 && shown.output.contains("TensorFlow Lite network, version 3, 'test'"))
    #expect(shown.output.contains("input   'x' 1x4, float32") && shown.output.contains("FULLY_CONNECTED"))
    let imported = try GlintProgram.run(["import", file, "-o", model])
    #expect(imported.status == 0 && imported.output.hasPrefix("TensorFlow Lite, version 3, 'test'"), "\(imported)")
    for (shape, expected) in [([4], [2]), ([1, 4], [1, 2]), ([3, 4], [3, 2])] as [([Int], [Int])] {
      let numbers = (0..<shape.reduce(1, *)).map { Float($0) }
      try NumPyArray(shape, numbers).write(to: folder.path("x.npy"))
      let ran = try GlintProgram.run(
        ["run", model, "--input", folder.path("x.npy"), "--output", folder.path("y.npy"), "--force"])
      #expect(ran.status == 0, "\(ran.errors)")
      let result = try NumPyArray(path: folder.path("y.npy"))
      #expect(result.shape == expected)
      guard case .floats(let found) = result.elements else { throw FileError(path: "y", reason: "no floats") }
      var wanted: [Float] = []
      for row in 0..<numbers.count / 4 { wanted += [numbers[row * 4], 2 * numbers[row * 4 + 3]] }
      #expect(found == wanted)
    }
  }

  /// Nothing is written where something is in the way, and all of it is said.
  @Test func refusals() throws {
    let file = try network({ $0.node("Det", ["y"], ["t"], name: "squash") }, end: "t")
    let model = folder.path("net.safetensors")
    let names = try folder.names()
    let refused = try GlintProgram.run(["import", file, "-o", model, "--input", "1x3x2x2"])
    #expect(refused.status == 1)
    #expect(refused.errors.contains("node 1 'squash' (Det, opset 13): Glint has no such operator"))
    #expect(try folder.names() == names)
    let open = try GlintProgram.run(["import", file, "-o", model])
    #expect(open.status == 1 && open.errors.contains("say it with --input"))
    let onto = try GlintProgram.run(["import", file, "-o", file, "--input", "1x3x2x2"])
    #expect(onto.status == 1 && onto.errors.contains("would replace the network"))
    let pickle = try folder.write([0x80, 2, 0x7D, 0x71, 0, 0x2E, 0, 0], as: "net.pt")
    let torch = try GlintProgram.run(["import", pickle, "-o", model])
    #expect(torch.status == 2 && torch.errors.contains("PyTorch has torch.onnx.export"))
    for wrong in [["--input", "1x3"], ["--range", "0..2"], ["--mean", "a"], ["--colour", "blue"]] {
      let result = try GlintProgram.run(["import", file, "-o", model] + wrong)
      #expect(result.status == (wrong[1] == "1x3" ? 1 : 2), "\(wrong): \(result.errors)")
    }
  }

  /// Numbers that a model cannot read.
  @Test func numbersThatDoNotFit() throws {
    let model = folder.path("net.safetensors")
    #expect(try GlintProgram.run(["import", network(), "-o", model, "--input", "1x3x2x2", "--quiet"]).status == 0)
    let output = folder.path("y.npy")
    for (array, words) in [
      (NumPyArray([2, 2, 3], [Float](repeating: 0, count: 12)), "holds 2x2x3; the model reads 'x' (1x3x2x2)"),
      (NumPyArray([3, 2, 2], [Float](repeating: .nan, count: 12)), "not finite"),
      (NumPyArray([0, 3, 2, 2], []), "holds"),
    ] {
      try array.write(to: folder.path("x.npy"))
      let result = try GlintProgram.run(["run", model, "--input", folder.path("x.npy"), "--output", output])
      #expect(result.status == 1 && result.errors.contains(words), "\(result.errors)")
    }
    let text = try folder.write(Array("no array".utf8), as: "text")
    let result = try GlintProgram.run(["run", model, "--input", text, "--output", output])
    #expect(result.status == 1 && result.errors.contains("is text, and an .npy or .npz file of NumPy is wanted here"))
    #expect(try !folder.names().contains("y.npy"))
  }
}
