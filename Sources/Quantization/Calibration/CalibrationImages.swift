import Foundation
import Graphs
import Imaging
import ModelFiles

/// The pictures of a folder that calibration runs through, chosen by content so that names and order do not matter.
public struct CalibrationImages: Sendable {
  /// A picture, ready for the network.
  public struct Item: Sendable {
    /// The file.
    public let path: String
    /// SHA-256 of the file.
    public let hash: String
    /// Pixels of the network's input.
    public let pixels: [UInt8]
  }

  /// The pictures, by hash.
  public private(set) var items: [Item] = []
  /// Files that do not decode, and why.
  public private(set) var damaged: [ImageError] = []

  /// Chooses up to `count` pictures of a folder and its folders: those with the smallest hashes, files that do not
  /// decode passed over.
  ///
  /// - Parameters:
  ///   - boxes: a table of face boxes; without one, the folder's own counts (see `FaceBoxes`).
  /// - Throws: `QuantizationError` where no picture is left.
  public init(
    folder: String, boxes: String? = nil, count: Int, preprocessing: Preprocessing,
    progress: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws {
    let boxes = try boxes.map { try FaceBoxes(path: $0) } ?? FaceBoxes.found(in: folder)
    var files: [(hash: String, path: String)] = []
    var seen: Set<String> = []
    for path in try ImageFiles.list(folder) {
      guard let data = FileManager.default.contents(atPath: path) else {
        throw QuantizationError("\(path): cannot be read")
      }
      let hash = data.withUnsafeBytes { SHA256.hex($0) }
      if seen.insert(hash).inserted { files.append((hash, path)) }
    }
    files.sort { $0.hash < $1.hash }
    for file in files {
      guard items.count < count else { break }
      do throws(ImageError) {
        let image = try ImageDecoder.decode(path: file.path)
        let pixels = preprocessing.apply(to: image, face: boxes?.box(for: file.path)).pixels
        items.append(Item(path: file.path, hash: file.hash, pixels: pixels))
      } catch {
        damaged.append(error)
      }
      progress(items.count, min(count, files.count))
    }
    guard !items.isEmpty else {
      throw QuantizationError(
        damaged.isEmpty
          ? "\(folder): no images (.jpg, .jpeg, .png) to calibrate on"
          : "\(folder): none of its \(damaged.count) images decodes; the first: \(damaged[0])")
    }
  }
}
