import CThreads
import Files
import Glibc
import Imaging

/// A stream or a recording that `ffmpeg` decodes, in a process of its own. Of a stream always the newest frame is
/// handed out, and one that ends is asked again, soon at first and then less often; of a recording those that are due,
/// or with `everyFrame` each one, in order.
public final class FFmpegSource: FrameSource {
  /// How long a stream may give nothing, and how long its first picture may take.
  private static let stallNanoseconds: UInt64 = 10_000_000_000, openNanoseconds: UInt64 = 20_000_000_000

  /// The address without user and password, or the path, and the size of the frames, for people.
  public private(set) var title: String
  /// Frames that were not handed out, so far.
  public private(set) var losses = FrameLosses()
  /// Whether each frame is to be waited for until the one before it is done with.
  public let waitsForReader: Bool
  private let command: FFmpegCommand
  private let shown: String
  private var process: FFmpegProcess?
  private var parser = Y4MParser()
  private var backoff = Backoff()
  private var thinner: FrameThinner
  private var sequence = -1
  private var firstTime: Double?
  private var lastPicture = ct_now()
  private var planes: [UInt8]?
  private var isWaiting = false
  private var hasEnded = false

  /// Starts to read, and waits for the first frame's header.
  ///
  /// - Parameters:
  ///   - input: an address, or the path of a recording.
  ///   - request: size and rate at most.
  ///   - everyFrame: of a recording each frame, as fast as it is read.
  public init(
    _ input: String, isRecording: Bool, request: CaptureRequest = CaptureRequest(), everyFrame: Bool = false
  ) throws(CameraError) {
    command = FFmpegCommand(input: input, isRecording: isRecording, everyFrame: everyFrame, size: request.size)
    shown = isRecording ? input : CameraAddress.shown(input)
    title = shown
    waitsForReader = isRecording && everyFrame
    thinner = FrameThinner(rate: everyFrame ? nil : request.rate)
    try start()
    let end = ct_now() + Self.openNanoseconds
    while parser.size == nil {
      guard ct_now() < end else { throw failure("no picture of it came in \(Self.openNanoseconds / 1_000_000_000) s") }
      guard try read(100) != .ended else { throw failure(process?.end(stops: false).words ?? "") }
    }
    name()
  }

  private func failure(_ words: String) -> CameraError {
    // What is passed to ffmpeg has the password, and so may its words.
    let plain =
      words.isEmpty ? "ffmpeg decodes no picture of it" : "ffmpeg says: \(words.replacing(command.input, shown))"
    return CameraError(device: shown, cause: .failed(plain))
  }

  private func start() throws(CameraError) {
    (parser, planes) = (Y4MParser(), nil)
    lastPicture = ct_now()
    let authorities = FFmpegCommand.authorities.first { access($0, R_OK) == 0 }
    do throws(FFmpegProcess.ChildError) {
      process = try FFmpegProcess(command.arguments(authorities: authorities), hasTimes: command.isRecording)
    } catch {
      let what = command.isRecording ? "a video file" : "a stream of this kind"
      let words =
        error.code == ENOENT
        ? "\(what) is read by ffmpeg, which is not installed: 'sudo apt install ffmpeg'"
        : "ffmpeg cannot be started (\(String(cString: strerror(error.code))))"
      throw CameraError(device: shown, cause: .failed(words))
    }
  }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    if hasEnded {
      usleep(1000)
      return .nothing
    }
    if planes == nil {
      do throws(CameraError) {
        guard try goOn(milliseconds) else { return end() }
      } catch { return lose(error) }
    }
    guard let planes, let size = parser.size else { return .nothing }
    if isWaiting {
      isWaiting = false
      name()
      return .resumed
    }
    self.planes = nil
    let now = ct_now()
    Y4MParser.pair(planes, width: size.width, height: size.height, into: &frame.bytes)
    frame.format = .nv12
    (frame.width, frame.height, frame.stride) = (size.width, size.height, size.width)
    (frame.sequence, frame.receivedNanoseconds) = (sequence, now)
    (frame.file, frame.failure) = (nil, nil)
    frame.position = command.isRecording ? position() : nil
    frame.nanoseconds = frame.position ?? now
    return thinner.takes(frame.nanoseconds) ? .frame : .nothing
  }

  /// Where the frame stands in the recording, from its first one.
  private func position() -> UInt64 {
    let time = process?.nextTime() ?? 0
    firstTime = firstTime ?? time
    return UInt64((max(0, time - (firstTime ?? time)) * 1e9).rounded())
  }

  /// Reads on; whether more may come.
  private func goOn(_ milliseconds: Int) throws(CameraError) -> Bool {
    guard process != nil else {
      if backoff.wait(milliseconds: milliseconds) { try start() }
      return true
    }
    let end = ct_now() + UInt64(milliseconds) * 1_000_000
    var outcome = try read(milliseconds)
    // Of a stream, what is there already is newer.
    while outcome == .bytes, ct_now() < end, planes == nil || !command.isRecording {
      outcome = try read(planes == nil ? Int(max(0, Int64(end) - Int64(ct_now()))) / 1_000_000 : 0)
    }
    // The last picture before the end is a picture: the end shows again.
    if outcome == .ended, planes == nil { return false }
    let now = ct_now()
    if planes != nil {
      lastPicture = now
      backoff.succeed()
    } else if now - lastPicture > (parser.size == nil ? Self.openNanoseconds : Self.stallNanoseconds) {
      throw CameraError(device: shown, cause: .stalled(seconds: Int((now - lastPicture) / 1_000_000_000)))
    }
    return true
  }

  /// One read of what the process has written.
  private func read(_ milliseconds: Int) throws(CameraError) -> FFmpegProcess.Outcome {
    guard let process else { return .ended }
    // Of a recording no more than to the end of a picture, so that none is passed over.
    let most = command.isRecording ? (parser.wanted > 0 ? parser.wanted : 6) : .max
    do throws(Y4MParser.Failure) {
      return try process.read(milliseconds: milliseconds, most: parser.size == nil ? 64 : most) {
        bytes throws(Y4MParser.Failure) in
        try parser.add(bytes) { picture in
          if planes != nil { losses.skipped += 1 }
          planes = picture
          sequence += 1
        }
      }
    } catch { throw CameraError(device: shown, cause: .failed(error.words)) }
  }

  /// The process has ended by itself.
  private func end() -> FrameOutcome {
    let (isWell, words) = process?.end(stops: false) ?? (true, "")
    process = nil
    guard command.isRecording else { return lose(words.isEmpty ? failure("the stream ended") : failure(words)) }
    hasEnded = true
    return .ended(isWell ? nil : failure(words))
  }

  private func lose(_ error: CameraError) -> FrameOutcome {
    process = nil
    if command.isRecording {
      hasEnded = true
      return .ended(error)
    }
    backoff.fail()
    guard !isWaiting else { return .nothing }
    isWaiting = true
    return .waiting(error)
  }

  private func name() {
    guard let size = parser.size else { return }
    title = "\(shown), \(size.width) x \(size.height) by ffmpeg"
  }
}

extension String {
  /// All places of a text with another in its place.
  fileprivate func replacing(_ text: String, _ other: String) -> String {
    guard !text.isEmpty else { return self }
    var all = "", rest = self[...]
    while let first = rest.first {
      if rest.hasPrefix(text) {
        all += other
        rest = rest.dropFirst(text.count)
      } else {
        all.append(first)
        rest = rest.dropFirst()
      }
    }
    return all
  }
}
