import CThreads
import Dispatch
import Files
import FoundationEssentials
import Glibc
import Imaging
import Threads

/// Pictures of events, kept in a folder that never holds more than it may: the oldest go. Written by a thread of its
/// own, so that labels wait for no disk; where that is slow, pictures are left out.
public final class Snapshots: Sendable {
  /// How much is kept.
  public struct Limits: Sendable {
    /// Files.
    public var files: Int
    /// Bytes of all files.
    public var bytes: Int

    /// Both limits count.
    public init(files: Int, bytes: Int) { (self.files, self.bytes) = (files, bytes) }
  }

  /// A picture with what is to be known of it.
  public struct Picture: Sendable {
    /// The whole frame.
    public var image: Image
    /// What happened in it.
    public var event: AnswerEvent
    /// When, as `WallClock` tells it.
    public var time: String
    /// Faces that are to be made unrecognizable, in pixels of the image.
    public var hidden: [FaceBox]

    /// A picture of an event.
    public init(image: Image, event: AnswerEvent, time: String, hidden: [FaceBox]) {
      (self.image, self.event, self.time, self.hidden) = (image, event, time, hidden)
    }
  }

  private struct State: Sendable {
    var waiting = 0
    var failed: FileError?
  }

  /// Pictures that may wait for the disk.
  private static let patience = 3
  private static let prefix = "glint-", ending = ".jpg"

  private let folder: String
  private let limits: Limits
  private let encode: @Sendable (Image) throws -> [UInt8]
  private let isOurs: @Sendable (String) -> Bool
  private let tell: @Sendable (FileError) -> Void
  private let state = Locked(State())
  private let queue = DispatchQueue(label: "snapshots", qos: .utility)

  /// Makes the folder where it is missing, for this user alone.
  ///
  /// - Parameters:
  ///   - encode: makes a JPEG, marked so that `isOurs` knows it.
  ///   - isOurs: whether the file at a path is one; no other is removed.
  ///   - tell: told once when a picture cannot be written.
  /// - Throws: `FileError` where the folder cannot be made or written to.
  public init(
    _ folder: String, limits: Limits, encode: @escaping @Sendable (Image) throws -> [UInt8],
    isOurs: @escaping @Sendable (String) -> Bool, tell: @escaping @Sendable (FileError) -> Void
  ) throws {
    (self.folder, self.limits) = (folder, limits)
    (self.encode, self.isOurs, self.tell) = (encode, isOurs, tell)
    if !FileManager.default.fileExists(atPath: folder) {
      try FileManager.default.createDirectory(
        atPath: folder, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
    }
    try AtomicFile.checkWritable("\(folder)/\(Self.prefix)\(Self.ending)")
  }

  /// Has a picture written.
  public func add(_ picture: Picture) {
    let hasRoom = state.withLock { state in
      guard state.waiting < Self.patience else { return false }
      state.waiting += 1
      return true
    }
    guard hasRoom else { return }
    queue.async { [self] in
      write(picture)
      state.withLock { $0.waiting -= 1 }
    }
  }

  /// Waits until all are written.
  public func close() { queue.sync {} }

  private func write(_ picture: Picture) {
    var image = picture.image
    for face in picture.hidden { image.hide(face) }
    guard let bytes = try? encode(image), bytes.count <= limits.bytes else { return }
    do throws(FileError) {
      makeRoom(for: bytes.count)
      try AtomicFile.write(bytes, to: "\(folder)/\(Self.name(of: picture))")
      state.withLock { $0.failed = nil }
    } catch {
      let isFirst = state.withLock { state in
        defer { state.failed = error }
        return state.failed == nil
      }
      if isFirst { tell(error) }
    }
  }

  private func makeRoom(for count: Int) {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    var kept = names.filter { $0.hasPrefix(Self.prefix) && $0.hasSuffix(Self.ending) }.map { name in
      var facts = stat()
      _ = stat("\(folder)/\(name)", &facts)
      return (name: name, date: (facts.st_mtim.tv_sec, facts.st_mtim.tv_nsec), bytes: Int(facts.st_size))
    }.filter { isOurs("\(folder)/\($0.name)") }.sorted {
      ($0.date.0, $0.date.1, $0.name) < ($1.date.0, $1.date.1, $1.name)
    }
    var bytes = kept.reduce(count) { $0 + $1.bytes }
    while let oldest = kept.first, kept.count >= limits.files || bytes > limits.bytes {
      unlink("\(folder)/\(oldest.name)")
      bytes -= oldest.bytes
      kept.removeFirst()
    }
  }

  /// As in `glint-2026-11-27T22.30.00.123+01.00-face3-happy.jpg`: colons are not for all file systems.
  private static func name(of picture: Picture) -> String {
    let time = picture.time.replacing(":", with: ".")
    let label = picture.event.label.unicodeScalars.prefix(40).reduce(into: "") { name, scalar in
      let isPlain = scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-"
      name.unicodeScalars.append(isPlain ? scalar : "_")
    }
    return "\(prefix)\(time)-face\(picture.event.track)-\(label)\(ending)"
  }
}

extension Image {
  /// Makes a face unrecognizable: four by four fields of one colour each, from chin to hair and from ear to ear.
  mutating func hide(_ face: FaceBox) {
    let fields = 4, margin: Float = 0.25
    // As wide as high: a box is narrower than a head.
    let side = max(face.width, face.height) * (1 + 2 * margin)
    let left = face.x + (face.width - side) / 2, top = face.y + (face.height - side) / 2
    func columns(_ field: Int) -> Range<Int> { Self.pixels(left, side, field, fields, within: width) }
    func rows(_ field: Int) -> Range<Int> { Self.pixels(top, side, field, fields, within: height) }
    for row in 0..<fields {
      for column in 0..<fields { fill(columns(column), rows(row)) }
    }
  }

  private static func pixels(
    _ start: Float, _ length: Float, _ field: Int, _ fields: Int, within end: Int
  ) -> Range<Int> {
    func place(_ number: Int) -> Int {
      let place = start + length * Float(number) / Float(fields)
      return place.isFinite ? Int(max(0, min(Float(end), place.rounded()))) : 0
    }
    return place(field)..<max(place(field), place(field + 1))
  }

  /// Gives all pixels their mean.
  private mutating func fill(_ columns: Range<Int>, _ rows: Range<Int>) {
    guard !columns.isEmpty, !rows.isEmpty else { return }
    for channel in 0..<channels {
      var sum = 0
      for row in rows { for column in columns { sum += Int(pixels[(row * width + column) * channels + channel]) } }
      let mean = UInt8(sum / (columns.count * rows.count))
      for row in rows { for column in columns { pixels[(row * width + column) * channels + channel] = mean } }
    }
  }
}
