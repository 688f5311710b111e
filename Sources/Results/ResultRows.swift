import Imaging
import Live
import Models
import Numerics

/// Results as rows of comma-separated values (RFC 4180, lines ended by a line feed). Columns are the same whatever the
/// model, so that a file can grow over many runs.
public struct ResultRows: Sendable {
  /// The first line of a file with a row a face and frame.
  public static let frameHeader = "time,seconds,frame,file,face,label,probability,x,y,width,height"
  /// The first line of a file with a row an event.
  public static let eventHeader = "time,seconds,event,face,label,probability,duration"

  private let clock: WallClock

  /// - Parameter clock: tells the time of day of a camera's frames.
  public init(clock: WallClock) {
    self.clock = clock
  }

  /// A row a face. A frame without a face has a row where it is one of a recording or a file, which are to be labelled
  /// completely; a camera that looks at an empty room would fill the disk.
  public func rows(_ frame: LabelledFrame) -> [String] {
    let beginning = [
      time(frame.nanoseconds, frame.position != nil), frame.position.map(Self.seconds) ?? "", "\(frame.sequence)",
      frame.file.map(Self.quoted) ?? "",
    ]
    guard !frame.faces.isEmpty else {
      guard frame.position != nil || frame.file != nil else { return [] }
      return [(beginning + [String](repeating: "", count: 7)).joined(separator: ",")]
    }
    return frame.faces.map { face in
      let box = [face.box.x, face.box.y, face.box.width, face.box.height].map { fixed(Double($0), 1) }
      let answer = ["\(face.track)", Self.quoted(face.answer.label), fixed(Double(face.answer.probability), 4)]
      return (beginning + answer + box).joined(separator: ",")
    }
  }

  /// The row of an event.
  public func row(_ event: AnswerEvent) -> String {
    [
      time(event.nanoseconds, event.isRecorded), event.isRecorded ? Self.seconds(event.nanoseconds) : "",
      event.kind.rawValue,
      "\(event.track)", Self.quoted(event.label), fixed(Double(event.probability), 4), fixed(event.seconds, 2),
    ].joined(separator: ",")
  }

  /// The time of day, for a camera: a recording gives the same rows whenever it is read.
  private func time(_ nanoseconds: UInt64, _ isRecorded: Bool) -> String {
    isRecorded ? "" : clock.text(nanoseconds)
  }

  private static func seconds(_ nanoseconds: UInt64) -> String { fixed(Double(nanoseconds) / 1e9, 3) }

  /// A field as the format wants it. A line end within one would make two lines of a row, of which a crash may leave
  /// half: it becomes a space.
  static func quoted(_ text: String) -> String {
    guard text.utf8.contains(where: { [0x22, 0x2C, 0x0A, 0x0D].contains($0) }) else { return text }
    let plain = text.unicodeScalars.reduce(into: "") { all, scalar in
      switch scalar {
      case "\n", "\r": all += " "
      case "\"": all += "\"\""
      default: all.unicodeScalars.append(scalar)
      }
    }
    return "\"\(plain)\""
  }
}
