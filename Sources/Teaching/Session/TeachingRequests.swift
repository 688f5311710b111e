import Files
import Imaging
import ModelFiles
import Models
import Numerics

/// What pages and programs ask of a session, by path: see the page LiveProtocol of the documentation.
public struct TeachingRequests: Sendable {
  /// What is answered.
  public struct Answer: Sendable {
    /// 200, 400 or 404.
    public let status: Int
    /// The media type.
    public let type: String
    /// The name under which a browser saves it; nil shows it.
    public let file: String?
    /// The body.
    public let bytes: [UInt8]

    static func json(_ value: JSONValue, status: Int = 200) -> Answer {
      Answer(status: status, type: "application/json", file: nil, bytes: Array(value.text.utf8))
    }

    static func error(_ words: String, status: Int = 400) -> Answer {
      json(.object([.init("error", .string(words))]), status: status)
    }
  }

  private let session: TeachingSession
  /// Milliseconds since 1970.
  private let clock: @Sendable () -> Int64

  /// - Parameter clock: milliseconds since 1970.
  public init(_ session: TeachingSession, clock: @escaping @Sendable () -> Int64) {
    self.session = session
    self.clock = clock
  }

  /// The answer to a request.
  ///
  /// - Parameters:
  ///   - path: what follows `/teach`, its percent-encoding undone: empty, or it begins with a slash.
  ///   - changes: whether it was posted, so that it may change something.
  public func answer(_ path: String, changes: Bool) -> Answer {
    // The last of at most three is a name, which is checked where it is used.
    let parts = path.drop { $0 == "/" }.split(separator: "/", maxSplits: 2).map(String.init)
    do {
      return try changes ? change(parts) : look(parts)
    } catch {
      // What somebody did wrong concerns the page alone.
      if !(error is TeachingError) || "\(error)".contains("not kept") { session.tell("\(error)") }
      return .error("\(error)")
    }
  }

  private static let nothing = Answer.error("There is nothing here.", status: 404)

  private func look(_ parts: [String]) throws -> Answer {
    switch parts.first {
    case nil: return .json(TeachingState(session).json)
    case "picture":
      guard parts.count == 2, let id = Int(parts[1]) else { return Self.nothing }
      return Answer(status: 200, type: "image/jpeg", file: nil, bytes: try session.set.picture(id).jpeg)
    case "pictures.zip":
      return Answer(
        status: 200, type: "application/zip", file: "glint-pictures.zip", bytes: try session.set.archive())
    case "model":
      return Answer(
        status: 200, type: "application/octet-stream", file: "taught.int8.safetensors",
        bytes: session.inUse.writer().bytes())
    default: return Self.nothing
    }
  }

  private func change(_ parts: [String]) throws -> Answer {
    let numbers = parts.map { Int($0) }
    func number(_ place: Int) throws -> Int {
      guard place < numbers.count, let number = numbers[place] else { throw TeachingError("A number is missing.") }
      return number
    }
    switch (parts.first ?? "", parts.count) {
    case ("add", 2...): _ = try session.set.add(class: parts[1...].joined(separator: "/"))
    case ("rename", 3): try session.set.rename(class: try number(1), to: parts[2])
    case ("remove", 2): try session.set.remove(class: try number(1))
    case ("collect", 2):
      try session.collect(try number(1), from: clock(), milliseconds: 1_000)
    case ("stop", 1): session.stopCollecting()
    case ("wrong", 2):
      let kept = try session.thatWasWrong(try number(1))
      return .json(.object([.init("kept", .integer(kept))]))
    case ("faces", 1): try session.collectFaces(true)
    case ("frames", 1): try session.collectFaces(false)
    case ("region", 2):
      guard parts[1] == "none" || FrameRegion(parts[1]) != nil else {
        throw TeachingError("A region lies in the picture, and is 2 % of its width and height or more.")
      }
      try session.collectFaces(false)
      try session.draw(FrameRegion(parts[1]))
    case ("move", 3): try session.set.move(try number(1), to: try number(2))
    case ("delete", 2): try session.set.remove(try number(1))
    case ("train", 1): try session.train()
    case ("cancel", 1): session.cancel()
    case ("use", 2): try session.use(try number(1))
    case ("wipe", 1): try session.wipe()
    default: return Self.nothing
    }
    return .json(TeachingState(session).json)
  }
}
