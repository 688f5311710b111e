import Files
import ModelFiles
import Models
import NumPyFiles
import Numerics
import TestSupport
import Testing

/// `glint run`: names, layouts, archives and batches, as a user would run it.
@Suite struct RunCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Two outputs of an input of 3 x 2 x 2, channels first: ten times each number, and the mean of each channel.
  private func model(_ options: [String] = []) throws -> String {
    var writer = ONNXWriter()
    writer.input("/in", [1, 3, 2, 2])
    writer.weights("w", [3, 3, 1, 1], [10, 0, 0, 0, 10, 0, 0, 0, 10])
    writer.node("Conv", ["/in", "w"], ["tens"])
    writer.node("GlobalAveragePool", ["/in"], ["mean"])
    writer.node("Flatten", ["mean"], ["means"], [("axis", .int(1))])
    writer.output("tens")
    writer.output("means")
    let file = try folder.write(writer.bytes, as: "two.onnx")
    let model = folder.path("two.safetensors")
    let imported = try GlintProgram.run(["import", file, "-o", model, "--force", "--layout", "nchw"] + options)
    #expect(imported.status == 0, "\(imported.errors)")
    return model
  }

  private func run(_ model: String, _ inputs: [String], _ outputs: [String]) throws -> GlintProgram.Result {
    try GlintProgram.run(
      ["run", model, "--force"] + inputs.flatMap { ["--input", $0] } + outputs.flatMap { ["--output", $0] })
  }

  private func isNear(_ array: NumPyArray?, _ expected: [Float]) -> Bool {
    guard case .floats(let numbers)? = array?.elements, numbers.count == expected.count else { return false }
    return zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) }
  }

  private let numbers = (0..<12).map { Float($0) / 16 }
  private var means: [Float] { (0..<3).map { numbers[$0 * 4..<$0 * 4 + 4].reduce(0, +) / 4 } }

  @Test func outputsByName() throws {
    let model = try model()
    let (x, tens, means) = (folder.path("x.npy"), folder.path("tens.npy"), folder.path("means.npy"))
    try NumPyArray([1, 3, 2, 2], numbers).write(to: x)
    let both = try run(model, [x], ["tens=" + tens, "means=" + means])
    #expect(both.status == 0, "\(both.errors)")
    let first = try NumPyArray(path: tens)
    #expect(first.shape == [1, 3, 2, 2] && isNear(first, numbers.map { 10 * $0 }))
    let second = try NumPyArray(path: means)
    #expect(second.shape == [1, 3] && isNear(second, self.means))
    // All in one archive, and one of them.
    for (outputs, names) in [(["y.npz"], ["tens", "means"]), (["means=y.npz"], ["means"])] {
      let paths = outputs.map { $0.replacingName(folder.path("y.npz")) }
      #expect(try run(model, ["/in=" + x], paths).status == 0)
      let archive = try NumPyArchive(path: folder.path("y.npz"))
      #expect(try archive.names == names && isNear(archive.array("means"), self.means))
    }
    // An example without a batch gives outputs without.
    try NumPyArray([3, 2, 2], numbers).write(to: x)
    #expect(try run(model, [x], ["tens=" + tens, "means=" + means]).status == 0)
    #expect(try NumPyArray(path: tens).shape == [3, 2, 2] && NumPyArray(path: means).shape == [3])
  }

  /// A batch, in an archive, stored and deflated.
  @Test func batchesInArchives() throws {
    let model = try model()
    let twice = NumPyArray([2, 3, 2, 2], numbers + numbers.map { 1 - $0 })
    try twice.write(to: folder.path("x.npy"))
    let file = try MappedFile(path: folder.path("x.npy")).copy()
    let (x, y) = (folder.path("x.npz"), folder.path("y.npz"))
    for name in ["/in", "input", "arr_0"] {
      for member in [ZipWriter.Member(name + ".npy", file), ZipWriter.Member(name + ".npy", file).deflated()] {
        try folder.write(ZipWriter([member]).bytes, as: "x.npz")
        let ran = try run(model, [x], [y])
        #expect(ran.status == 0, "\(ran.errors)")
        let archive = try NumPyArchive(path: y)
        let tens = try archive.array("tens"), means = try archive.array("means")
        #expect(tens?.shape == [2, 3, 2, 2] && means?.shape == [2, 3])
        #expect(isNear(tens, (numbers + numbers.map { 1 - $0 }).map { 10 * $0 }))
        #expect(isNear(means, self.means + self.means.map { 1 - $0 }))
      }
    }
  }

  /// Numbers are the file's own, whatever stands in place of a pixel and whichever channel comes first.
  @Test(arguments: [
    ["--range", "-1..1"], ["--range", "0..255", "--mean", "127,100,90", "--std", "128,50,60"],
    ["--range", "imagenet", "--colour", "bgr"], ["--colour", "bgr"],
  ])
  func unitsOfTheFile(_ options: [String]) throws {
    let model = try model(options)
    let (x, y) = (folder.path("x.npy"), folder.path("y.npz"))
    let given = numbers.map { 3 * $0 - 1 }
    try NumPyArray([1, 3, 2, 2], given).write(to: x)
    let ran = try run(model, [x], [y])
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(try isNear(NumPyArchive(path: y).array("tens"), given.map { 10 * $0 }))
    // Bytes are pixels in the file's order; the model's own order is a picture's.
    let pixels = (0..<12).map { UInt8($0 * 20) }
    try NumPyArray([3, 2, 2], .bytes(pixels)).write(to: x)
    #expect(try run(model, [x], [y]).status == 0)
    let bytes = try NumPyArchive(path: y).array("tens")
    let expected = pixels.enumerated().map { place, pixel in
      let (c, p) = (place / 4, Float(pixel) / 255)
      switch options[1] {
      case "-1..1": return 10 * (2 * p - 1)
      case "0..255": return 10 * (255 * p - [127, 100, 90][c]) / [128, 50, 60][c]
      case "imagenet": return 10 * (p - [0.406, 0.456, 0.485][c]) / [0.225, 0.224, 0.229][c]
      default: return 10 * p
      }
    }
    #expect(isNear(bytes, expected), "not \(expected)")
  }

  /// Labels make probabilities for people; numbers stay the file's.
  @Test func logitsStayNumbers() throws {
    var writer = ONNXWriter()
    writer.input("x", [1, 4])
    writer.weights("w", [4, 2], [1, 0, 0, 1, 1, 0, 0, 1])
    writer.node("MatMul", ["x", "w"], ["y"])
    let plain = writer
    writer.node("LogSoftmax", ["y"], ["z"], [("axis", .int(1))])
    for (file, end) in [(plain, "y"), (writer, "z")] {
      var file = file
      file.output(end)
      let path = try folder.write(file.bytes, as: "list.onnx"), model = folder.path("list.safetensors")
      let imported = try GlintProgram.run(["import", path, "-o", model, "--labels", "a,b", "--force"])
      #expect(imported.status == 0, "\(imported.errors)")
      try NumPyArray([1, 4], [1, 2, 3, 4]).write(to: folder.path("x.npy"))
      #expect(try run(model, [folder.path("x.npy")], [folder.path("y.npy")]).status == 0)
      let result = try NumPyArray(path: folder.path("y.npy"))
      // 4 and 6: the logarithm of the sum of their powers is 6.126928.
      #expect(result.shape == [1, 2] && isNear(result, end == "y" ? [4, 6] : [-2.126928, -0.126928]))
    }
  }

  @Test func wrongNames() throws {
    let model = try model()
    let (x, y) = (folder.path("x.npy"), folder.path("y.npy"))
    try NumPyArray([3, 2, 2], numbers).write(to: x)
    let outputs = "its outputs are 'tens' (1x3x2x2), 'means' (1x3)"
    for (inputs, names, words) in [
      ([x], [y], outputs + "; name one, as in --output tens="),
      ([x], ["boxes=" + y], "the model has no output 'boxes'; " + outputs),
      (["y=" + x], ["tens=" + y], "the model has no input 'y'; its one input is '/in' (1x3x2x2)"),
      ([x, "/in=" + x], ["tens=" + y], "--input is given 2 times"),
      ([x], ["tens=" + y, "means=" + y], "name the same file"),
      ([x], ["tens="], "names no file"),
    ] {
      let result = try run(model, inputs, names)
      #expect(result.status == 1 && result.errors.contains(words), "\(result.errors), not \(words)")
    }
    let nothing = try GlintProgram.run(["run", model, "--output", "tens=" + y])
    #expect(nothing.status == 2 && nothing.errors.contains("--input FILE"))
    try NumPyArchive.write([("a", NumPyArray([1], [1])), ("b", NumPyArray([1], [1]))], to: folder.path("x.npz"))
    let other = try run(model, [folder.path("x.npz")], ["tens=" + y])
    #expect(other.status == 1 && other.errors.contains("holds 'a', 'b', and"), "\(other.errors)")
    try NumPyArray([2, 2, 3], numbers).write(to: x)
    let turned = try run(model, [x], ["tens=" + y])
    #expect(turned.status == 1 && turned.errors.contains("numpy.moveaxis(x, -1, -3)"), "\(turned.errors)")
    try NumPyArray([3, 2, 2], .codes(.init(repeating: 1, count: 12))).write(to: x)
    let codes = try run(model, [x], ["tens=" + y])
    #expect(codes.status == 1 && codes.errors.contains("holds int8; the model reads float32"), "\(codes.errors)")
    #expect(try !folder.names().contains("y.npy"))
  }

  /// Paths in which `=` stands.
  @Test func equalSignsInPaths() throws {
    let model = try model()
    let x = try folder.write([], as: "a=b/x.npy"), y = folder.path("a=b/y.npz")
    try NumPyArray([3, 2, 2], numbers).write(to: x)
    let ran = try run(model, [x], [y])
    #expect(ran.status == 0, "\(ran.errors)")
    #expect(try run(model, ["/in=" + x], ["tens=" + folder.path("a=b/t.npy")]).status == 0)
    #expect(try NumPyArray(path: folder.path("a=b/t.npy")).shape == [3, 2, 2])
  }
}

extension String {
  /// The text with the path behind its name, or the whole of it, replaced.
  fileprivate func replacingName(_ path: String) -> String {
    guard let end = firstIndex(of: "=") else { return path }
    return self[...end] + path
  }
}
