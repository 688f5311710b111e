import CThreads
import Glibc
import Imaging

/// A camera that sends JPEG pictures over HTTP (`multipart/x-mixed-replace`): always the newest; one that closes the
/// connection, stalls or sends something else is asked again, soon at first and then less often.
public final class WebCameraSource: FrameSource {
  /// A camera that gives nothing for this long is asked anew.
  private static let stallSeconds = 5
  /// How long the first answer may take.
  private static let openNanoseconds: UInt64 = 10_000_000_000

  /// The address, without user and password, and the size of the frames, for people.
  public private(set) var title: String
  /// Frames that were not handed out, so far.
  public private(set) var losses = FrameLosses()
  private let address: WebAddress
  private var stream: WebStream?
  private var backoff = Backoff()
  private var thinner: FrameThinner
  private var sequence = -1
  private var lastPicture = ct_now()
  private var newest: [UInt8]?
  private var isWaiting = false
  private var told = 0

  /// Connects, and waits until the camera sends pictures.
  ///
  /// - Parameters:
  ///   - address: of the scheme `http`.
  ///   - rate: frames a second at most; nil for all.
  /// - Throws: `CameraError`, of the cause `foreignStream` where it sends something that another reader may know.
  public init(_ address: String, rate: Double? = nil) throws(CameraError) {
    guard let parsed = WebAddress(address), parsed.scheme == "http" else {
      throw CameraError(device: CameraAddress.shown(address), cause: .failed("this is no address as http://HOST/PATH"))
    }
    self.address = parsed
    title = parsed.shown
    thinner = FrameThinner(rate: rate)
    let stream = try WebStream(parsed)
    let end = ct_now() + Self.openNanoseconds
    while !stream.isOpen {
      guard ct_now() < end else { throw CameraError(device: parsed.shown, cause: .failed("it does not answer")) }
      try stream.read(milliseconds: 100) { newest = Array($0) }
    }
    self.stream = stream
    lastPicture = ct_now()
  }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    // What came with the end of a wait.
    if isWaiting, newest != nil {
      isWaiting = false
      return .resumed
    }
    if newest == nil {
      do throws(CameraError) { try read(milliseconds) } catch { return lose(error) }
      if isWaiting { return .nothing }
    }
    guard let picture = newest else { return .nothing }
    newest = nil
    return hand(picture, into: &frame)
  }

  private func read(_ milliseconds: Int) throws(CameraError) {
    guard let stream else {
      guard backoff.wait(milliseconds: milliseconds) else { return }
      self.stream = try WebStream(address)
      lastPicture = ct_now()
      return
    }
    do throws(CameraError) {
      try stream.read(milliseconds: milliseconds) { picture in
        if newest != nil { losses.skipped += 1 }
        newest = Array(picture)
        sequence += 1
      }
    } catch {
      // The last picture before the end is a picture: the end shows again.
      if newest == nil { throw error }
    }
    let now = ct_now()
    if newest != nil {
      lastPicture = now
      backoff.succeed()
    } else if now - lastPicture > UInt64(Self.stallSeconds) * 1_000_000_000 {
      throw CameraError(device: address.shown, cause: .stalled(seconds: Self.stallSeconds))
    }
  }

  private func lose(_ error: CameraError) -> FrameOutcome {
    stream = nil
    backoff.fail()
    guard !isWaiting else { return .nothing }
    isWaiting = true
    return .waiting(error)
  }

  private func hand(_ picture: [UInt8], into frame: inout Frame) -> FrameOutcome {
    let now = ct_now()
    sequence = max(sequence, 0)
    let start = picture.withUnsafeBufferPointer(FrameBytes.start)
    guard let size = picture.withUnsafeBufferPointer({ FrameBytes.size(of: $0, from: start) }) else {
      losses.damaged += 1
      told += 1
      guard told <= 3 else { return .nothing }
      return .damaged(ImageError(file: "frame \(sequence)", cause: .damaged("\(picture.count) bytes that are no JPEG")))
    }
    guard thinner.takes(now) else { return .nothing }
    frame.bytes.removeAll(keepingCapacity: true)
    frame.bytes.append(contentsOf: picture[start...])
    frame.format = .mjpeg
    (frame.width, frame.height, frame.stride) = (size.width, size.height, 0)
    frame.sequence = sequence
    (frame.nanoseconds, frame.receivedNanoseconds) = (now, now)
    (frame.file, frame.position, frame.failure) = (nil, nil, nil)
    title = "\(address.shown), \(size.width) x \(size.height) MJPEG"
    return .frame
  }
}
