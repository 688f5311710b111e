import Files
import TestSupport
import Testing
import Training

/// Where a file goes whose place has no room: a folder may hold one file at most here, which stands for a full disk.
@Suite struct RefugeTests {
  private let folder: TemporaryFolder
  private let place: String, spare: String

  init() throws {
    folder = try TemporaryFolder()
    place = folder.path("model")
    spare = folder.path("model.checkpoint")
  }

  /// Writes beside nothing alone, and anywhere else but in the places that `isFull` names.
  private func write(_ path: String, isFull: (String) -> Bool) throws {
    if isFull(path) { throw FileError(path: path, reason: "no room") }
    try AtomicFile.write([1, 2, 3], to: path)
  }

  @Test func aCheckpointMakesRoomForItsModel() throws {
    try folder.write([9], as: "model.checkpoint")
    var refuge: String?
    try Refuge.write("The model", to: place, insteadOf: spare) { path in
      if path != place {
        refuge = path
        // The checkpoint is there until the model is safe elsewhere.
        #expect(FileSystem.exists(spare))
      }
      try write(path) { $0 == place && FileSystem.exists(spare) }
    }
    #expect(try folder.names() == ["model"])
    let found = try #require(refuge)
    #expect(!FileSystem.exists(found))
  }

  @Test func theCheckpointStaysWhereTheModelIsNowhere() throws {
    try folder.write([9], as: "model.checkpoint")
    let loss = caught(Refuge.Loss.self) {
      try Refuge.write("The model", to: place, insteadOf: spare) { try write($0) { _ in true } }
    }
    #expect(loss?.description.contains("nor could it be kept as") == true)
    #expect(try folder.names() == ["model.checkpoint"])
  }

  @Test(arguments: [true, false]) func saysWhereItIsKept(hasSpare: Bool) throws {
    if hasSpare { try folder.write([9], as: "model.checkpoint") }
    let loss = try #require(
      caught(Refuge.Loss.self) {
        try Refuge.write("The model", to: place, insteadOf: spare) { try write($0) { $0 == place } }
      })
    let refuge = String(try #require(loss.description.split(separator: " ").last))
    #expect(loss.description.contains("model: no room. The model is kept as"))
    #expect(FileSystem.size(refuge) == 3)
    try FileSystem.remove(refuge)
  }
}
