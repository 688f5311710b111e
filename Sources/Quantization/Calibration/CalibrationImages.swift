import Datasets
import Faces
import Files
import Imaging
import Models

/// Pictures that calibration runs through, chosen by content so that names and order do not matter.
public struct CalibrationImages: Sendable {
  /// A picture, ready for the network.
  public struct Item: Sendable {
    /// The file, or what stands for it.
    public let path: String
    /// SHA-256 of the file, or of the pixels of a picture in memory.
    public let hash: String
    /// The number of its class; it means nothing where the pictures have none.
    public let label: Int
    /// Pixels of the network's input.
    public let pixels: [UInt8]
  }

  /// The pictures, by hash.
  public private(set) var items: [Item] = []
  /// Pictures that are cropped to a face that was found in them.
  public private(set) var found = 0
  /// What became of every file.
  public private(set) var account = ReadingAccount()

  /// Chooses up to `count` pictures of folders and their folders.
  ///
  /// - Parameters:
  ///   - faces: where faces stand in whole photos; in searched folders, pictures without one are passed over. Where the
  ///     network does not look at faces, no folder's own table is read.
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    folders: [String], faces: FaceSource = FaceSource(), count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let given = try faces.boxes.map { try FaceBoxTable(path: $0) }
    var pictures: [Dataset.Picture] = []
    var searches: [FaceSource.Search] = []
    var account = ReadingAccount()
    for (origin, folder) in folders.enumerated() {
      var search = faces.search(folder)
      var boxes = search.isRequired ? nil : given
      if preprocessing.cropsToFaces, given == nil, !search.isRequired {
        boxes = try FaceBoxTable.found(in: folder)
      }
      if boxes != nil { search = .none }
      searches.append(search)
      let found = try ImageFiles.look(in: folder)
      account.leaveOut(found.others.filter { $0.file != FaceBoxTable.path(in: folder) })
      for file in found.pictures {
        let face = boxes?.box(for: file)
        pictures.append(Dataset.Picture(name: file, label: 0, source: .file(file), face: face, origin: origin))
      }
    }
    guard !pictures.isEmpty else {
      throw QuantizationError(
        "\(folders.joined(separator: ", ")): no images (JPEG or PNG) to calibrate on\(account.hint)")
    }
    try self.init(
      pictures, searches: searches, count: count, preprocessing: preprocessing, progress: progress)
    account.add(self.account)
    self.account = account
  }

  /// Chooses up to `count` pictures: those with the smallest hashes, files that do not decode passed over, each content
  /// once.
  ///
  /// - Parameters:
  ///   - searches: by the number of their folder, how pictures that are not known to have a face are searched for one;
  ///     empty where none are.
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    _ pictures: [Dataset.Picture], searches: [FaceSource.Search] = [], count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    var hashed: [(hash: String, picture: Dataset.Picture)] = []
    var seen: Set<String> = []
    for picture in pictures {
      do throws(ImageError) {
        let hash = try Self.hash(picture)
        if seen.insert(hash).inserted {
          hashed.append((hash, picture))
        } else {
          account.leaveOut(.init(file: picture.name, .copy, reason: "its bytes were read under another name"))
        }
      } catch { account.leaveOut(.init(error)) }
    }
    hashed.sort { $0.hash < $1.hash }
    for (index, (hash, picture)) in hashed.enumerated() {
      guard items.count < count else {
        account.notNeeded = hashed.count - index
        break
      }
      do throws(ImageError) {
        let image = try picture.image()
        let search = searches.isEmpty ? .none : searches[picture.origin]
        let face = picture.face ?? search.finder?(image)
        if face == nil, search.isRequired {
          account.leaveOut(.init(file: picture.name, .faceless, reason: "no face was found"))
          continue
        }
        if preprocessing.cropsToFaces, let reason = picture.face.flatMap({ image.leftOut(picture.name, for: $0) }) {
          account.leaveOut(reason)
          continue
        }
        if search.finder != nil, face != nil { found += 1 }
        let pixels = preprocessing.apply(to: image, face: face).pixels
        items.append(Item(path: picture.name, hash: hash, label: picture.label, pixels: pixels))
      } catch { account.leaveOut(.init(error)) }
      progress(items.count, min(count, hashed.count))
    }
    account.used = items.count
    guard !items.isEmpty else {
      throw QuantizationError("no images to calibrate on\(account.hint)")
    }
  }

  private static func hash(_ picture: Dataset.Picture) throws(ImageError) -> String {
    switch picture.source {
    case .image(let image): image.pixels.withUnsafeBytes { SHA256.hex($0) }
    case .file(let path): try ImageDecoder.bytes(ofFile: path).withUnsafeBytes { SHA256.hex($0) }
    }
  }
}
