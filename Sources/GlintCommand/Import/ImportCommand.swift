import ArgumentParser
import Files
import Importing
import ModelFiles
import Models

/// `glint import`: networks of other programs as models of Glint's.
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Turn a trained network of another program (ONNX, TensorFlow Lite) into a model.",
    discussion: """
      The file does not say how pictures become the numbers that the network was trained on: say it once here, and \
      the model keeps it. The range of pixels is built into the first layer. Without labels the model gives numbers, \
      which 'glint run', 'glint bench' and 'glint quantize --method' take.

      What cannot be imported is listed whole; nothing is written then.

      Examples:
        glint import net.onnx -o net.safetensors --labels cat,dog --range imagenet
        glint import net.onnx -o net.safetensors --input 1x3x64x64 --range -1..1
        glint import net.onnx -o net.safetensors --colour bgr --range 0..255 \\
          --mean 127 --std 128
        glint import face.onnx -o face.safetensors --labels labels.txt --fit face
        glint import net.tflite -o net.safetensors --range -1..1
        glint import net.onnx -o net.safetensors --labels cat,dog --data photos
        glint import two.onnx -o two.safetensors --input picture=1x3x64x64 \\
          --input age=1x1
        # without the label beside them
        glint import net.onnx -o net.safetensors --outputs probabilities
      """)

  @Argument(help: "An ONNX file, opset 7 to 23, or a TensorFlow Lite file; in float or quantized.")
  var file: String

  @Option(name: [.short, .long], help: "Where the model goes: float, or int8 where the network computes with codes.")
  var output: String

  @Option(
    name: .long,
    help: ArgumentHelp(
      "The extents of an input, as in 1x3x64x64, where the file leaves them open. May be repeated for several inputs.",
      valueName: "[name=]extents"),
    transform: InputExtents.init)
  var input: [InputExtents] = []

  @Option(
    name: .long,
    help: "What comes out: names of the file's values, with commas between them (default: the file's outputs).")
  var outputs: String?

  @Option(name: .long, help: "How the input's axes lie: nchw or nhwc (default: as its extents say).")
  var layout: ImportOptions.Layout?

  @Option(
    name: .long, parsing: .unconditional,
    help: "What the network reads in place of a pixel: 0..1, -1..1, 0..255 or imagenet (default: 0..1).")
  var range: ImportOptions.Range?

  @Option(
    name: .long, parsing: .unconditional,
    help: "Subtracted from that, one number or one a channel in the network's order: 0.5 or 0.5,0.4,0.3.",
    transform: Import.numbers)
  var mean: [Float]?

  @Option(name: .long, help: "Divided by after that, likewise.", transform: Import.numbers)
  var std: [Float]?

  @Option(name: .long, help: "The order of channels that the network reads: rgb, bgr or grey.")
  var colour: ImportOptions.Colour?

  @Option(name: .long, help: "Names of the classes in order: a,b,c or a file with one a line.")
  var labels: String?

  @Option(
    name: .long,
    help: """
      The part of a picture that the network sees: stretch (all of it), crop (the centred square), letterbox (all of \
      it, its aspect kept), face.
      """)
  var fit = FitName.stretch

  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      Photos, a folder a class: the common ranges and orders of channels that nothing else says are tried on them, and \
      the one that fits beyond doubt is taken. May be repeated.
      """, valueName: "folder"))
  var data: [String] = []

  @Option(name: .long, help: "How many photos of --data to look at, at most (default: 1000).")
  var images: Int?

  @OptionGroup var faces: FaceSourceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var force: ForceOption
  @OptionGroup var quiet: QuietOption

  enum FitName: String, ExpressibleByArgument, CaseIterable {
    case stretch, crop, letterbox, face
  }

  func run() throws {
    var plan = OutputPlan()
    plan.read("the network", file)
    plan.read("--labels", labels)
    for folder in data { plan.read("--data", folder) }
    faces.note(in: &plan)
    try plan.write("-o", output, .model)
    try plan.check(force: force.force)
    if !ForeignNetwork.isOne(path: file), let reason = try FileKind(path: file).refusalAsNetwork {
      throw ValidationError("\(file) \(reason).")
    }
    let network = try ForeignNetwork(path: file)
    if case .onnx(let network) = network, outputs == nil, try importOwn(network) { return }
    let imported = try lowered(network)
    try imported.quantized?.write(to: output) ?? imported.model.write(to: output)
    guard !quiet.quiet else { return }
    try ImportText(network, imported).show()
    let isClassifier = imported.model.description.isClassifier
    let kind = imported.quantized == nil ? "a float" : "an int8"
    guard imported.model.description.takesPictures else {
      emit("\(output): \(kind) model that takes and gives numbers")
      return NextCommand.show(["run", output, "--input", "numbers.npz", "--output", "results.npz"])
    }
    emit("\(output): \(kind) model\(isClassifier ? "" : " that gives numbers; --labels would name classes")")
    guard imported.quantized == nil else { return NextCommand.show(["bench", output]) }
    let method = isClassifier ? [] : ["--method", "mse"]
    NextCommand.show(
      ["quantize", output, "--calibration", "PHOTOS"] + method + ["-o", NextCommand.int8Path(of: output)])
  }

  func validate() throws {
    try InputExtents.check(input)
    guard data.isEmpty else { return }
    guard images == nil, !faces.areSought, faces.faces == nil, faces.boxes.boxes == nil, faces.detector == nil else {
      throw ValidationError("--images, --faces, --faces-in, --boxes and --detector go with --data.")
    }
  }

  /// The network by what is said, and by what --data tells of the rest.
  private func lowered(_ network: ForeignNetwork) throws -> ImportedModel {
    let said = try options()
    guard !data.isEmpty else { return try ImportedModel(network, options: said) }
    try FileArguments.checkFolders(data, wanting: FileArguments.classFolders)
    let search = ConventionSearch(
      said: said, network: network, faces: faces, threads: threads.count, quiet: quiet.quiet)
    return try search.imported(data: data, images: images ?? 1000)
  }

  private func options() throws -> ImportOptions {
    var options = ImportOptions()
    options.limits = faces.trust.limits
    options.input = input.first { $0.name == nil }?.extents
    for given in input { if let name = given.name { options.inputs[name] = given.extents } }
    options.layout = layout
    options.outputs = outputs.map { commaList($0) } ?? []
    options.range = range
    options.mean = mean ?? []
    options.deviation = std ?? []
    options.colour = colour
    switch fit {
    case .stretch: options.fit = .stretch
    case .crop: options.fit = .centreSquare
    case .letterbox: options.fit = .inside
    case .face: options.fit = .face(marginPercent: 10)
    }
    guard let labels else { return options }
    let text: String
    if let reason = FileKind.refusal(of: labels, wanting: "a text that names the classes", among: [.text]) {
      throw ValidationError("--labels: \(labels) \(reason).")
    }
    if let file = try Self.labelFile(labels) {
      guard file.bytes.count <= 1 << 20 else { throw Failure("--labels \(labels): is no list of classes") }
      text = String(decoding: file.copy(), as: UTF8.self)
    } else {
      text = labels
    }
    guard let list = LabelList.parse(text) else { throw Failure("--labels '\(labels)' names no classes") }
    options.labels = list
    return options
  }

  /// The file that is named; nil where these are names with commas between them.
  private static func labelFile(_ labels: String) throws -> MappedFile? {
    do { return try MappedFile(path: labels) } catch {
      // One name alone is no list of classes, and nobody's class is called as a path.
      let isList = labels.contains { $0 == "," || $0.isNewline } && !labels.hasPrefix("/") && !labels.hasPrefix("./")
      guard !isList, "[{".allSatisfy({ !labels.hasPrefix(String($0)) }) else { return nil }
      throw Failure("--labels: \(error); names of classes have commas between them")
    }
  }

  @Sendable private static func numbers(_ text: String) throws -> [Float] {
    let parts = commaList(text, keepingEmpty: true).map { Float($0) }
    guard !parts.isEmpty, parts.allSatisfy({ $0?.isFinite ?? false }) else {
      throw ValidationError("'\(text)' is no number, and no numbers with commas between them.")
    }
    return parts.compactMap { $0 }
  }
}

extension ImportOptions.Layout: ExpressibleByArgument {}
extension ImportOptions.Range: ExpressibleByArgument {}
extension ImportOptions.Colour: ExpressibleByArgument {}
