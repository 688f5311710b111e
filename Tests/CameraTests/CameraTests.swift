import Camera
import Foundation
import Glibc
import Imaging
import TestSupport
import Testing

@Suite struct FrameDecoderTests {
  private func frame(_ format: PixelFormat, _ width: Int, _ height: Int, _ bytes: [UInt8], stride: Int = 0) -> Frame {
    var frame = Frame()
    (frame.format, frame.width, frame.height, frame.bytes, frame.stride) = (format, width, height, bytes, stride)
    return frame
  }

  /// BT.601 limited range in floating point.
  private func expected(_ y: Int, _ u: Int, _ v: Int) -> [Double] {
    let luma = 255.0 / 219 * Double(y - 16), blue = Double(u - 128), red = Double(v - 128)
    let all = [
      luma + 1.402 * 255 / 224 * red,
      luma - 0.344136 * 255 / 224 * blue - 0.714136 * 255 / 224 * red,
      luma + 1.772 * 255 / 224 * blue,
    ]
    return all.map { min(255, max(0, $0)) }
  }

  @Test func yuyvAndNV12AreBT601() throws {
    let decoder = try FrameDecoder()
    var image = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    for y in stride(from: 0, through: 255, by: 17) {
      for u in stride(from: 0, through: 255, by: 51) {
        for v in stride(from: 0, through: 255, by: 51) {
          let bytes = [y, u, 235, v].map { UInt8($0) }
          try decoder.decode(frame(.yuyv, 2, 2, bytes + bytes), into: &image)
          let planar = [y, 235, 99, 99, y, 235, 99, 99, u, v, 99, 99].map { UInt8($0) }
          var other = image
          try decoder.decode(frame(.nv12, 2, 2, planar, stride: 4), into: &other)
          #expect(image == other)
          for (got, wanted) in zip(image.pixels, expected(y, u, v) + expected(235, u, v)) {
            #expect(abs(Double(got) - wanted) <= 2, "\(y) \(u) \(v)")
          }
        }
      }
    }
  }

  @Test func yuyvMayHaveAnOddHeight() throws {
    let decoder = try FrameDecoder()
    let bytes = (0..<64 * 48 * 2).map { UInt8(truncatingIfNeeded: $0 &* 31) }
    var whole = Image(width: 1, height: 1, channels: 1, filledWith: 0), odd = whole
    try decoder.decode(frame(.yuyv, 64, 48, bytes), into: &whole)
    try decoder.decode(frame(.yuyv, 64, 47, Array(bytes.prefix(64 * 47 * 2))), into: &odd)
    #expect(odd.height == 47 && odd.pixels == Array(whole.pixels.prefix(64 * 47 * 3)))
  }

  @Test func rowsOfRGBMayBeFilledUp() throws {
    let decoder = try FrameDecoder()
    let pixels = (0..<6 * 4 * 3).map { UInt8($0) }
    let rows = stride(from: 0, to: pixels.count, by: 18).map { Array(pixels[$0..<$0 + 18]) }
    var image = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    // What fills up the last row may be missing.
    let filled: [UInt8] = rows.flatMap { (row: [UInt8]) -> [UInt8] in row + [9, 9] }
    for bytes in [filled, Array(filled.dropLast(2))] {
      try decoder.decode(frame(.rgb, 6, 4, bytes, stride: 20), into: &image)
      #expect(image.pixels == pixels)
    }
    #expect(throws: ImageError.self) { try decoder.decode(frame(.rgb, 6, 4, pixels, stride: 20), into: &image) }
  }

  @Test func shortAndOddFramesAreErrors() throws {
    let decoder = try FrameDecoder()
    var image = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    for bad in [
      frame(.yuyv, 4, 4, [UInt8](repeating: 0, count: 31)), frame(.nv12, 4, 4, [UInt8](repeating: 0, count: 23)),
      frame(.rgb, 4, 4, [UInt8](repeating: 0, count: 47)), frame(.yuyv, 3, 4, [UInt8](repeating: 0, count: 99)),
      frame(.rgb, 0, 4, [1]), frame(.mjpeg, 4, 4, []), frame(.yuyv, 4, 4, [UInt8](repeating: 0, count: 32), stride: 10),
    ] {
      #expect(throws: ImageError.self) { try decoder.decode(bad, into: &image) }
    }
  }
}

@Suite struct SourceTests {
  @Test func aPaintedSourceKeepsItsRate() {
    let source = PaintedSource(title: "test", rate: 200) {
      Image(width: 2, height: 2, channels: 3, filledWith: UInt8(Int($0 * 100) % 256))
    }
    var frame = Frame(), numbers: [Int] = []
    while numbers.count < 10 {
      if source.next(into: &frame, milliseconds: 50) == .frame {
        numbers.append(frame.sequence)
        #expect(frame.bytes.count == 12 && frame.format == .rgb)
        // The picture is that of the frame's own time.
        #expect(frame.bytes[0] == UInt8(Int(Double(frame.sequence) / 200 * 100) % 256))
      }
    }
    #expect(zip(numbers, numbers.dropFirst()).allSatisfy { $0 < $1 })
    #expect(source.losses.lost == numbers[9] - 9)
  }

  @Test(arguments: ["rtsp://camera.local/1", "http://10.0.0.7/video"]) func addressesAreNoDevices(_ address: String) {
    do {
      _ = try CaptureDevice(address)
      Issue.record("\(address) was opened")
    } catch {
      #expect(error.cause == .address && error.description.contains("/dev/video0"))
      #expect(!error.description.contains("plugged in"))
    }
  }

  @Test func filesAndFoldersAreTakenForWhatTheyAre() throws {
    let folder = try TemporaryFolder()
    let film = try folder.write([0, 0, 0, 24] + Array("ftypisom\0\0\0\0isommp42".utf8), as: "film.mp4")
    func words(_ open: () throws(CameraError) -> Any) -> String {
      do { _ = try open() } catch { return error.description }
      return ""
    }
    #expect(words { () throws(CameraError) in try CaptureDevice(film) }.contains("but an MP4 video: take pictures out"))
    #expect(words { () throws(CameraError) in try CaptureDevice(folder.path("")) }.contains("--folder"))
    let played = words { () throws(CameraError) in try FolderSource(film) }
    #expect(played.contains("an MP4 video, not a folder of pictures"), "\(played)")
    #expect(played.components(separatedBy: "film.mp4").count == 2, "the name stands once: \(played)")
    #expect(words { () throws(CameraError) in try FolderSource(folder.path("")) }.contains("Left out: 1 file, such as"))
  }

  @Test func unreadableFilesOfAFolderSayWhy() throws {
    let folder = try TemporaryFolder()
    let path = try folder.write([0xFF, 0xD8, 0xFF], as: "disc.jpg")
    #expect(truncate(path, 1 << 30) == 0)
    let source = try FolderSource(folder.path(""), rate: 1000)
    var frame = Frame()
    while source.next(into: &frame, milliseconds: 50) != .frame {}
    var image = Image(width: 1, height: 1, channels: 1, filledWith: 0)
    do {
      try FrameDecoder().decode(frame, into: &image)
      Issue.record("a file of a gigabyte was decoded")
    } catch { #expect(error.reason.contains("1024 MB; at most 256 MB"), "\(error)") }
  }

  @Test func aSourceThatIsNotDueSaysSo() {
    let source = PaintedSource(title: "slow", rate: 0.5) { _ in Image(width: 2, height: 2, channels: 3, filledWith: 1) }
    var frame = Frame()
    #expect(source.next(into: &frame, milliseconds: 1) == .frame)
    #expect(source.next(into: &frame, milliseconds: 1) == .nothing)
  }
}
