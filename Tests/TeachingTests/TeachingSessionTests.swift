import Files
import Imaging
import ModelFiles
import Models
import Teaching
import TestSupport
import Testing
import Threads

/// A session as a camera and a page use it.
@Suite struct TeachingSessionTests {
  private let person = TaughtPerson(seed: 21, number: 6)
  private let used = Locked<[String]>([])
  private let clock = Locked<Int64>(1_000_000)

  private func session(_ folder: String? = nil) throws -> TeachingSession {
    let int8 = try QuantizedModel.load("Calibration/Models/compact.int8.safetensors")
    let used = used
    return try TeachingSession(
      .init(int8, float: nil, table: nil, threads: 1, tool: "test"), folder: folder
    ) { model in
      used.withLock { $0.append(model.description.card["taught"] ?? "as it came") }
      return nil
    }
  }

  private func requests(_ session: TeachingSession) -> TeachingRequests {
    let clock = clock
    return TeachingRequests(session, clock: { clock.value })
  }

  private func json(_ answer: TeachingRequests.Answer) throws -> JSONValue {
    try JSONValue(parsing: String(decoding: answer.bytes, as: UTF8.self))
  }

  /// Shows so many frames of an expression, five a second.
  private func show(_ session: TeachingSession, _ label: Int, _ moments: Range<Int>) {
    for moment in moments {
      let now = clock.withLock { clock in
        clock += 210
        return clock
      }
      let (image, face) = person.picture(label, moment: moment)
      session.look(at: image, face: face, milliseconds: now)
    }
  }

  @Test func whoHoldsCollectsAndWhoLetsGoDoesNot() throws {
    let session = try session(), page = requests(session)
    let id = try #require(session.set.class(named: "happy"))
    show(session, 0, 0..<3)
    #expect(session.set.pictures.isEmpty)
    #expect(page.answer("/collect/\(id)", changes: true).status == 200)
    show(session, 0, 3..<6)
    let held = session.set.count(of: id)
    #expect(held >= 2)
    // Nobody asks again: it ends by itself.
    show(session, 0, 6..<20)
    #expect(session.set.count(of: id) <= held + 2)
    #expect(try json(page.answer("", changes: false))["collecting"] == nil)
    // The last seconds were of another class.
    let sad = try #require(session.set.class(named: "sad"))
    show(session, 1, 20..<26)
    let kept = try json(page.answer("/wrong/\(sad)", changes: true))["kept"]?.integer ?? 0
    #expect(kept >= 4 && session.set.count(of: sad) == kept)
    // A look changes nothing.
    #expect(page.answer("/wipe", changes: false).status == 404 && session.set.count(of: sad) == kept)
  }

  @Test func taughtUsedTakenBackAndWiped() async throws {
    let folder = try TemporaryFolder()
    let session = try session(folder.path("kept")), page = requests(session)
    for label in 0..<2 {
      let id = try #require(session.set.class(named: PersonalizationTests.labels[label]))
      for moment in 0..<36 {
        if moment % 4 == 0 { _ = page.answer("/collect/\(id)", changes: true) }
        show(session, label, moment..<moment + 1)
      }
    }
    let begun = page.answer("/train", changes: true)
    #expect(begun.status == 200, "\(String(decoding: begun.bytes, as: UTF8.self))")
    #expect(page.answer("/train", changes: true).status == 400 || session.now.outcome != nil)
    #expect(await eventually { session.now.outcome != nil })
    let state = try json(page.answer("", changes: false))
    let outcome = try #require(state["outcome"])
    #expect(outcome["words"]?.strings?.isEmpty == false)
    // Whether or not the model got better on this person, one that is better goes through the same doors.
    let number = session.versions.add(session.versions.inUse, words: "as good").number
    #expect(page.answer("/use/\(number)", changes: true).status == 200 && used.value.count == 1)
    #expect(session.versions.used == number)
    // Power fails: the next program uses the same model and has the same pictures.
    let next = try self.session(folder.path("kept"))
    #expect(next.versions.used == number && next.set.pictures.count == session.set.pictures.count)
    #expect(page.answer("/use/0", changes: true).status == 200 && used.value.count == 2)
    #expect(page.answer("/use/99", changes: true).status == 400)
    #expect(page.answer("/model", changes: false).type == "application/octet-stream")
    #expect(page.answer("/wipe", changes: true).status == 200)
    #expect(session.set.pictures.isEmpty && session.versions.all.count == 1)
    let last = try self.session(folder.path("kept"))
    #expect(last.set.pictures.isEmpty && last.versions.all.count == 1)
  }

  /// Without a folder, nothing is written.
  @Test func memoryAloneWritesNothing() throws {
    let session = try session(), page = requests(session)
    let before = try openFiles()
    _ = page.answer("/collect/0", changes: true)
    show(session, 0, 0..<5)
    #expect(!session.set.pictures.isEmpty && session.set.path == nil)
    let archive = page.answer("/pictures.zip", changes: false)
    #expect(archive.status == 200 && archive.file == "glint-pictures.zip")
    #expect(try openFiles().subtracting(before).filter { $0.contains("taught") || $0.contains(".jpg") }.isEmpty)
  }

  private func openFiles() throws -> Set<String> {
    Set(try GlintProgram.shell("ls -l /proc/$PPID/fd").output.split(separator: "\n").map(String.init))
  }

  @Test(arguments: [
    "/add/", "/add/a/b", "/add/a/b/c/d", "/rename/0/sad", "/move/1/2", "/picture/9", "/x", "/use/x",
  ])
  func whatMakesNoSenseIsSaidSo(path: String) throws {
    let session = try session(), page = requests(session)
    let answer = page.answer(path, changes: path != "/picture/9")
    #expect(answer.status == 400 || answer.status == 404)
    #expect(try json(answer)["error"]?.string?.isEmpty == false)
    #expect(session.set.classes.map(\.name) == ["happy", "sad", "neutral"])
  }

  @Test func trainingOnNothingIsRefused() throws {
    let session = try session(), page = requests(session)
    let answer = page.answer("/train", changes: true)
    #expect(answer.status == 400 && String(decoding: answer.bytes, as: UTF8.self).contains("no pictures"))
  }
}
