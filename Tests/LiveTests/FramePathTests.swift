import CAllocations
import Camera
import Foundation
import Imaging
import Models
import Numerics
import Runtime
import TestSupport
import Testing

/// From a camera's bytes to logits: what is allocated once frames have come for a while.
@Suite struct FramePathTests {
  @Test(arguments: [PixelFormat.mjpeg, .yuyv, .nv12, .rgb])
  func nothingIsAllocatedForAFrame(_ format: PixelFormat) throws {
    var model = try QuantizedModel.random(Graph.happySad(input: [32, 32, 3]), seed: 5)
    model.description.preprocessing = Preprocessing(width: 32, height: 32)
    let interpreter = try Interpreter(model), decoder = try FrameDecoder()
    let preprocessor = Preprocessor(model.description.preprocessing)
    var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    var pixels: [UInt8] = [], logits = [Float](repeating: 0, count: interpreter.logitCount)
    let frames = try StandIn.largeFrames.map { try frame($0, format) }

    let rules = [nil, preprocessor.rule]
    var allocations: [Int] = []
    for round in 0..<4 {
      let before = ca_allocations()
      for frame in frames {
        let scale = preprocessor.scale(forWidth: frame.width, height: frame.height)
        for rule in rules {
          try decoder.decode(frame, scale: scale, columnsFor: rule, into: &image)
          preprocessor.apply(to: image, into: &pixels)
          pixels.withUnsafeBufferPointer { interpreter.invoke(pixels: $0.baseAddress!, logits: &logits) }
        }
      }
      if round > 0 { allocations.append(Int(ca_allocations() - before)) }
    }
    #expect(allocations == [0, 0, 0])
  }

  private func frame(_ path: String, _ format: PixelFormat) throws -> Frame {
    var frame = Frame()
    frame.format = format
    (frame.width, frame.height) = (640, 480)
    let jpeg = try Array(Data(contentsOf: URL(fileURLWithPath: path)))
    switch format {
    case .mjpeg: frame.bytes = jpeg
    case .rgb: frame.bytes = try ImageDecoder.decode(jpeg, name: path).pixels
    case .yuyv: frame.bytes = [UInt8](repeating: 99, count: 640 * 480 * 2)
    case .nv12: frame.bytes = [UInt8](repeating: 99, count: 640 * 480 * 3 / 2)
    }
    return frame
  }
}
