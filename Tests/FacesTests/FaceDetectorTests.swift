import CAllocations
import Faces
import Foundation
import Imaging
import Models
import Numerics
import RenderedFaces
import Runtime
import TestSupport
import Testing

/// The detector around networks that are not trained: random ones for the engine's sake, and one that finds bright
/// squares.
@Suite struct FaceDetectorTests {
  private static func detector(
    _ model: QuantizedModel, kernels: KernelTable = .detected, threads: Int = 1
  ) throws
    -> FaceDetector
  {
    let interpreter = try Interpreter(model, kernels: kernels, threads: threads)
    return try FaceDetector(model.description) { pixels, logits in
      pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
    }
  }

  private static let frame = RenderedScene(seed: 3, people: 3, choreography: .crossing).frame(at: 1).image

  @Test func sameBoxesOnEveryInstructionSetAndThreadCount() throws {
    // Scales of random models are not a trained one's: the threshold is put where some cells are above it.
    var model = try QuantizedModel.randomDetector(seed: 11)
    let pixels = model.description.preprocessing.apply(to: Self.frame).pixels
    let logits = try Interpreter(model).invoke(pixels)
    let scores = stride(from: 0, to: logits.count, by: 4).map { logits[$0] }.sorted()
    model.description.detection?.threshold = scores[scores.count * 9 / 10]
    let expected = try Self.detector(model, kernels: KernelTable(limit: .scalar)).faces(in: Self.frame)
    #expect(!expected.isEmpty)
    let photo = try Self.detector(model, kernels: KernelTable(limit: .scalar)).faces(inPhoto: Self.frame)
    for isa in ISA.supported {
      for threads in [1, 2, 3] {
        let detector = try Self.detector(model, kernels: KernelTable(limit: isa), threads: threads)
        #expect(detector.faces(in: Self.frame) == expected, "\(isa.name), \(threads) threads")
        #expect(detector.faces(inPhoto: Self.frame) == photo, "\(isa.name), \(threads) threads")
      }
    }
  }

  @Test func framesAllocateTheResultAlone() throws {
    var model = try QuantizedModel.randomDetector(seed: 12)
    model.description.detection?.threshold = -1e6
    let detector = try Self.detector(model)
    var faces = detector.faces(in: Self.frame)
    #expect(!faces.isEmpty)
    // The array that is returned is copied when it is made anew; with nothing in it there is nothing to copy.
    model.description.detection?.threshold = 1e6
    let blind = try Self.detector(model)
    _ = blind.faces(in: Self.frame)
    let before = ca_allocations()
    faces = blind.faces(in: Self.frame)
    #expect(ca_allocations() == before)
    #expect(faces.isEmpty)
  }

  @Test func aClassifierIsNoDetector() throws {
    let model = try QuantizedModel.random(.happySad(input: [32, 32, 3]), seed: 1)
    #expect(throws: FaceDetectorError.self) { try FaceDetector(model.description) { _, _ in } }
    var other = try QuantizedModel.randomDetector(seed: 1)
    other.description.detection?.stride = 16
    #expect(throws: FaceDetectorError.self) { try FaceDetector(other.description) { _, _ in } }
  }

  // MARK: - A network that finds bright squares of the sizes that it is made for

  /// - Parameter clear: the side from which on it finds them, as one that misses many of the smallest that it knows.
  private static func squares(from clear: Int = 18) throws -> FaceDetector {
    let description = try QuantizedModel.randomDetector(seed: 1).description
    let sides = clear...description.detection!.sides.upperBound
    return try FaceDetector(description) { pixels, logits in
      for place in logits.indices { logits[place] = place % 4 == 0 ? -9 : 0 }
      for box in brightSquares(pixels, width: 320, height: 240) where sides.contains(Int(box.width)) {
        let x = box.x + box.width / 2, y = box.y + box.height / 2
        // All cells about the middle, as of trained networks: of one on the border of two cells, both.
        for row in max(0, Int((y - 5) / 8))...min(29, Int((y + 5) / 8)) {
          for column in max(0, Int((x - 5) / 8))...min(39, Int((x + 5) / 8)) {
            let place = 4 * (row * 40 + column)
            logits[place] = 3
            logits[place + 1] = (x - 8 * (Float(column) + 0.5)) / box.width
            logits[place + 2] = (y - 8 * (Float(row) + 0.5)) / box.width
            logits[place + 3] = log2(box.width / 32)
          }
        }
      }
    }
  }

  /// The bounding squares of connected bright parts.
  private static func brightSquares(_ pixels: [UInt8], width: Int, height: Int) -> [FaceBox] {
    var seen = [Bool](repeating: false, count: pixels.count)
    var boxes: [FaceBox] = []
    for start in pixels.indices where pixels[start] >= 128 && !seen[start] {
      var stack = [start]
      seen[start] = true
      var (left, right, top, bottom) = (width, 0, height, 0)
      while let place = stack.popLast() {
        let x = place % width, y = place / width
        (left, right, top, bottom) = (min(left, x), max(right, x), min(top, y), max(bottom, y))
        for (dx, dy) in [(-1, 0), (1, 0), (0, -1), (0, 1)] {
          let (u, v) = (x + dx, y + dy)
          guard u >= 0, u < width, v >= 0, v < height, pixels[v * width + u] >= 128, !seen[v * width + u] else {
            continue
          }
          seen[v * width + u] = true
          stack.append(v * width + u)
        }
      }
      let side = Float(max(right - left, bottom - top) + 1)
      // What an edge cuts is no square.
      guard Float(min(right - left, bottom - top) + 1) > 0.85 * side else { continue }
      boxes.append(FaceBox(x: Float(left), y: Float(top), width: side, height: side))
    }
    return boxes
  }

  @Test func photosShowFacesOfAllSizesOnce() throws {
    var photo = Image(width: 2400, height: 1600, channels: 3, filledWith: 10)
    var truth: [FaceBox] = []
    // Rows of squares of a size, at places that fall on the edges of windows too.
    var y = 20
    for side in [30, 40, 55, 75, 100, 140, 200, 420] {
      var x = 17
      while x + side < 2400 {
        truth.append(FaceBox(x: Float(x), y: Float(y), width: Float(side), height: Float(side)))
        for row in y..<y + side {
          for column in 3 * (row * 2400 + x)..<3 * (row * 2400 + x + side) { photo.pixels[column] = 240 }
        }
        x += side * 2 + 61
      }
      y += side + 50
    }
    let faces = try Self.squares(from: 24).faces(inPhoto: photo)
    for box in truth {
      let sights = faces.count { $0.box.overlap(box) > 0.6 }
      #expect(sights == 1, "a face of \(box.width) at \(box.x), \(box.y) is seen \(sights) times")
    }
    #expect(faces.count == truth.count)
    // A photo that was decoded at half its sides: its faces are told in pixels of the whole one.
    var reduced = photo
    reduced.reduction = 2
    #expect(try Self.squares(from: 24).faces(inPhoto: reduced).map(\.box) == faces.map { $0.box.scaled(by: 2) })
    // A frame is looked at once, and shows the large ones alone.
    let frame = try Self.squares().faces(in: photo)
    #expect(try Self.squares().faces(in: reduced).map(\.box) == frame.map { $0.box.scaled(by: 2) })
    #expect(frame.count == truth.count { $0.width >= 140 })
  }

  @Test func smallFacesOfATwelveMegapixelPhoto() throws {
    var photo = Image(width: 4000, height: 3000, channels: 1, filledWith: 10)
    let truth = [(30, 40), (1999, 1490), (3970, 2970)].map {
      FaceBox(x: Float($0.0), y: Float($0.1), width: 24, height: 24)
    }
    for box in truth {
      for row in Int(box.y)..<Int(box.y) + 24 {
        for column in Int(box.x)..<Int(box.x) + 24 { photo.pixels[row * 4000 + column] = 240 }
      }
    }
    let detector = try Self.squares(from: 24)
    let faces = detector.faces(inPhoto: photo)
    #expect(faces.count == truth.count)
    for box in truth { #expect(faces.contains { $0.box.overlap(box.narrowed) > 0.9 }) }
    // Where only larger ones are wanted, the windows are larger.
    detector.smallestInPhotos = 60
    #expect(detector.faces(inPhoto: photo).isEmpty)
  }

  @Test(arguments: [(1, 1), (10_000, 10), (10, 10_000), (319, 241), (1, 3000), (7000, 5000)])
  func oddPicturesAreLookedAtInBoundedTime(width: Int, height: Int) throws {
    let description = try QuantizedModel.randomDetector(seed: 1).description
    let counter = Counter()
    let detector = try FaceDetector(description) { pixels, logits in
      counter.looks += 1
      #expect(pixels.count == 320 * 240)
      for place in logits.indices { logits[place] = place % 4 == 0 ? 1 : 0 }
    }
    let black = Image(width: width, height: height, channels: 1, filledWith: 0)
    let faces = detector.faces(inPhoto: black)
    #expect(counter.looks <= 2 * PhotoWindows.most)
    #expect(faces.count <= FaceDetector.mostInPhoto)
    for face in faces {
      #expect(face.box.x.isFinite && face.box.width > 0)
    }
    _ = detector.faces(in: black)
  }

  private final class Counter { var looks = 0 }

  /// A network that leans to one side: the left half of the picture makes it surer, and its boxes lie too far right.
  @Test(arguments: [Float(-4), 1]) func whatMightBeAFaceIsLookedAtMirroredToo(background: Float) throws {
    let description = try QuantizedModel.randomDetector(seed: 1).description
    let counter = Counter()
    let detector = try FaceDetector(description) { pixels, logits in
      counter.looks += 1
      for place in logits.indices { logits[place] = place % 4 == 0 ? -9 : 0 }
      guard let bright = pixels.firstIndex(where: { $0 >= 128 }) else {
        logits[0] = background
        return
      }
      let (row, column) = (bright / 320 / 8, bright % 320 / 8)
      let place = 4 * (row * 40 + column)
      (logits[place], logits[place + 1]) = (column < 20 ? 3 : 1, 0.25)
    }
    var photo = Image(width: 320, height: 240, channels: 1, filledWith: 10)
    detector.smallestInPhotos = 100
    _ = detector.faces(inPhoto: photo)
    #expect(counter.looks == (background > 0 ? 2 : 1))
    // The cell in row 12 and column 5, whose middle is at 44, 100.
    for row in 96..<104 { for column in 40..<48 { photo.pixels[row * 320 + column] = 255 } }
    counter.looks = 0
    let faces = detector.faces(inPhoto: photo)
    let face = try #require(faces.first)
    #expect(faces.count == 1 && counter.looks == 2)
    #expect(face.score == 2)
    #expect(abs(face.box.x + face.box.width / 2 - 44) < 1e-3 && abs(face.box.y + face.box.height / 2 - 100) < 1e-3)
    // A frame is looked at as it is.
    counter.looks = 0
    #expect(detector.faces(in: photo).first?.score == 3 && counter.looks == 1)
  }
}
