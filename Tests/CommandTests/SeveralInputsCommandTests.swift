import Files
import Imaging
import ModelFiles
import Models
import NumPyFiles
import Numerics
import TestSupport
import Testing

/// Networks of several inputs, as a user would import, run and look at them.
@Suite struct SeveralInputsCommandTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// `y`: the mean of each channel of a picture of 3 x 2 x 2 and two numbers; `z`: ten times each pixel.
  private func network() throws -> String {
    var writer = ONNXWriter()
    writer.input("/picture", [1, 3, 2, 2])
    writer.input("age", ["N", "2"])
    writer.weights("w", [3, 3, 1, 1], [10, 0, 0, 0, 10, 0, 0, 0, 10])
    writer.node("Conv", ["/picture", "w"], ["z"])
    writer.node("GlobalAveragePool", ["/picture"], ["mean"])
    writer.node("Flatten", ["mean"], ["means"], [("axis", .int(1))])
    writer.node("Concat", ["means", "age"], ["y"], [("axis", .int(1))])
    writer.output("y")
    writer.output("z")
    return try folder.write(writer.bytes, as: "two.onnx")
  }

  private func model() throws -> String {
    let model = folder.path("two.safetensors")
    let imported = try GlintProgram.run(["import", network(), "-o", model, "--force"])
    #expect(imported.status == 0, "\(imported.errors)")
    return model
  }

  private func run(_ model: String, _ inputs: [String], _ output: String) throws -> GlintProgram.Result {
    try GlintProgram.run(["run", model, "--force", "--output", output] + inputs.flatMap { ["--input", $0] })
  }

  private func isNear(_ array: NumPyArray?, _ expected: [Float]) -> Bool {
    guard case .floats(let numbers)? = array?.elements, numbers.count == expected.count else { return false }
    return zip(numbers, expected).allSatisfy { abs($0 - $1) < 1e-4 * max(1, abs($1)) }
  }

  private let picture = (0..<12).map { Float($0) / 2 - 3 }
  private let age: [Float] = [41, -0.5]
  private var joined: [Float] { (0..<3).map { picture[$0 * 4..<$0 * 4 + 4].reduce(0, +) / 4 } + age }

  @Test func byNameAndInArchives() throws {
    let model = try model()
    let (x, a, y) = (folder.path("x.npy"), folder.path("a.npy"), folder.path("y.npz"))
    let (first, second) = (NumPyArray([1, 3, 2, 2], picture), NumPyArray([1, 2], age))
    try first.write(to: x)
    try second.write(to: a)
    try NumPyArchive.write([("age", second), ("other", second), ("/picture", first)], to: folder.path("named.npz"))
    try NumPyArchive.write([("arr_0", first), ("arr_1", second)], to: folder.path("nameless.npz"))
    try NumPyArchive.write([("arr_0", second)], to: folder.path("age.npz"))
    let named = folder.path("named.npz")
    for inputs in [
      ["/picture=" + x, "age=" + a], ["age=" + a, "/picture=" + x], [named], [folder.path("nameless.npz")],
      ["age=" + named, "/picture=" + x], ["age=" + a, named], ["/picture=" + x, "age=" + folder.path("age.npz")],
    ] {
      let ran = try run(model, inputs, y)
      #expect(ran.status == 0, "\(inputs): \(ran.errors)")
      let archive = try NumPyArchive(path: y)
      let (lists, pictures) = (try archive.array("y"), try archive.array("z"))
      #expect(lists?.shape == [1, 5] && isNear(lists, joined), "\(inputs)")
      #expect(pictures?.shape == [1, 3, 2, 2] && isNear(pictures, picture.map { 10 * $0 }), "\(inputs)")
    }
    // Without a batch, and two examples at once.
    try NumPyArray([3, 2, 2], picture).write(to: x)
    try NumPyArray([2], age).write(to: a)
    #expect(try run(model, ["/picture=" + x, "age=" + a], y).status == 0)
    #expect(try NumPyArchive(path: y).array("y")?.shape == [5])
    try NumPyArray([2, 3, 2, 2], picture + picture.map { -$0 }).write(to: x)
    try NumPyArray([2, 2], age + age.map { -$0 }).write(to: a)
    #expect(try run(model, ["/picture=" + x, "age=" + a], y).status == 0)
    let two = try NumPyArchive(path: y).array("y")
    #expect(two?.shape == [2, 5] && isNear(two, joined + joined.map { -$0 }))
  }

  @Test func whatDoesNotFit() throws {
    let model = try model()
    let (x, a, y) = (folder.path("x.npy"), folder.path("a.npy"), folder.path("y.npz"))
    try NumPyArray([1, 3, 2, 2], picture).write(to: x)
    try NumPyArray([2, 2], age + age).write(to: a)
    let inputs = "its inputs are '/picture' (1x3x2x2), 'age' (1x2)"
    for (given, words) in [
      ([x], inputs + "; say which with each file, as in --input /picture="),
      (["/picture=" + x], inputs + ", and no --input is given for 'age'"),
      (["age=" + a, "/picture=" + x, "age=" + a], "--input is given 2 times for 'age' (1x2)"),
      (["q=" + x, "age=" + a], "the model has no input 'q'; " + inputs),
      (["/picture=" + a, "age=" + a], "holds 2x2; the model reads '/picture' (1x3x2x2)"),
      (["/picture=" + x, "age=" + a], "holds 1 examples, and \(a) 2; each input takes as many"),
      ([folder.path("none.npz")], "none.npz"),
    ] {
      let result = try run(model, given, y)
      #expect(result.status == 1 && result.errors.contains(words), "\(result.errors), not \(words)")
    }
    let archive = folder.path("x.npz")
    try NumPyArchive.write([("/picture", NumPyArray([1, 3, 2, 2], picture))], to: archive)
    let missing = try run(model, [archive], y)
    #expect(missing.errors.contains("holds '/picture', and \(model) reads 'age' (1x2)"), "\(missing.errors)")
    for (elements, type) in [(NumPyArray.Elements.bytes([1, 2]), "uint8"), (.codes([1, 2]), "int8")] {
      try NumPyArray([1, 2], elements).write(to: a)
      let typed = try run(model, ["/picture=" + x, "age=" + a], y)
      #expect(typed.status == 1 && typed.errors.contains("holds \(type); the model reads float32 as the file reads"))
    }
    #expect(try !folder.names().contains("y.npz"))
  }

  /// What shows and measures networks takes such a model; what feeds pictures says why not.
  @Test func otherCommands() throws {
    let model = try model()
    let file = folder.path("two.onnx")
    let before = try GlintProgram.run(["inspect", file])
    #expect(before.output.contains("input   '/picture' 1x3x2x2\ninput   'age' Nx2\n"))
    let after = try GlintProgram.run(["inspect", model])
    #expect(after.output.contains("input   '/picture' 1x3x2x2, numbers\ninput   'age' 1x2, numbers\n"), "\(after)")
    let json = try GlintProgram.run(["inspect", model, "--json"])
    #expect(json.output.contains(#""inputs":[{"name":"/picture","shape":[1,3,2,2]},"#), "\(json.output)")
    let bench = try GlintProgram.run(["bench", model, "--runs", "5"])
    #expect(bench.status == 0, "\(bench.errors)")

    let photo = folder.path("p.png")
    _ = try folder.write(
      ImageEncoder.png(Image(width: 4, height: 4, channels: 3, pixels: .init(repeating: 9, count: 48))), as: "p.png")
    for (arguments, words) in [
      (["classify", model, photo], "reads the numbers of 2 inputs, and no pictures; 'glint run' takes it"),
      (["live", model, "--folder", folder.path("")], "reads the numbers of 2 inputs, and no pictures"),
      (["compare", model, model, "--data", folder.path("")], "reads the numbers of 2 inputs, and no pictures"),
      (["quantize", model, "--calibration", folder.path(""), "-o", folder.path("q")], "such a model stays in float"),
      (["inspect", model, "--image", photo, "--values", folder.path("v")], "reads the numbers of several inputs"),
      (["import", file, "-o", folder.path("n"), "--data", folder.path("")], "--data holds pictures, and"),
      (["import", file, "-o", folder.path("n"), "--labels", "a,b"], "--labels goes with pictures: leave it out"),
    ] {
      let result = try GlintProgram.run(arguments)
      #expect(result.status == 1 && result.errors.contains(words), "\(arguments[0]): \(result)")
    }
  }

  @Test func extentsByName() throws {
    let file = try network(), model = folder.path("m.safetensors")
    let imported = try GlintProgram.run(
      ["import", file, "-o", model, "--input", "/picture=1x3x2x2", "--input", "age=1x2"])
    #expect(imported.status == 0, "\(imported.errors)")
    #expect(imported.output.contains("input   'age' 1x2, read as numbers as they are\n"), "\(imported.output)")
    #expect(imported.output.contains("Next: glint run"))
    for (given, words) in [
      (["a=1x2", "a=1x2"], "given twice for 'a'"), (["a=1x2", "1x2"], "each names its input"),
      (["=1x2"], "--input takes extents"), (["a=2"], "--input takes extents"),
    ] {
      let result = try GlintProgram.run(["import", file, "-o", model, "--force"] + given.flatMap { ["--input", $0] })
      #expect(result.status == 2 && result.errors.contains(words), "\(result.errors)")
    }
  }

  /// The network that leaves has the inputs that came, and is the same model when it comes back.
  @Test func roundTrip() throws {
    let model = try model(), network = folder.path("out.onnx"), again = folder.path("again.safetensors")
    let exported = try GlintProgram.run(["export", model, "-o", network])
    let inputs = "input   '/picture' 1x3x2x2, float32\ninput   'age' 1x2, float32\n"
    #expect(exported.output.contains(inputs), "\(exported)")
    let back = try GlintProgram.run(["import", network, "-o", again])
    #expect(back.output.contains("the float model that glint exported"), "\(back)")
    #expect(try MappedFile(path: model).copy() == MappedFile(path: again).copy())
    // Taken as another program's, by its nodes alone, it gives the same numbers.
    let plain = try GlintProgram.run(["import", network, "-o", again, "--force", "--outputs", "y,z"])
    #expect(plain.status == 0 && plain.output.contains("input   'age' 1x2"), "\(plain)")
    let (x, y) = (folder.path("x.npz"), folder.path("y.npz"))
    try NumPyArchive.write(
      [("/picture", NumPyArray([1, 3, 2, 2], picture)), ("age", NumPyArray([1, 2], age))], to: x)
    #expect(try run(again, [x], y).status == 0)
    let archive = try NumPyArchive(path: y)
    #expect(try isNear(archive.array("y"), joined) && isNear(archive.array("z"), picture.map { 10 * $0 }))
  }
}
