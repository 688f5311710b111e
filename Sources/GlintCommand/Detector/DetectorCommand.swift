import ArgumentParser
import Datasets
import DetectorTraining
import RenderedFaces

/// `glint detector`: networks that find faces.
struct DetectorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "detector",
    abstract: "Train and evaluate the network that finds faces.",
    subcommands: [DetectorTrain.self, DetectorEvaluate.self, DetectorThreshold.self])
}

/// What a detector is trained and evaluated on.
struct DetectorMaterialOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      A folder of photos with a table of face boxes: an index.csv in it, or FOLDER=TABLE. Faces beside those of the \
      table may be in them. May be given several times.
      """)
  var photos: [String] = []

  @Option(name: .long, help: "The same, where the table names every face of each photo.")
  var completePhotos: [String] = []

  @Option(
    name: .long,
    help: """
      A folder of photos with a table of all their faces: an index.csv in it, or FOLDER=TABLE, with a line a box and, \
      where known, the columns use (train or ignore), kind (hand or auto), mask and source. May be given several times.
      """)
  var wild: [String] = []

  @Option(name: .long, help: "A folder of pictures that show a face up to their borders. May be given several times.")
  var crops: [String] = []

  @Option(name: .long, help: "A folder of pictures without faces. May be given several times.")
  var scenes: [String] = []

  @Option(name: .long, help: "How many rendered rooms with rendered people are added to the photos, 0 for none.")
  var painted = 300

  func validate() throws {
    guard !scenes.isEmpty else { throw ValidationError("--scenes names a folder of pictures without faces.") }
    for (option, texts) in [("--photos", photos + completePhotos), ("--wild", wild)] {
      for text in texts where text.isEmpty || text.hasPrefix("=") {
        throw ValidationError("\(option) takes a folder, or FOLDER=TABLE; '\(text)' names no folder.")
      }
    }
    guard painted > 0 || !photos.isEmpty || !completePhotos.isEmpty || !wild.isEmpty else {
      throw ValidationError("--photos or --wild names a folder of photos with faces.")
    }
    guard (0...10_000).contains(painted) else { throw ValidationError("--painted takes a number from 0 to 10000.") }
    try FileArguments.checkFolders(sources.map(\.folder) + wildSources.map(\.folder) + crops + scenes)
    for table in sources.map(\.boxes) + wildSources.map(\.boxes) { try FileArguments.checkBoxes(table) }
  }

  /// The options as they would be typed.
  var words: [String] {
    photos.flatMap { ["--photos", $0] } + completePhotos.flatMap { ["--complete-photos", $0] }
      + wild.flatMap { ["--wild", $0] } + crops.flatMap { ["--crops", $0] } + scenes.flatMap { ["--scenes", $0] }
  }

  /// Notes the folders and tables in a plan.
  func note(in plan: inout OutputPlan) {
    for source in sources {
      plan.read("the photos", source.folder)
      plan.read("a table of boxes", source.boxes)
    }
    for source in wildSources {
      plan.read("the photos", source.folder)
      plan.read("a table of boxes", source.boxes)
    }
    plan.read("the crops", crops)
    plan.read("the scenes", scenes)
  }

  /// Checks by the files' names that no part will lack what pictures are composed of.
  func checkParts() throws {
    let folders = sources.map(\.folder) + wildSources.map(\.folder)
    try DetectionMaterial.checkParts(photos: folders, scenes: scenes) { paintedRooms(in: $0) > 0 }
  }

  private func paintedRooms(in part: DetectionMaterial.Part) -> Int { part == .training ? painted : painted / 8 }

  /// A folder and its table, where one is named.
  private static func source(_ text: String) -> (folder: String, boxes: String?) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    return (parts[0], parts.count > 1 ? parts[1] : nil)
  }

  /// Photos with their tables.
  private var sources: [(folder: String, boxes: String?, isComplete: Bool)] {
    photos.map(Self.source).map { ($0.folder, $0.boxes, false) }
      + completePhotos.map(Self.source).map { ($0.folder, $0.boxes, true) }
  }

  private var wildSources: [(folder: String, boxes: String?)] { wild.map(Self.source) }

  /// Reads one part of the material.
  func read(_ part: DetectionMaterial.Part, threads: Int, quiet: Bool) throws -> DetectionMaterial {
    let progress = LockedProgress("Reading the \(part.rawValue) part", quiet: quiet)
    var material = try DetectionMaterial(
      photos: sources, wild: wildSources, crops: crops, scenes: scenes, part: part, threads: threads
    ) { progress.update($0, of: $1) }
    let many = wild.isEmpty ? "" : "\(material.wild.count) photos with all faces, "
    progress.finish(
      "\(material.photos.count) photos, \(many)\(material.crops.count) crops, \(material.scenes.count) scenes")
    tell(material.account, quiet: quiet)
    material.photos += Self.paintedRooms(paintedRooms(in: part), part)
    return material
  }

  /// Rooms with one to four rendered people, each at a moment of its own.
  private static func paintedRooms(_ count: Int, _ part: DetectionMaterial.Part) -> [DetectionMaterial.Photo] {
    let base = UInt64(DetectionMaterial.Part.allCases.firstIndex(of: part)!) * 1_000_000 + 77
    var rooms: [DetectionMaterial.Photo] = []
    var number: UInt64 = 0
    while rooms.count < count {
      let scene = RenderedScene(seed: base + number, people: 1 + Int(number % 4))
      for moment in 0..<6 where rooms.count < count {
        let (image, faces) = scene.frame(at: Double(moment) * 2.7)
        guard !faces.isEmpty else { continue }
        // People of whom less than a half is seen are not named: the table is not complete then.
        rooms.append(.init(image, faces: faces.map(\.face), isComplete: true, name: "painted room \(number)"))
      }
      number += 1
    }
    return rooms
  }
}
