import Foundation
import Graphs
import Imaging
import ModelFiles
import Training

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
  /// Pictures passed over because no face was found in them, where one was looked for.
  public private(set) var faceless = 0
  /// Files that do not decode, and why.
  public private(set) var damaged: [ImageError] = []

  /// Chooses up to `count` pictures of folders and their folders.
  ///
  /// - Parameters:
  ///   - boxes: a table of face boxes; without one, each folder's own counts (see `FaceBoxes`). Where the network does
  ///     not look at faces, no table is read.
  ///   - finder: finds the face of each picture, in place of tables; pictures without one are passed over.
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    folders: [String], boxes: String? = nil, finder: FaceFinder? = nil, count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let given = try boxes.map { try FaceBoxes(path: $0) }
    var pictures: [Dataset.Picture] = []
    for folder in folders {
      var boxes = given
      if case .face = preprocessing.fit, given == nil, finder == nil { boxes = try FaceBoxes.found(in: folder) }
      pictures += try ImageFiles.list(folder).map {
        Dataset.Picture(name: $0, label: 0, source: .file($0), face: boxes?.box(for: $0))
      }
    }
    guard !pictures.isEmpty else {
      throw QuantizationError("\(folders.joined(separator: ", ")): no images (.jpg, .jpeg, .png) to calibrate on")
    }
    try self.init(pictures, finder: finder, count: count, preprocessing: preprocessing, progress: progress)
  }

  /// Chooses up to `count` pictures: those with the smallest hashes, files that do not decode passed over, each content
  /// once.
  ///
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    _ pictures: [Dataset.Picture], finder: FaceFinder? = nil, count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    var found: [(hash: String, picture: Dataset.Picture)] = []
    var seen: Set<String> = []
    for picture in pictures {
      let hash = try Self.hash(picture)
      if seen.insert(hash).inserted { found.append((hash, picture)) }
    }
    found.sort { $0.hash < $1.hash }
    for (hash, picture) in found {
      guard items.count < count else { break }
      do throws(ImageError) {
        let image: Image
        switch picture.source {
        case .file(let path): image = try ImageDecoder.decode(path: path)
        case .image(let painted): image = painted
        }
        let face = picture.face ?? finder?(image)
        if finder != nil, face == nil {
          faceless += 1
          continue
        }
        let pixels = preprocessing.apply(to: image, face: face).pixels
        items.append(Item(path: picture.name, hash: hash, label: picture.label, pixels: pixels))
      } catch {
        damaged.append(error)
      }
      progress(items.count, min(count, found.count))
    }
    guard !items.isEmpty else {
      throw QuantizationError(
        damaged.isEmpty ? "no images to calibrate on" + (faceless > 0 ? ": no face was found in \(faceless)" : "") : "none of \(damaged.count) images decodes; the first: \(damaged[0])")
    }
  }

  private static func hash(_ picture: Dataset.Picture) throws -> String {
    switch picture.source {
    case .image(let image): return image.pixels.withUnsafeBytes { SHA256.hex($0) }
    case .file(let path):
      guard let data = FileManager.default.contents(atPath: path) else {
        throw QuantizationError("\(path): cannot be read")
      }
      return data.withUnsafeBytes { SHA256.hex($0) }
    }
  }
}
