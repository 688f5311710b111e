import ArgumentParser
import Imaging
import Models
import Teaching
import Threads

/// `--region`: the part of a camera's frames that is labelled and taught.
struct RegionOption: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      """
      The part of the camera's picture that is looked at where no faces are looked for: left, top, width and height in \
      pixels or per cent, as in 25%,10%,50%,40%, or all (default: what the model was taught on).
      """, valueName: "x,y,w,h"), transform: AskedRegion.init)
  var region: AskedRegion?
}

/// What `--region` names.
enum AskedRegion: Hashable, Sendable {
  case all
  case shares(FrameRegion)
  /// Of frames whose size is known when the first comes.
  case pixels(PixelRegion)

  init(_ text: String) throws {
    if text == "all" {
      self = .all
      return
    }
    let parts = text.split(separator: ",", omittingEmptySubsequences: false)
    guard parts.count == 4 else { throw Self.wrong(text) }
    if parts.allSatisfy({ $0.hasSuffix("%") }) {
      let shares = parts.compactMap { Double($0.dropLast()) }.filter { (0...100).contains($0) }
      guard shares.count == 4 else { throw Self.wrong(text) }
      let whole = shares.map { Int(($0 * Double(FrameRegion.whole) / 100).rounded()) }
      guard let region = FrameRegion(x: whole[0], y: whole[1], width: whole[2], height: whole[3]) else {
        throw ValidationError(
          "--region \(text): it has to lie in the picture, and be 2 % of its width and height or more.")
      }
      self = .shares(region)
    } else {
      let pixels = parts.compactMap { Int($0) }
      guard pixels.count == 4, pixels.allSatisfy({ (0...100_000).contains($0) }), pixels[2] > 0, pixels[3] > 0 else {
        throw Self.wrong(text)
      }
      self = .pixels(PixelRegion(x: pixels[0], y: pixels[1], width: pixels[2], height: pixels[3]))
    }
  }

  private static func wrong(_ text: String) -> ValidationError {
    ValidationError("--region takes left,top,width,height in pixels or each with %, or all, not '\(text)'.")
  }
}

/// The part of the frames that is looked at; what was asked for in pixels is known when the first frame comes.
final class RegionInUse: Sendable {
  private let state: Locked<(pixels: PixelRegion?, region: FrameRegion?)>

  /// - Parameter description: of the model, which may have been taught on a region.
  init(_ asked: AskedRegion?, taughtOn description: ModelDescription? = nil) {
    switch asked {
    case .all: state = Locked((nil, nil))
    case .shares(let region): state = Locked((nil, region))
    case .pixels(let pixels): state = Locked((pixels, nil))
    case nil: state = Locked((nil, description.flatMap { TeachingSession.region(of: $0)?.region }))
    }
  }

  /// The part of frames of this size; nil for all of them.
  func region(_ width: Int, _ height: Int) -> FrameRegion? {
    state.withLock { state in
      if let pixels = state.pixels {
        state = (nil, FrameRegion(pixels, ofWidth: width, height: height))
        if state.region == nil {
          printError(
            "--region: too little of it lies in the picture of \(width) x \(height) pixels; all of it is looked at.")
        }
      }
      return state.region
    }
  }

  /// What is known of it.
  var known: FrameRegion? { state.value.region }
}
