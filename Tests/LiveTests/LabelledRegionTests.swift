import Camera
import Foundation
import Imaging
import Live
import Models
import Numerics
import TestSupport
import Testing

/// A part of the frame is labelled as if it were the frame.
@Suite struct LabelledRegionTests {
  private let drawn = FrameRegion(x: 2_500, y: 1_000, width: 5_000, height: 8_000)!

  private func frame(_ format: PixelFormat) throws -> (frame: Frame, image: Image) {
    var frame = Frame()
    frame.format = format
    (frame.width, frame.height) = (640, 480)
    let jpeg = try Array(Data(contentsOf: URL(fileURLWithPath: StandIn.largeFrames[0])))
    let image = try ImageDecoder.decode(jpeg, name: "frame")
    frame.bytes = format == .mjpeg ? jpeg : image.pixels
    return (frame, image)
  }

  /// What the network is given of a frame, and what is said of it.
  private func label(
    _ format: PixelFormat, _ rule: Preprocessing, _ region: FrameRegion?, kept: Int? = nil
  ) throws -> (pixels: [UInt8], labelled: LabelledFrame) {
    let description = ModelDescription(
      graph: Graph.happySad(input: [32, 32, 3]), preprocessing: rule, labels: ["a", "b"])
    var pixels: [UInt8] = []
    let labeller = try FrameLabeller(description) {
      pixels = $0
      return [0]
    }
    labeller.region = { width, height in
      #expect(width == 640 && height == 480)
      return region
    }
    labeller.keptPixels = kept
    let labelled = try labeller.label(frame(format).frame)
    return (pixels, labelled)
  }

  @Test(arguments: [PixelFormat.rgb, .mjpeg], [Preprocessing.Fit.centreSquare, .stretch, .inside])
  func theNetworkSeesTheRegionAlone(format: PixelFormat, fit: Preprocessing.Fit) throws {
    let rule = Preprocessing(width: 128, height: 128, fit: fit)
    let image = try frame(format).image
    var part = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    image.cut(PixelRegion(x: 160, y: 48, width: 320, height: 384), into: &part)
    let (pixels, labelled) = try label(format, rule, drawn)
    let isSame = pixels == rule.apply(to: part).pixels
    #expect(isSame)
    let box = try #require(labelled.faces.first?.box)
    switch fit {
    case .stretch: #expect(box == FaceBox(x: 160, y: 48, width: 320, height: 384))
    case .centreSquare: #expect(box == FaceBox(x: 160, y: 80, width: 320, height: 320))
    default: #expect(box.width == 384 && box.height == 384)
    }
    #expect(labelled.width == 640 && labelled.height == 480)
    // Without one, all of the frame is there as before.
    let isWhole = try label(format, rule, nil).pixels == rule.apply(to: image).pixels
    #expect(isWhole)
  }

  /// Where much detail is not needed, the region has what its own size asks for.
  @Test func aRegionIsDecodedInTheDetailThatItNeeds() throws {
    let rule = Preprocessing(width: 32, height: 32, fit: .stretch)
    let small = FrameRegion(x: 0, y: 0, width: 1_250, height: 1_250)!
    let image = try frame(.mjpeg).image
    var part = Image(width: 1, height: 1, channels: 3, filledWith: 0)
    image.cut(PixelRegion(x: 0, y: 0, width: 80, height: 60), into: &part)
    let (pixels, labelled) = try label(.mjpeg, rule, small)
    let isSame = pixels == rule.apply(to: part).pixels
    #expect(isSame)
    #expect(labelled.faces.first?.box == FaceBox(x: 0, y: 0, width: 80, height: 60))
  }

  /// Who collects gets every column: those beside the centred square too, which are not read for a label alone.
  @Test func collectedFramesAreWhole() throws {
    let rule = Preprocessing(width: 32, height: 32)
    let description = ModelDescription(
      graph: Graph.happySad(input: [32, 32, 3]), preprocessing: rule, labels: ["a", "b"])
    let stop = StopSignal(), source = OneFrame(try frame(.mjpeg).frame)
    let pipeline = try LivePipeline(source: source, description: description) { _ in [0] }
    pipeline.keptPixels = 192
    var seen: Image?
    _ = pipeline.run(
      .init(frames: 1), stop: stop, notify: { _ in }, publishWithPicture: { _, _, image in seen = image })
    let image = try #require(seen)
    #expect(max(image.width, image.height) >= 192)
    let (width, height) = (image.width, image.height)
    let wanted = try frame(.mjpeg).image.resampled(width: width, height: height)
    let differences = zip(image.pixels, wanted.pixels).map { abs(Int($0) - Int($1)) }
    #expect(differences.reduce(0, +) < 8 * differences.count)
    for column in [0, width - 1] {
      let place = (height / 2 * width + column) * 3
      #expect(abs(Int(image.pixels[place]) - Int(wanted.pixels[place])) < 40, "column \(column)")
    }
  }

  private final class OneFrame: FrameSource {
    private let frame: Frame
    let title = "one frame"
    let losses = FrameLosses()

    init(_ frame: Frame) { self.frame = frame }

    func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
      frame = self.frame
      return .frame
    }
  }

  private func box(_ arguments: [String]) throws -> Line.Box {
    let result = try GlintProgram.run(
      ["live", StandIn.model, "--rendered", "--size", "640x480", "--count", "2", "--json"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return try #require(try Line.all(result).first?.faces.first?.box)
  }

  @Test func theCommandLabelsARegion() throws {
    let box = try box(["--region", "25%,10%,50%,80%"])
    #expect(box.x == 160 && box.y == 80 && box.w == 320 && box.h == 320)
    let same = try self.box(["--region", "160,48,320,384"])
    #expect(same.x == 160 && same.y == 80 && same.w == 320)
    let all = try self.box(["--region", "all"])
    #expect(all.x == 80 && all.w == 480)
    let beyond = try self.box(["--region", "700,10,100,100"])
    #expect(beyond.x == 80 && beyond.w == 480)
  }

  @Test(arguments: [
    "1,2,3", "a,b,c,d", "10%,10,50%,50%", "50%,0%,60%,50%", "0%,0%,1%,50%", "-5,0,10,10", "0,0,0,10", "0%,0%,101%,9%",
  ]) func whatIsNoRegionIsRefused(text: String) throws {
    let result = try GlintProgram.run(["live", StandIn.model, "--rendered", "--region=" + text])
    #expect(result.status == 2 && result.errors.contains("--region"), "\(result.errors)")
  }

  @Test func aModelOfFacesHasNoRegion() throws {
    let result = try GlintProgram.run(["live", "--rendered", "--region", "0%,0%,50%,50%", "--json", "--count", "1"])
    #expect(result.status == 1 && result.errors.contains("--region is for models"), "\(result.errors)")
  }
}
