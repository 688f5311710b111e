import Files
import Imaging
import Models
import Threads

/// The classes that are taught and the pictures of each, in memory, and in a folder where that is wanted. May be used
/// by several threads.
public final class TeachingSet: Sendable {
  /// What became of a picture.
  public enum Added: Equatable, Sendable {
    /// It has this number now.
    case kept(Int)
    /// It shows what another of its class shows.
    case nearCopy
    /// There is no room for more.
    case full
  }

  /// The most pictures of a set.
  public static let mostPictures = 3_000
  /// The most classes of a set.
  public static let mostClasses = 20
  /// Fewer pictures of a class are not learned from.
  public static let fewest = 20
  /// So many pictures of a class are better.
  public static let enough = 60

  private struct State {
    var classes: [TaughtClass] = []
    var pictures: [TaughtPicture] = []
    var looks: [Int: NearCopies.Look] = [:]
    var nextClass = 0
    var nextPicture = 0
  }

  private let state = Locked(State())
  private let folder: KeptFolder?
  /// Held while something changes in memory and on disk: the camera's thread collects while pages move and delete.
  private let changing = Locked(())

  /// Begins a set with classes.
  ///
  /// - Parameters:
  ///   - classes: their names; those of a folder that is there already come beside them.
  ///   - folder: where pictures are kept as well, made where it is missing; nil keeps them in memory alone.
  /// - Throws: `TeachingError` for names that are none; `FileError` where the folder cannot be made or read.
  public init(classes: [String], folder: String? = nil) throws {
    self.folder = try folder.map { try KeptFolder($0) }
    for name in classes { _ = try add(class: name) }
    guard let kept = self.folder else { return }
    for name in try KeptFolder.classes(in: kept.path) where self.class(named: name) == nil { _ = try add(class: name) }
    for name in self.classes.map(\.name) {
      guard let id = self.class(named: name) else { continue }
      for found in try kept.pictures(of: name) {
        guard let image = try? ImageDecoder.decode(found.jpeg, name: found.name, within: .posted) else { continue }
        state.withLock { state in
          let picture = TaughtPicture(
            id: state.nextPicture, classID: id, milliseconds: found.milliseconds, isFace: found.isFace,
            width: image.width, height: image.height, jpeg: found.jpeg)
          state.nextPicture += 1
          state.looks[picture.id] = NearCopies.Look(image)
          state.pictures.append(picture)
        }
        kept.note(found.name, as: state.withLock { $0.nextPicture } - 1)
      }
    }
    writeIndex()
  }

  /// The names of the class folders in a folder.
  ///
  /// - Throws: `FileError` where it cannot be read.
  public static func classNames(in folder: String) throws(FileError) -> [String] { try KeptFolder.classes(in: folder) }

  /// The classes in the order in which they were added.
  public var classes: [TaughtClass] { state.withLock { $0.classes } }
  /// The pictures in the order in which they were added.
  public var pictures: [TaughtPicture] { state.withLock { $0.pictures } }
  /// Where the pictures are kept, if they are.
  public var path: String? { folder?.path }

  /// How many pictures a class has.
  public func count(of id: Int) -> Int { state.withLock { $0.pictures.count { $0.classID == id } } }

  /// The number of the class of this name.
  public func `class`(named name: String) -> Int? { state.withLock { $0.classes.first { $0.name == name }?.id } }

  /// Adds a class; its number.
  ///
  /// - Throws: `TeachingError` for a name that is none or taken, or where there are too many.
  public func add(class name: String) throws -> Int {
    try changing.withLock { _ in
      try check(name, besides: nil)
      guard classes.count < Self.mostClasses else { throw TeachingError("\(Self.mostClasses) classes are the most.") }
      try folder?.make(class: name)
      return state.withLock { state in
        state.classes.append(TaughtClass(id: state.nextClass, name: name))
        state.nextClass += 1
        return state.nextClass - 1
      }
    }
  }

  /// Gives a class another name.
  ///
  /// - Throws: `TeachingError` for a name that is none or taken, or a class that is not there; `FileError`.
  public func rename(class id: Int, to name: String) throws {
    try changing.withLock { _ in
      let old = try self.name(of: id)
      guard old != name else { return }
      try check(name, besides: id)
      try folder?.rename(class: old, to: name)
      state.withLock { state in
        for index in state.classes.indices where state.classes[index].id == id { state.classes[index].name = name }
      }
      writeIndex()
    }
  }

  /// Removes a class with its pictures.
  ///
  /// - Throws: `TeachingError` for a class that is not there; `FileError` where a picture cannot be removed, which
  ///   stays then with those behind it.
  public func remove(class id: Int) throws {
    try changing.withLock { _ in
      let name = try self.name(of: id)
      defer { writeIndex() }
      for picture in pictures where picture.classID == id { try drop(picture, of: name) }
      folder?.remove(class: name)
      state.withLock { state in state.classes.removeAll { $0.id == id } }
    }
  }

  /// Removes a picture, on disk first.
  private func drop(_ picture: TaughtPicture, of name: String) throws(FileError) {
    try folder?.remove(picture, of: name)
    state.withLock { state in
      state.pictures.removeAll { $0.id == picture.id }
      state.looks[picture.id] = nil
    }
  }

  /// Adds what a frame shows to a class, unless that is there already.
  ///
  /// - Parameters:
  ///   - frame: as it was decoded.
  ///   - face: in pixels of the frame; nil takes the frame.
  ///   - region: the part of the frame that is taken where no face is; nil for all of it.
  ///   - milliseconds: when it was taken, since 1970.
  /// - Throws: `TeachingError` for a class that is not there, `FileError` where it cannot be kept.
  public func add(
    _ frame: Image, face: FaceBox?, region: FrameRegion? = nil, to id: Int, milliseconds: Int64
  ) throws -> Added {
    try add(
      cut: TaughtPicture.cut(frame, face: face, region: region), isFace: face != nil, to: id, milliseconds: milliseconds
    )
  }

  func add(cut image: Image, isFace: Bool, to id: Int, milliseconds: Int64) throws -> Added {
    _ = try name(of: id)
    let look = NearCopies.Look(image)
    let refusal = state.withLock { state -> Added? in
      if state.pictures.count >= Self.mostPictures { return .full }
      let isKnown = state.pictures.contains {
        $0.classID == id && $0.isFace == isFace && state.looks[$0.id]?.isNear(look) ?? false
      }
      return isKnown ? .nearCopy : nil
    }
    if let refusal { return refusal }
    let jpeg = try ImageEncoder.jpeg(image, quality: 92)
    return try changing.withLock { _ in
      let number = state.withLock { state in
        state.nextPicture += 1
        return state.nextPicture - 1
      }
      let picture = TaughtPicture(
        id: number, classID: id, milliseconds: milliseconds, isFace: isFace, width: image.width, height: image.height,
        jpeg: jpeg)
      // It may have another name by now, or be gone.
      try folder?.write(picture, of: try name(of: id))
      state.withLock { state in
        state.pictures.append(picture)
        state.looks[picture.id] = look
      }
      if folder?.indexIsOld ?? false { writeIndex() }
      return .kept(number)
    }
  }

  /// Puts a picture into another class.
  ///
  /// - Throws: `TeachingError` for a picture or a class that is not there; `FileError`.
  public func move(_ id: Int, to classID: Int) throws {
    try changing.withLock { _ in
      let picture = try self.picture(id)
      let (old, new) = (try name(of: picture.classID), try name(of: classID))
      guard old != new else { return }
      try folder?.move(picture, from: old, to: new)
      state.withLock { state in
        for index in state.pictures.indices where state.pictures[index].id == id {
          state.pictures[index].classID = classID
        }
      }
      writeIndex()
    }
  }

  /// Deletes a picture.
  ///
  /// - Throws: `TeachingError` for one that is not there; `FileError` where it cannot be removed, and stays.
  public func remove(_ id: Int) throws {
    try changing.withLock { _ in
      let picture = try self.picture(id)
      try drop(picture, of: try name(of: picture.classID))
      writeIndex()
    }
  }

  /// Deletes all pictures, in memory and on disk; the classes stay.
  ///
  /// - Throws: `FileError` where a picture cannot be removed, which stays then with those behind it.
  public func wipe() throws {
    try changing.withLock { _ in
      for picture in pictures { try drop(picture, of: try name(of: picture.classID)) }
      folder?.removeIndex()
    }
  }

  /// Keeps, where a folder is kept, which part of the frames is collected.
  func keep(_ region: FrameRegion?) throws(FileError) { try folder?.keep(region) }

  /// The part of the frames that was drawn in a folder that is kept.
  public static func region(in folder: String) -> FrameRegion? { KeptFolder.region(in: folder) }

  /// Writes what is still to be written: where faces are, for `glint train`.
  public func flush() { writeIndex() }

  /// A picture by its number.
  ///
  /// - Throws: `TeachingError` where there is none.
  public func picture(_ id: Int) throws(TeachingError) -> TaughtPicture {
    guard let picture = state.withLock({ $0.pictures.first { $0.id == id } }) else {
      throw TeachingError("There is no picture \(id) any more.")
    }
    return picture
  }

  private func name(of id: Int) throws(TeachingError) -> String {
    guard let name = state.withLock({ $0.classes.first { $0.id == id }?.name }) else {
      throw TeachingError("There is no such class any more.")
    }
    return name
  }

  private func check(_ name: String, besides id: Int?) throws(TeachingError) {
    if let problem = TaughtClass.problem(with: name) { throw TeachingError(problem) }
    // Some disks take names that differ in case for one.
    let isTaken = state.withLock { $0.classes.contains { $0.id != id && $0.name.lowercased() == name.lowercased() } }
    guard !isTaken else { throw TeachingError("There is a class '\(name)' already.") }
  }

  private func writeIndex() {
    guard let folder else { return }
    let (classes, pictures) = state.withLock { ($0.classes, $0.pictures) }
    folder.writeIndex(FaceTable.text(classes, pictures, file: folder.file))
  }
}

/// What somebody who teaches did that cannot be done, as a sentence for people.
public struct TeachingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The sentence.
  public let description: String

  init(_ description: String) { self.description = description }
}
