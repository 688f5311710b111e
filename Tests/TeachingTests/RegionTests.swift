import Files
import Imaging
import ModelFiles
import Models
import Numerics
import Teaching
import TestSupport
import Testing

/// A part of the frame that was drawn: what is collected, and what each version labels.
@Suite struct RegionTests {
  private let model = "Calibration/Models/compact.int8.safetensors"
  private let drawn = FrameRegion(x: 2_500, y: 5_000, width: 5_000, height: 2_500)!

  private func session(_ folder: String? = nil, _ region: TaughtRegion? = nil) throws -> TeachingSession {
    try TeachingSession(
      .init(QuantizedModel.load(model), float: nil, table: nil, threads: 1, tool: "test"), folder: folder,
      region: region
    ) { _ in nil }
  }

  private func state(_ page: TeachingRequests, _ path: String = "") throws -> JSONValue {
    let answer = page.answer(path, changes: !path.isEmpty)
    return try JSONValue(parsing: String(decoding: answer.bytes, as: UTF8.self))
  }

  /// A frame whose upper half is dark and whose lower half is light, with what changes below.
  private func frame(_ number: Int) -> Image {
    var image = Image(width: 320, height: 240, channels: 3, filledWith: 20)
    for place in image.pixels.indices where place / 3 / 320 >= 120 {
      image.pixels[place] = UInt8(120 + (place / 3 % 320 * (number + 2) / 9) % 100)
    }
    return image
  }

  @Test func whatIsCollectedIsOfTheRegion() throws {
    let folder = try TemporaryFolder()
    let session = try session(folder.path("kept"))
    var now: Int64 = 1_000_000
    let clock = now
    let page = TeachingRequests(session, clock: { clock })
    #expect(try state(page)["region"] == nil && state(page)["seeks_faces"] == .bool(true))
    let told = try state(page, "/region/2500,5000,5000,2500")
    #expect(told["region"]?["x"]?.integer == 2_500 && told["region"]?["h"]?.integer == 2_500)
    #expect(told["faces"] == .bool(false))
    _ = page.answer("/collect/0", changes: true)
    for number in 0..<4 {
      now += 210
      session.look(at: frame(number), face: nil, milliseconds: now)
    }
    let pictures = session.set.pictures
    #expect(pictures.count >= 2)
    for picture in pictures {
      #expect(picture.width == 160 && picture.height == 60 && !picture.isFace)
      let image = try ImageDecoder.decode(picture.jpeg, name: "picture").grey
      #expect((image.pixels.min() ?? 0) > 90, "the dark half of the frame is not in it")
    }
    // The next program has it, whoever looks.
    #expect(try self.session(folder.path("kept")).region == drawn)
    // What was asked for by name goes first.
    #expect(try self.session(folder.path("kept"), TaughtRegion(region: nil)).region == nil)
    #expect(try state(page, "/region/none")["region"] == nil)
    #expect(try self.session(folder.path("kept")).region == nil)
  }

  @Test(arguments: ["", "1,2,3", "0,0,100,5000", "9000,0,2000,5000", "none/x", "-1,0,5000,5000"])
  func whatIsNoRegionIsSaidSo(text: String) throws {
    let session = try session()
    let page = TeachingRequests(session, clock: { 0 })
    try session.draw(drawn)
    let answer = page.answer("/region/" + text, changes: true)
    #expect(answer.status == 400 || answer.status == 404)
    #expect(session.region == drawn)
  }

  /// Each version labels what it was taught on; models of faces leave the region alone.
  @Test func aVersionBringsItsRegion() throws {
    let folder = try TemporaryFolder()
    let session = try session(folder.path("kept"))
    func add(_ region: String?) throws -> Int {
      var int8 = try QuantizedModel.random(Graph.happySad(input: [32, 32, 3]), seed: 5)
      int8.description.preprocessing = Preprocessing(width: 32, height: 32, fit: .stretch)
      int8.description.card["region"] = region
      return session.versions.add(int8, words: "as good").number
    }
    let page = TeachingRequests(session, clock: { 0 })
    let first = try add(drawn.text)
    let other = FrameRegion(x: 0, y: 0, width: 1_000, height: 1_000)!
    let second = try add(other.text)
    let whole = try add("whole frame")
    let silent = try add(nil)
    for (number, region) in [
      (first, drawn), (second, other), (silent, other), (whole, nil), (first, drawn), (0, drawn),
    ] {
      try session.use(number)
      #expect(session.region == region, "\(number)")
      // Where no faces are looked for, none can be collected.
      #expect(try state(page)["faces"] == .bool(number == 0))
      #expect(page.answer("/faces", changes: true).status == (number == 0 ? 200 : 400))
    }
    try session.use(second)
    // After a restart the model and its region are there; without the region's file, the model knows it.
    #expect(try self.session(folder.path("kept")).region == other)
    let kept = try GlintProgram.shell("rm '\(folder.path("kept"))/.region'")
    #expect(kept.status == 0)
    let next = try self.session(folder.path("kept"))
    #expect(next.versions.used == second && next.region == other)
    #expect(TeachingRequests(next, clock: { 0 }).answer("/wipe", changes: true).status == 200)
    #expect(next.region == nil)
  }

  /// A model that cannot be used leaves the region as it was.
  @Test func aRefusedVersionLeavesTheRegion() throws {
    let session = try TeachingSession(
      .init(QuantizedModel.load(model), float: nil, table: nil, threads: 1, tool: "test"), folder: nil
    ) { _ in "it cannot be used" }
    try session.draw(drawn)
    var int8 = try QuantizedModel.random(Graph.happySad(input: [32, 32, 3]), seed: 5)
    int8.description.preprocessing = Preprocessing(width: 32, height: 32)
    int8.description.card["region"] = "0,0,1000,1000"
    let number = session.versions.add(int8, words: "").number
    #expect(throws: TeachingError.self) { try session.use(number) }
    #expect(session.region == drawn && session.versions.used == 0)
  }
}
