import Datasets
import Faces
import Files
import Imaging
import Threads
import Training

/// What pictures for a face detector are composed of: photos whose faces are known, crops that show a face alone, and
/// scenes without any. Grey, in memory.
public struct DetectionMaterial: Sendable {
  /// The parts of the material; pictures of one series are in one part.
  public enum Part: String, Sendable, CaseIterable {
    /// What weights are learned from.
    case training
    /// What thresholds are chosen on.
    case validation
    /// What figures are told of.
    case test
  }

  /// Whole photos.
  public var photos: [Photo] = []
  /// Whole photos of which every box is known: faces to be found, and what is neither face nor background.
  public var wild: [Photo] = []
  /// Pictures that are a face, up to their borders.
  public var crops: [Photo] = []
  /// Pictures without faces.
  public var scenes: [Image] = []
  /// Of the scenes, how many come first that are pictures of `wild` tables: somebody's detector found no face there.
  /// They teach, but who finds one that was missed, or drawn, is not wrong.
  public private(set) var unsureScenes = 0
  /// The scenes in which every box is a false one.
  public var faceless: ArraySlice<Image> { scenes.dropFirst(unsureScenes) }
  /// Their files.
  public var sceneNames: [String] = []
  /// What became of every file of the folders.
  public var account = ReadingAccount()

  /// Nothing yet.
  public init() {}

  /// How much of a crop's side its face's box takes, from the middle: crops reach from ear to ear.
  static let cropShare: Float = 0.94

  /// The part of a file, by the SHA-256 of its series: its name without the number at the end, and that number in
  /// blocks of 25. Data sets number pictures of one person or place one after the other. 80 % are for training, 8 % for
  /// validation, 12 % for tests.
  public static func part(ofFile path: String) -> Part {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    let name = file.split(separator: ".").first.map(String.init) ?? file
    let digits = name.reversed().prefix { $0.isNumber }.count
    let number = Int(name.suffix(digits)) ?? 0
    let series = String(name.dropLast(digits)) + "/\(number / 25)"
    let digest = Array(series.utf8).withUnsafeBytes { SHA256.hex($0) }
    let share = (Int(digest.prefix(7), radix: 16) ?? 0) % 100
    return share < 80 ? .training : share < 88 ? .validation : .test
  }

  /// Reads folders of pictures.
  ///
  /// - Parameters:
  ///   - photos: folders of whole photos with tables of boxes, each told whether its tables name every face. Pictures
  ///     without a box are passed over.
  ///   - wild: folders of photos with tables of all boxes, see `FaceAnnotations`; their pictures without boxes become
  ///     scenes (see `unsureScenes`).
  ///   - crops: folders of faces.
  ///   - scenes: folders of pictures without faces.
  ///   - part: which part is read.
  ///   - threads: threads that decode.
  ///   - progress: told how many files of how many are done.
  /// - Throws: `FaceBoxError` for a table that cannot be understood, `TrainingError.data` for a folder without pictures
  ///   or a photo folder without a table.
  public init(
    photos: [(folder: String, boxes: String?, isComplete: Bool)], wild: [(folder: String, boxes: String?)] = [],
    crops: [String], scenes: [String], part: Part, threads: Int,
    progress: @escaping @Sendable (Int, Int) -> Void = { _, _ in }
  ) throws {
    enum Role { case photo(FaceBox, isComplete: Bool), wild([FaceAnnotations.Face]), crop, scene(isUnsure: Bool) }
    var files: [(path: String, role: Role)] = []
    var account = ReadingAccount()
    func lacksTable(_ folder: String) -> TrainingError {
      .data(path: folder, "has no table of face boxes: give it an index.csv with file, x, y, w, h, or name one")
    }
    func list(_ folder: String) throws -> [String] {
      let found = try ImageFiles.look(in: folder)
      guard !found.pictures.isEmpty else { throw TrainingError.data(path: folder, "holds no JPEG or PNG files") }
      account.leaveOut(found.others.filter { $0.file != FaceBoxTable.path(in: folder) })
      let own = found.pictures.filter { Self.part(ofFile: $0) == part }
      account.notNeeded += found.pictures.count - own.count
      return own
    }
    for source in photos {
      guard let boxes = try source.boxes.map({ try FaceBoxTable(path: $0) }) ?? FaceBoxTable.found(in: source.folder)
      else { throw lacksTable(source.folder) }
      for path in try list(source.folder) {
        guard let box = boxes.box(for: path) else {
          account.leaveOut(.init(file: path, .boxless, reason: "\(boxes.path) has no box for it"))
          continue
        }
        files.append((path, .photo(box, isComplete: source.isComplete)))
      }
    }
    for source in wild {
      let table = source.boxes ?? FaceBoxTable.path(in: source.folder)
      guard source.boxes != nil || FileSystem.exists(table) else { throw lacksTable(source.folder) }
      let annotations = try FaceAnnotations(path: table)
      for path in try list(source.folder) {
        guard let faces = annotations.faces(in: path) else {
          account.leaveOut(.init(file: path, .boxless, reason: "\(table) does not name it"))
          continue
        }
        files.append((path, faces.isEmpty ? .scene(isUnsure: true) : .wild(faces)))
      }
    }
    for folder in crops { files += try list(folder).map { ($0, .crop) } }
    for folder in scenes { files += try list(folder).map { ($0, .scene(isUnsure: false)) } }

    let all = files
    let decoded = Locked([Result<Image, ImageError>?](repeating: nil, count: all.count))
    let done = Locked(0)
    ThreadPool(threads: threads).run(all.count, inBlocksOf: 32) { block in
      for index in block {
        let result: Result<Image, ImageError>
        do throws(ImageError) { result = .success(try ImageDecoder.decode(path: all[index].path).grey) } catch {
          result = .failure(error)
        }
        decoded.withLock { $0[index] = result }
      }
      done.withLock { count in
        count += block.count
        progress(count, all.count)
      }
    }
    for ((path, role), result) in zip(all, decoded.value) {
      guard case .success(var image)? = result else {
        if case .failure(let error)? = result { account.leaveOut(.init(error)) }
        continue
      }
      switch role {
      case .photo(let box, let isComplete):
        if let reason = image.leftOut(path, for: box) {
          account.leaveOut(reason)
          continue
        }
        // From here on the picture is what was decoded, and its box is in these pixels.
        let scale = 1 / Float(image.reduction)
        image.reduction = 1
        self.photos.append(Photo(image, faces: [box.scaled(by: scale)], isComplete: isComplete, name: path))
      case .wild(let faces):
        if let outside = faces.lazy.compactMap({ image.leftOut(path, for: $0.box) }).first {
          account.leaveOut(outside)
          continue
        }
        let scale = 1 / Float(image.reduction)
        image.reduction = 1
        self.wild.append(Photo(image, annotations: faces.map { $0.scaled(by: scale) }, name: path))
      case .crop:
        let side = Float(min(image.width, image.height)) * Self.cropShare
        let box = FaceBox(
          x: (Float(image.width) - side) / 2, y: (Float(image.height) - side) / 2, width: side, height: side)
        self.crops.append(Photo(image, faces: [box], isComplete: true, name: path))
      case .scene(let isUnsure):
        unsureScenes += isUnsure ? 1 : 0
        self.scenes.append(image)
        sceneNames.append(path)
      }
      account.used += 1
    }
    self.account = account
  }
}
