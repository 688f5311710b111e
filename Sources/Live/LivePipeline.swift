import Camera
import Faces
import Foundation
import Imaging
import Models

/// Capture, decode, find faces, classify, publish. Capture has a thread of its own, so that the newest frame is there
/// when the last is done with; everything else happens in turn on the caller's.
public final class LivePipeline {
  /// When to end, besides a request to stop.
  public struct Limits: Sendable {
    /// After this many labelled frames.
    public var frames: Int?
    /// After this many seconds.
    public var seconds: Double?

    /// What is nil has no limit.
    public init(frames: Int? = nil, seconds: Double? = nil) {
      self.frames = frames
      self.seconds = seconds
    }
  }

  /// What the pipeline says besides labels.
  public enum Notice: Sendable {
    /// The camera is waited for.
    case waiting(CameraError)
    /// The camera is there again: its title.
    case resumed(String)
    /// A frame could not be decoded. Told for the first ones; all are counted.
    case unreadable(ImageError)
    /// The camera's picture is unlike a good one. Told when it becomes so.
    case unlike(PictureFault)
  }

  private let source: any FrameSource
  private let description: ModelDescription
  private let logits: ([UInt8]) -> [Float]
  private let follower: FaceFollower?
  private let decoder: FrameDecoder
  private let preprocessor: Preprocessor
  private var image = Image(width: 1, height: 1, channels: 3, filledWith: 0)
  private var grey = Image(width: 1, height: 1, channels: 1, filledWith: 0)
  private var pixels: [UInt8] = []
  /// What of `image` the network was given: for the largest face, or else where one would be looked for.
  private var looked = PixelRegion(x: 0, y: 0, width: 0, height: 0)
  private var summary = LiveSummary()
  private var check = PictureCheck()
  private let saturation: SaturationCheck?
  private var isSaturated = false

  /// - Parameters:
  ///   - source: where frames come from; used on a thread of its own while `run` runs.
  ///   - description: of the model.
  ///   - follower: finds the faces of each frame and knows them again; without one, the part of the frame that the
  ///     model's rule names for pictures without a face counts as the only one.
  ///   - saturation: what tells pictures that are unlike the calibration pictures.
  ///   - logits: the network: logits of pixels `[height, width, channels]`.
  public init(
    source: any FrameSource, description: ModelDescription, follower: FaceFollower? = nil,
    saturation: SaturationCheck? = nil, logits: @escaping ([UInt8]) -> [Float]
  ) throws(ImageError) {
    self.source = source
    self.description = description
    self.follower = follower
    self.saturation = saturation
    self.logits = logits
    decoder = try FrameDecoder()
    preprocessor = Preprocessor(description.preprocessing)
  }

  /// Runs until a limit or the request to stop.
  ///
  /// - Parameters:
  ///   - notify: told what a person should know, on the caller's thread.
  ///   - publish: given each labelled frame, on the caller's thread.
  public func run(
    _ limits: Limits, stop: StopSignal, notify: (Notice) -> Void, publish: (LabelledFrame) -> Void
  ) -> LiveSummary {
    run(limits, stop: stop, notify: notify, publishWithPicture: { labelled, _, _ in publish(labelled) })
  }

  /// As above; `publishWithPicture` is also given the frame's bytes and its decoded picture.
  public func run(
    _ limits: Limits, stop: StopSignal, notify: (Notice) -> Void,
    publishWithPicture publish: (LabelledFrame, Frame, Image) -> Void
  ) -> LiveSummary {
    summary = LiveSummary()
    let names = ["capture", "queue", "decode", "detect", "prepare", "classify", "publish", "glass to label"]
    summary.stages = names.map { ($0, LatencyHistogram()) }
    let mailbox = Mailbox()
    startCapture(into: mailbox)
    defer { mailbox.close() }

    let start = monotonicNow(), processor = processorNow()
    var frame = Frame()
    while !stop.isRequested {
      let elapsed = Double(monotonicNow() - start) / 1e9
      if let most = limits.seconds, elapsed >= most { break }
      if let most = limits.frames, summary.labelled >= most { break }
      let patience = min(100, Int((limits.seconds ?? .infinity).advanced(by: -elapsed).clamped * 1000) + 1)
      switch mailbox.take(&frame, milliseconds: patience) {
      case .nothing: continue
      case .waiting(let error):
        summary.interruptions += 1
        notify(.waiting(error))
      case .resumed(let title): notify(.resumed(title))
      case .frame(let losses, let replaced):
        summary.losses = losses
        summary.replaced = replaced
        do throws(ImageError) {
          var labelled = try label(frame)
          // Pictures of files are what they are.
          if frame.file == nil {
            let all = PixelRegion(x: 0, y: 0, width: image.width, height: image.height)
            let fault = check.look(at: image, region: looked, decoded: follower == nil ? looked : all)
            if let fault { notify(.unlike(fault)) }
            labelled.fault = check.fault ?? (isSaturated ? .saturated : nil)
          }
          let before = monotonicNow()
          publish(labelled, frame, image)
          count(labelled.times, publish: monotonicNow() - before)
          if frame.file == nil, !labelled.faces.isEmpty { lookAtSaturation(notify) }
        } catch {
          summary.damaged += 1
          if summary.damaged <= 3 { notify(.unreadable(error)) }
        }
      }
    }
    summary.damaged += summary.losses.damaged
    summary.wasStopped = stop.isRequested
    summary.seconds = Double(monotonicNow() - start) / 1e9
    summary.processorSeconds = processorNow() - processor
    return summary
  }

  /// Once a second at a camera's rate, when the label is out already.
  private func lookAtSaturation(_ notify: (Notice) -> Void) {
    guard let saturation, summary.labelled % 30 == 0 else { return }
    let was = isSaturated
    isSaturated = saturation.look(at: pixels)
    if isSaturated, !was, check.fault == nil { notify(.unlike(.saturated)) }
  }

  private func startCapture(into mailbox: Mailbox) {
    let owned = Owned(source)
    let thread = Thread {
      let source = owned.value
      var frame = Frame()
      while !mailbox.mustEnd {
        switch source.next(into: &frame, milliseconds: 100) {
        case .frame: mailbox.put(&frame, losses: source.losses)
        case .nothing: break
        case .waiting(let error): mailbox.tell(.waiting(error))
        case .resumed: mailbox.tell(.resumed(title: source.title))
        }
      }
      mailbox.captureEnded()
    }
    thread.name = "capture"
    thread.start()
  }

  private func label(_ frame: Frame) throws(ImageError) -> LabelledFrame {
    var times = StageTimes()
    var mark = monotonicNow()
    func lap() -> UInt64 {
      let now = monotonicNow()
      defer { mark = now }
      return now - mark
    }
    times.capture = frame.receivedNanoseconds - min(frame.nanoseconds, frame.receivedNanoseconds)
    times.queue = mark - min(frame.receivedNanoseconds, mark)
    let (width, height) = try decode(frame)
    times.decode = lap()

    // Detector and classifier mostly read grey: it is made once.
    let wantsGrey = description.preprocessing.colour == .grey
    if follower != nil, wantsGrey || follower?.colour == .grey { image.makeGrey(&grey) }
    let found = follower?.faces(in: follower?.colour == .grey ? grey : image, at: frame.nanoseconds)
    times.detect = lap()

    var faces: [LabelledFace] = []
    let factor = Float(width) / Float(image.width)
    // The largest last: its pixels stay, to be looked at.
    for face in (found ?? [nil] as [FaceTrack?]).reversed() {
      preprocessor.apply(to: follower != nil && wantsGrey ? grey : image, face: face?.box, into: &pixels)
      times.prepare += lap()
      let output = logits(pixels)
      var probabilities = description.probabilities(logits: output)
      if let face, let follower { probabilities = follower.smooth(probabilities, ofFace: face.number) }
      let box = face?.box ?? centre
      faces.append(
        LabelledFace(
          box: FaceBox(x: box.x * factor, y: box.y * factor, width: box.width * factor, height: box.height * factor),
          track: face?.number ?? 0, logits: output, probabilities: probabilities,
          answer: description.answer(probabilities)))
      times.classify += lap()
    }
    faces.reverse()
    looked = description.preprocessing.region(ofWidth: image.width, height: image.height, face: found?.first?.box)
    times.glassToLabel = monotonicNow() - frame.nanoseconds
    return LabelledFrame(
      sequence: frame.sequence, nanoseconds: frame.nanoseconds, file: frame.file, width: width, height: height,
      faces: faces, times: times, dropped: summary.losses.lost + summary.losses.skipped + summary.replaced)
  }

  /// Decodes at the least detail that serves; the frame's full size.
  private func decode(_ frame: Frame) throws(ImageError) -> (width: Int, height: Int) {
    // A face may be anywhere and small: with a finder, all is needed. Pictures of files may be of any size and turned.
    guard follower == nil, frame.file == nil else {
      try decoder.decode(frame, into: &image)
      return (image.width, image.height)
    }
    let scale = preprocessor.scale(forWidth: frame.width, height: frame.height)
    try decoder.decode(frame, scale: scale, columnsFor: preprocessor.rule, into: &image)
    guard scale != .full else { return (image.width, image.height) }
    return (frame.width, frame.height)
  }

  /// The region that stands for the face where there is no finder, in pixels of the decoded picture.
  private var centre: FaceBox {
    let region = description.preprocessing.region(ofWidth: image.width, height: image.height)
    return FaceBox(
      x: Float(region.x), y: Float(region.y), width: Float(region.width), height: Float(region.height))
  }

  private func count(_ times: StageTimes, publish: UInt64) {
    summary.labelled += 1
    let all = [
      times.capture, times.queue, times.decode, times.detect, times.prepare, times.classify, publish,
      times.glassToLabel,
    ]
    for (index, time) in all.enumerated() { summary.stages[index].times.add(time) }
  }
}

/// A source that is handed to the capturing thread for as long as it runs.
private struct Owned: @unchecked Sendable {
  let value: any FrameSource
  init(_ value: any FrameSource) { self.value = value }
}

extension Double {
  /// A span of seconds that fits an Int of milliseconds.
  fileprivate var clamped: Double { Swift.max(0, Swift.min(self, 1e6)) }
}
