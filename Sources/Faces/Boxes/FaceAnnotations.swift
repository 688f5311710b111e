import Imaging

/// Every face of a folder's pictures, from a table as `FaceBoxTable` reads it, with a line a box or a line a picture.
///
/// Further columns may say more of a box: `use` whether it is a face to learn and to judge on (`train`), or neither
/// face nor background (`ignore`); `kind` who drew it, people (`hand`) or a program (`auto`); `mask` whether the face
/// is covered, and `source` where the picture is from, in words of the table's own. A line without a box names a
/// picture without faces.
public struct FaceAnnotations: Sendable {
  /// One box.
  public struct Face: Hashable, Sendable {
    /// Who drew a box.
    public enum Kind: String, Sendable {
      /// People.
      case hand
      /// A program.
      case auto
    }

    /// In pixels of the upright picture.
    public var box: FaceBox
    /// Whether it is neither face nor background.
    public var isIgnored = false
    /// Who drew it; nil where the table does not say.
    public var kind: Kind?
    /// What the table's column `mask` says; empty where it says nothing.
    public var mask = ""
    /// What the table's column `source` says; empty where it says nothing.
    public var source = ""

    /// A face to be found, of which nothing else is known.
    public init(_ box: FaceBox) { self.box = box }

    /// The square that stands for it, wherever it came from: as wide as a face from ear to ear, from the brows to the
    /// chin, as the boxes of aligned photos and of Haar detectors, to which classifiers crop.
    ///
    /// The factors were measured on 1,800 faces of web photos that a detector trained on such squares finds: against
    /// boxes that detectors of today draw, from hairline to chin, the square has 1.045 times the side of their mean
    /// side and the same centre. Boxes drawn by hand are narrower and sit lower: 1.15 times, 8 % of their height
    /// higher; of that difference a half is taken, so that the square still overlaps what was drawn.
    public var square: FaceBox {
      let mean = (box.width * box.height).squareRoot()
      let (side, rise): (Float, Float) =
        switch kind {
        case .hand: (1.1 * mean, 0.05)
        case .auto: (1.045 * mean, 0)
        case nil: (max(box.width, box.height), 0)
        }
      return FaceBox(
        x: box.x + (box.width - side) / 2, y: box.y + (box.height - side) / 2 - rise * box.height, width: side,
        height: side)
    }
  }

  /// The table's file.
  public let path: String
  /// By the file's name as the table gives it, with slashes; empty for a picture without faces.
  private let faces: [String: [Face]]
  private let names: PictureNames

  /// Pictures of the table.
  public var count: Int { faces.count }

  /// Reads a table.
  ///
  /// - Throws: `FaceBoxError` naming the line.
  public init(path: String) throws { try self.init(try FaceBoxLines.text(path: path), path: path) }

  /// Reads a table's text; `path` is what errors call it.
  ///
  /// - Throws: `FaceBoxError` naming the line.
  public init(_ text: String, path: String) throws {
    self.path = path
    var faces: [String: [Face]] = [:]
    var names = PictureNames()
    var lines = try FaceBoxLines(text, path: path)
    while let line = try lines.next() {
      var face = Face(FaceBox(x: 0, y: 0, width: 0, height: 0))
      switch lines.text("use", of: line) {
      case "", "train": break
      case "ignore": face.isIgnored = true
      case let word: throw lines.failure(line.number, "'\(word)' is neither train nor ignore")
      }
      let kind = lines.text("kind", of: line)
      face.kind = Face.Kind(rawValue: kind)
      if face.kind == nil, !kind.isEmpty { throw lines.failure(line.number, "'\(kind)' is neither hand nor auto") }
      (face.mask, face.source) = (lines.text("mask", of: line), lines.text("source", of: line))
      faces[names.add(line.file), default: []] += line.boxes.map {
        var own = face
        own.box = $0
        return own
      }
    }
    (self.faces, self.names) = (faces, names)
  }

  /// The faces of a picture, nil where the table does not name it. A path counts as in `FaceBoxTable.box(for:)`.
  public func faces(in path: String) -> [Face]? { names.name(for: path).flatMap { faces[$0] } }
}
