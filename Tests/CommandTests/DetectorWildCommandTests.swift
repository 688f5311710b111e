import Files
import Foundation
import Imaging
import RenderedFaces
import TestSupport
import Testing

/// `glint detector` with photos of which every face is known: rendered rooms, and the detector that Glint comes with.
@Suite struct DetectorWildCommandTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    var table = "file,x,y,w,h,use,mask,source\n"
    for index in 0..<60 {
      // Names of many series, so that every part gets some.
      let name = "\(UnicodeScalar(UInt8(97 + index % 26)))\(index)x.png"
      let scene = RenderedScene(seed: UInt64(index), width: 320, height: 240, people: 2, choreography: .crossing)
      let (image, faces) = scene.frame(at: 3)
      try folder.write(ImageEncoder.png(image), as: "rooms/\(name)")
      for (place, face) in faces.enumerated() {
        let box = face.face
        table += "\(name),\(box.x),\(box.y),\(box.width),\(box.height),\(place == 0 ? "train" : "ignore"),bare,paint\n"
      }
      let empty = Image(width: 96, height: 72, channels: 1, pixels: (0..<96 * 72).map { UInt8($0 * (index + 3) % 251) })
      try folder.write(ImageEncoder.png(empty), as: "scenes/\(name)")
      // Where a table has no box, a drawing may be: such a picture counts in no figure.
      try folder.write(ImageEncoder.png(empty), as: "rooms/z\(name)")
      table += "z\(name),,,,,,,\n"
    }
    try folder.write(Array(table.utf8), as: "rooms/index.csv")
  }

  private func detector(_ arguments: String) throws -> GlintProgram.Result {
    try GlintProgram.shell("cd '\(folder.path(""))'; '\(GlintProgram.path)' detector \(arguments) --threads 1")
  }

  @Test func evaluatesTrainsAndExplains() throws {
    let models = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Calibration/Models/face-detector.int8.safetensors").path
    let material = "--wild rooms --scenes scenes --painted 0 --quiet"
    let told = try detector("evaluate '\(models)' \(material) --part training --composed 1 --json --show-misses m.png")
    #expect(told.status == 0, "\(told.errors)")
    let line = try #require(
      try JSONSerialization.jsonObject(with: Data(told.output.utf8)) as? [String: Any])
    let wild = try #require(line["wild"] as? [String: Any])
    let groups = try #require(wild["groups"] as? [String: [String: [String: Any]]])
    #expect(Set(groups.keys) == ["all", "source paint", "mask: bare"])
    let faces = groups["all"]!.values.reduce(0) { $0 + ($1["faces"] as! Int) }
    let found = groups["all"]!.values.reduce(0) { $0 + ($1["found"] as! Int) }
    // One of each room is asked for, in the 80 % of rooms that are the training part.
    #expect((35...57).contains(faces) && found > faces / 2, "\(found) of \(faces)")
    #expect((40...60).contains(line["scenes"] as! Int) && wild["scenes"] as? Int == line["scenes"] as? Int)
    #expect((wild["average_precision"] as! Double) > 0.5)
    let shown = try detector("evaluate '\(models)' \(material) --part training --composed 1")
    #expect(shown.output.contains("photos with all their faces") && shown.output.contains("40 px and more"))

    let trained = try detector(
      "train \(material) --steps 4 --small-steps 2 --round 2 --batch 4 --smallest-face 10 --largest-face 330 "
        + "-o d.safetensors"
    )
    #expect(trained.status == 0, "\(trained.errors)")
    let inspected = try GlintProgram.shell("'\(GlintProgram.path)' inspect '\(folder.path("d.safetensors"))'")
    #expect(inspected.output.contains("10 to 330 pixels") && inspected.output.contains("photos with"))

    // With boxes in all pictures let through, the threshold is the lowest there is; the card tells what it gives.
    var thresholds: [Double] = []
    for most in [0, 100] {
      let chosen = try detector("threshold '\(models)' \(material) --false-boxes \(most) -o t\(most).safetensors")
      #expect(chosen.status == 0 && chosen.output.contains("t\(most).safetensors: was "), "\(chosen.errors)")
      let words = chosen.output.split(separator: "from a logit of ").last!.prefix { $0 != " " }
      thresholds.append(try #require(Double(words)))
    }
    #expect(thresholds[0] > thresholds[1], "\(thresholds)")
    let card = try GlintProgram.shell("'\(GlintProgram.path)' inspect '\(folder.path("t0.safetensors"))'")
    #expect(card.output.contains("test, photos with all faces: found at 0 false boxes in"), "\(card.output)")
    let replaced = try detector("threshold '\(models)' \(material) -o rooms/index.csv")
    #expect(replaced.status == 1 && replaced.errors.contains("would replace"), "\(replaced.errors)")

    // One step teaches nothing, and its logits are of any size: what is written can be read all the same.
    let fresh = try detector("train \(material) --steps 1 --small-steps 0 --round 1 --batch 1 -o f.safetensors")
    #expect(fresh.status == 0, "\(fresh.errors)")
    let opened = try GlintProgram.shell("'\(GlintProgram.path)' inspect '\(folder.path("f.safetensors"))'")
    #expect(opened.status == 0, "\(opened.errors)")

    try FileSystem.remove(folder.path("rooms/index.csv"))
    let none = try detector("evaluate '\(models)' \(material)")
    #expect(none.status == 1 && none.errors.contains("rooms: has no table of face boxes"), "\(none.errors)")
    let refused = try detector("train --wild =x.csv --scenes scenes -o d.safetensors")
    #expect(refused.status == 2 && refused.errors.contains("--wild takes a folder"), "\(refused.errors)")
    let small = try detector("train \(material) --smallest-face 2 -o d.safetensors")
    #expect(small.status == 2 && small.errors.contains("--smallest-face"), "\(small.errors)")
  }
}
