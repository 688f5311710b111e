import FoundationEssentials
import Imaging

/// Where the faces of a data set's pictures are known from: tables, or a detector that looks for them.
public struct FaceSource: Sendable {
  /// How a folder's pictures are searched for faces.
  public enum Search: Sendable {
    /// They are not: its table, if there is one, says where faces are, and all else is taken whole.
    case none
    /// Each picture is cropped to the face that is found in it, in place of tables, or left out where there is none.
    case required(FaceFinder)
    /// A table goes first; without one, pictures in which no face is named are taken as they are.
    case offered(FaceFinder)

    /// What finds the faces of a picture, if it is searched.
    public var finder: FaceFinder? {
      switch self {
      case .none: nil
      case .required(let finder), .offered(let finder): finder
      }
    }

    /// Whether a picture without a face is left out.
    public var isRequired: Bool { if case .required = self { true } else { false } }
  }

  /// A table of face boxes for all folders that must not be searched; without one, each folder's own `index.csv` counts
  /// (see `FaceBoxTable`).
  public var boxes: String?
  /// Finds the face of each picture of the searched folders, in place of tables; pictures without one are left out.
  public var finder: FaceFinder?
  /// The folders that `finder` searches; nil means all.
  public var searched: [String]?
  /// Finds faces in the folders that `finder` does not search and that no table describes, for a model whose rule crops
  /// to faces: where it names none, the picture is taken as it is.
  public var elsewhere: FaceFinder?

  /// A source.
  public init(
    boxes: String? = nil, finder: FaceFinder? = nil, searched: [String]? = nil, elsewhere: FaceFinder? = nil
  ) {
    self.boxes = boxes
    self.finder = finder
    self.searched = searched
    self.elsewhere = elsewhere
  }

  /// Whether anything looks for faces where no table names them.
  public var findsFaces: Bool { finder != nil || elsewhere != nil }

  /// How this folder is searched.
  public func search(_ folder: String) -> Search {
    if let finder, searched?.contains(where: { Self.place($0) == Self.place(folder) }) ?? true {
      return .required(finder)
    }
    return elsewhere.map { .offered($0) } ?? .none
  }

  /// A folder to be searched that is none of these.
  public func unknownFolder(among folders: [String]) -> String? {
    searched?.first { wanted in !folders.contains { Self.place($0) == Self.place(wanted) } }
  }

  private static func place(_ folder: String) -> String { URL(fileURLWithPath: folder).standardizedFileURL.path }
}
