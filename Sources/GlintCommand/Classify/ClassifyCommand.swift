import ArgumentParser
import Faces
import Files
import Glibc
import Imaging
import Inference
import ModelFiles
import Models

/// `glint classify`: label and probability of pictures.
struct Classify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Label pictures: JPEG or PNG files, or folders of them.",
    discussion: """
      Each picture is prepared as the model's file says, with its EXIF orientation applied. A file that cannot be read \
      is named and passed over, and the exit status is then 1; so are files of folders that are pictures of other \
      kinds. Whole photos are cropped to their faces where the model was trained so and --boxes, or an index.csv in \
      the folder, says where these are. A model may know when it cannot say: then the label is 'unsure', and the \
      probability that of the likeliest label that could have been shown.

      A model that was trained on faces looks at the main face of a whole photo, which the face detector finds; where \
      it finds none, or a face that fills the picture, the picture is taken as it is. --no-faces always takes it so. \
      --faces labels every face, whatever an index.csv says: one line a face, and in JSON a list 'faces' with 'box' \
      (x y w h in pixels of the upright picture), 'face' (the detector's certainty), label, probability, \
      probabilities and logits, the main face first; label and so on of the file are that face's, or the label is 'no \
      face'. --draw writes copies with the boxes.

      Examples:
        glint classify face.jpg
        glint classify mine.int8.safetensors holiday/ portrait.png --json
        glint classify party.jpg --faces --draw drawn
      """)

  @Argument(
    help: """
      A model file, float or int8 (default: the compact network that Glint comes with); then pictures, or folders \
      whose pictures are taken, with those in the folders within.
      """)
  var paths: [String]

  @OptionGroup var boxes: BoxesOption
  @OptionGroup var faces: FaceOptions

  @Option(name: .long, help: "Write copies with boxes and labels drawn in, as JPEG files, to this folder.")
  var draw: String?

  @OptionGroup var force: ForceOption
  @OptionGroup var threads: ThreadOption
  @OptionGroup var trust: TrustOption
  @OptionGroup var isa: ISAOption
  @OptionGroup var json: JSONOption

  /// Whether the first path is a model's: by its content, or, where that says nothing, by its name. A model of another
  /// program counts, so that no other is taken in its place.
  private var namesModel: Bool {
    guard let first = paths.first else { return false }
    switch (try? FileKind(path: first))?.group {
    case .model, .companion, .foreignModel: return true
    case .picture, .video, .folder, .archive: return false
    case .text, .other, nil: return first.hasSuffix(".safetensors")
    }
  }

  func validate() throws {
    // What is no model of Glint's is told as such, with or without pictures behind it.
    if namesModel { try TrustOption.checkKind(paths[0]) }
    guard paths.count > (namesModel ? 1 : 0) else { throw ValidationError("Name a picture, or a folder of pictures.") }
    if faces.faces == true, boxes.boxes != nil { throw ValidationError("--faces and --boxes exclude each other.") }
  }

  func run() throws {
    let images = namesModel ? Array(paths.dropFirst()) : paths
    try PictureArguments.check(images)
    let model = namesModel ? paths[0] : try ShippedModels.path(ShippedModels.classifier)
    let loaded = try trust.loadClassifier(model)
    let runner = try ModelRunner(loaded, threads: threads.count)
    let detector = try faces.open(for: loaded.description, threads: threads.count, trust.limits)
    let reader = PictureClassifier(runner, detector: detector, scope: faces.faces == true ? .all : .main)
    var account = ReadingAccount()
    let table = try boxes.boxes.map { try FaceBoxTable(path: $0) }
    let files = try Self.files(images, boxes: table, looksForFaces: faces.faces == true, &account)
    let copies = try draw.map {
      let copies = AnnotatedCopies(of: files.map(\.path), folder: $0, labels: loaded.description.labels)
      var plan = OutputPlan()
      plan.read("the model", model)
      plan.read("--boxes", boxes.boxes)
      plan.read("the face detector", faces.detector ?? ShippedModels.find(ShippedModels.detector))
      plan.read("the pictures", images + files.map(\.path))
      for path in copies.paths { try plan.write("--draw", path, .copy, isAsked: false) }
      try plan.check(force: force.force)
      try copies.makeFolder()
      return copies
    }
    // Columns that stand below each other: paths of one command are mostly of like length.
    let width = min(60, files.map(\.path.count).max() ?? 0)
    // In folders, what cannot be looked at failed as a picture that was named would have.
    var failed = 0
    for file in account.leftOut where !file.cause.isHarmless {
      failed += 1
      if json.json { emitWhole(try jsonLine(PictureRefusal(file: file.file, error: file.reason))) }
    }
    func refuse(_ file: String, _ picture: ReadingAccount.LeftOut) throws {
      failed += 1
      if json.json { emitWhole(try jsonLine(PictureRefusal(file: file, error: picture.reason))) }
      account.leaveOut(picture)
      printError("glint: \(picture.file): \(picture.reason)")
    }
    for (number, (file, face)) in files.enumerated() {
      do {
        let image = try ImageDecoder.decode(path: file)
        if let face, let reason = image.leftOut(file, for: face) {
          try refuse(file, reason)
          continue
        }
        let answer = PictureAnswer(file: file, loaded.description, reader.classify(image, face: face))
        if json.json { emitWhole(try jsonLine(answer)) } else { answer.lines(width: width).forEach(emit) }
        try copies?.write(image, answer, number)
        account.used += 1
      } catch let error as ImageError {
        try refuse(file, .init(error))
      }
    }
    // Files that were named one by one have been told of one by one.
    if images.contains(where: Self.isFolder) { tell(account, quiet: !account.needsAttention || json.json) }
    let all = account.used + failed
    if failed > 0 { throw Failure("\(failed) of \(all) \(all == 1 ? "picture" : "pictures") could not be read") }
  }

  /// The files themselves, and the pictures of the folders, each with its face where a table names it.
  private static func files(
    _ paths: [String], boxes: FaceBoxTable?, looksForFaces: Bool, _ account: inout ReadingAccount
  ) throws -> [(path: String, face: FaceBox?)] {
    var files: [(path: String, face: FaceBox?)] = []
    for path in paths {
      guard isFolder(path) else {
        files.append((path, boxes?.box(for: path)))  // a path that leads nowhere is a file that failed
        continue
      }
      let found = try ImageFiles.look(in: path)
      account.leaveOut(found.others)
      // Those that failed are told of one by one.
      guard !found.pictures.isEmpty || account.needsAttention else {
        throw Failure("\(path): no pictures (JPEG or PNG) in this folder")
      }
      // Who asks for faces wants all of them found, and not the one that a table names.
      let own = looksForFaces ? nil : try boxes ?? FaceBoxTable.found(in: path)
      files += found.pictures.map { ($0, own?.box(for: $0)) }
    }
    if let boxes, !files.isEmpty, !files.contains(where: { boxes.names($0.path) }) {
      throw Failure("\(boxes.path): \(FaceBoxTable.namesNone(of: files.count, seenFrom: "their folder"))")
    }
    return files
  }

  private static func isFolder(_ path: String) -> Bool {
    var facts = stat()
    return stat(PathText.bytes(path), &facts) == 0 && facts.st_mode & S_IFMT == S_IFDIR
  }
}
