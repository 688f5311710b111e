import Foundation
import Imaging

/// Where the faces of a data set's pictures are known from: tables, or a detector that looks for them.
public struct FaceSource: Sendable {
  /// A table of face boxes for all folders that are not searched; without one, each folder's own `index.csv` counts
  /// (see `FaceBoxTable`).
  public var boxes: String?
  /// Finds the face of each picture of the searched folders, in place of tables; pictures without one are left out.
  public var finder: FaceFinder?
  /// The folders that are searched; nil means all.
  public var searched: [String]?

  /// A source.
  public init(boxes: String? = nil, finder: FaceFinder? = nil, searched: [String]? = nil) {
    self.boxes = boxes
    self.finder = finder
    self.searched = searched
  }

  /// The finder, if this folder is to be searched.
  public func finder(for folder: String) -> FaceFinder? {
    guard let searched else { return finder }
    return searched.contains { Self.place($0) == Self.place(folder) } ? finder : nil
  }

  /// A folder to be searched that is none of these.
  public func unknownFolder(among folders: [String]) -> String? {
    searched?.first { wanted in !folders.contains { Self.place($0) == Self.place(wanted) } }
  }

  private static func place(_ folder: String) -> String { URL(fileURLWithPath: folder).standardizedFileURL.path }
}
