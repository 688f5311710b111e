import Faces
import Foundation
import Imaging
import ModelFiles
import Models
import Numerics
import RenderedFaces
import Runtime
import TestSupport
import Testing

/// The detector that Glint comes with, on rendered people: what is measured on photos stands in its model card.
@Suite struct ShippedDetectorTests {
  private static let model: QuantizedModel = {
    let place = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    let path = place.appendingPathComponent("../../Calibration/Models/face-detector.int8.safetensors").path
    guard case .int8(let model) = try! ModelFile.load(path) else { preconditionFailure("\(path) is not int8") }
    return model
  }()

  private static func detector(kernels: KernelTable = .detected, threads: Int = 1) throws -> FaceDetector {
    let interpreter = try Interpreter(model, kernels: kernels, threads: threads)
    return try FaceDetector(model.description) { pixels, logits in
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
  }

  private static func room(seed: UInt64) -> RenderedScene {
    RenderedScene(seed: seed, width: 320, height: 240, people: 3, choreography: .crossing)
  }

  @Test(arguments: [UInt64(1), 2]) func followsThreePeopleThroughARoom(seed: UInt64) throws {
    let detector = try Self.detector()
    let scene = Self.room(seed: seed)
    let outcome = RoomTrial.play(seconds: 14, rate: 15) {
      scene.faces(at: $0)
    } find: { now, _ in
      detector.faces(in: scene.frame(at: now).image)
    }
    #expect(outcome.exchanged.isEmpty, "\(outcome.exchanged)")
    #expect(outcome.numbers.count == 3 && outcome.sharedNumbers.isEmpty, "\(outcome.numbers)")
    #expect(Double(outcome.followed) > 0.9 * Double(outcome.inSight), "\(outcome)")
    #expect(outcome.ghosts < outcome.frames / 20, "\(outcome)")
  }

  @Test func sameBoxesOnEveryInstructionSetAndThreadCount() throws {
    let frame = Self.room(seed: 3).frame(at: 2).image
    let expected = try Self.detector(kernels: KernelTable(limit: .scalar)).faces(in: frame)
    #expect(!expected.isEmpty)
    for isa in ISA.supported {
      for threads in [1, 2] {
        let faces = try Self.detector(kernels: KernelTable(limit: isa), threads: threads).faces(in: frame)
        #expect(faces == expected, "\(isa.name), \(threads) threads")
      }
    }
  }

  @Test func nonsenseShowsNoFace() throws {
    let detector = try Self.detector()
    for (width, height) in [(1, 1), (10_000, 10), (10, 10_000), (640, 480)] {
      for value: UInt8 in [0, 128, 255] {
        let flat = Image(width: width, height: height, channels: 1, filledWith: value)
        #expect(detector.faces(inPhoto: flat).isEmpty, "\(width) x \(height) of \(value)")
        #expect(detector.faces(in: flat).isEmpty, "\(width) x \(height) of \(value)")
      }
    }
    var random = CounterRandom(seed: 8)
    let noise = (0..<640 * 480).map { _ in UInt8(truncatingIfNeeded: random.next()) }
    #expect(detector.faces(inPhoto: Image(width: 640, height: 480, channels: 1, pixels: noise)).isEmpty)
  }

  @Test func anUpsideDownFaceIsNoneOrWhereItIs() throws {
    let detector = try Self.detector()
    for index in 0..<6 {
      let (image, face) = FacePainter.paint(FacePainter.parameters(seed: 5, index: index), size: 240)
      var turned = image
      for place in 0..<240 * 240 {
        for channel in 0..<3 {
          turned.pixels[3 * place + channel] = image.pixels[3 * (240 * 240 - 1 - place) + channel]
        }
      }
      let there = FaceBox(
        x: 240 - face.x - face.width, y: 240 - face.y - face.height, width: face.width, height: face.height)
      for found in detector.faces(in: turned) { #expect(found.box.overlap(there) > 0.3, "\(found)") }
    }
  }
}
