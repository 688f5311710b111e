import Files
import FoundationEssentials

/// A place in the system's folder for temporary files, for what took long to make and finds no room where it belongs.
public enum Refuge {
  /// A file is not at its place: why, and where it is.
  public struct Loss: Error, CustomStringConvertible {
    /// In a sentence.
    public let description: String
  }

  /// A path there for a file that belongs elsewhere.
  public static func path(for place: String) -> String {
    // Others may write to that folder: a name that can be guessed could be a link of theirs.
    let name = place.split(separator: "/").last.map { String($0) } ?? ""
    let secret = String(UInt64.random(in: 0 ... .max), radix: 36)
    return "\(FileManager.default.temporaryDirectory.path)/glint-\(secret)-\(name.suffix(100))"
  }

  /// Writes a file; where its place has no room, first the file is written to a refuge, then the place is tried again
  /// without what is worth less.
  ///
  /// - Parameters:
  ///   - what: the file in words, such as `What was learned`.
  ///   - spare: a file that this one makes needless.
  ///   - write: writes it to a path.
  /// - Throws: `Loss` where the file is not at its place.
  public static func write(
    _ what: String, to place: String, insteadOf spare: String? = nil, _ write: (_ path: String) throws -> Void
  ) throws(Loss) {
    do { return try write(place) } catch {
      let refuge = path(for: place)
      do { try write(refuge) } catch let second {
        throw Loss(description: "\(error); nor could it be kept as \(second)")
      }
      if let spare, (try? FileSystem.remove(spare)) != nil, (try? write(place)) != nil {
        try? FileSystem.remove(refuge)
        return
      }
      throw Loss(description: "\(error). \(what) is kept as \(refuge)")
    }
  }
}
