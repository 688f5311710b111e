/// The folders in which a model that comes with Glint is looked for. The first that has the file wins:
///
/// 1. the folder that the environment variable `GLINT_MODELS` names;
/// 2. the folder that the program lies in;
/// 3. `share/glint` beside that folder, as for a program in `bin`;
/// 4. `/usr/share/glint`, where packages put them;
/// 5. the source: `Calibration/Models` in a folder above the program, or else in the present folder or one above it.
///
/// A model that a person names is looked for nowhere but where its path says.
public struct ModelPlaces: Equatable, Sendable {
  /// Where packages put models.
  public static let installed = "/usr/share/glint"

  /// The folders, in turn.
  public let folders: [String]

  /// Makes the list; looks at no file.
  ///
  /// - Parameters:
  ///   - environment: what `GLINT_MODELS` holds; nil or empty where it is not set.
  ///   - program: the program's absolute path, links followed.
  ///   - present: the absolute path of the folder that it is called in.
  public init(environment: String?, program: String, present: String) {
    let beside = Self.above(program)
    var folders = [beside, Self.join(Self.above(beside), "share/glint"), Self.installed]
    if let environment, !environment.isEmpty { folders.insert(environment, at: 0) }
    for start in [beside, present] {
      var folder = start
      while true {
        folders.append(Self.join(folder, "Calibration/Models"))
        if folder == "/" { break }
        folder = Self.above(folder)
      }
    }
    self.folders = folders
  }

  /// The paths at which a model may be, in turn.
  public func paths(of name: String) -> [String] { folders.map { Self.join($0, name) } }

  private static func join(_ folder: String, _ name: String) -> String {
    folder.utf8.last == UInt8(ascii: "/") ? folder + name : "\(folder)/\(name)"
  }

  /// The folder that holds a file or a folder.
  private static func above(_ path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")), slash > path.utf8.startIndex else { return "/" }
    return String(path[..<slash])
  }
}
