import CThreads
import CV4L2
import Glibc
import Imaging

/// Frames of a V4L2 camera: always the newest; a camera that is unplugged or stalls is waited for and taken up again,
/// by where it is plugged in.
public final class CameraSource: FrameSource {
  /// A camera that gives nothing for this long is started anew.
  private static let stallNanoseconds: UInt64 = 3_000_000_000
  /// How often a camera that has gone is looked for.
  private static let searchNanoseconds: UInt64 = 300_000_000

  /// The device and the size of its frames, for people.
  public private(set) var title: String
  /// Frames that were not handed out, so far.
  public private(set) var losses = FrameLosses()
  private let request: CaptureRequest
  private let bus: String
  private let path: String
  private var device: CaptureDevice?
  private var granted: CaptureDevice.Granted
  private var lastSequence: UInt32?
  /// All sequence numbers that came before the camera was taken up anew, so that ours never go back.
  private var sequenceBase = 0
  private var sequence = 0
  private var lastFrame = ct_now()
  private var searched: UInt64 = 0
  /// Whether waiting was reported and its end is not.
  private var isWaiting = false
  /// What was wrong with the last frame, while that is to be told.
  private var damage: ImageError?
  private var told = 0
  private var thinner: FrameThinner

  /// Opens a camera and starts it.
  public init(_ path: String, request: CaptureRequest = CaptureRequest()) throws(CameraError) {
    let device = try CaptureDevice(path)
    granted = try device.start(request)
    self.device = device
    self.request = request
    self.path = path
    thinner = FrameThinner(rate: request.rate)
    bus = device.bus
    title = Self.title(device, granted)
  }

  /// The mode of its frames, for people, as in `640 x 480 MJPG at 30/s`.
  var mode: String { Self.mode(granted) }

  /// A mode that serves better, and has no room on the bus.
  var refused: CaptureMode? { granted.refused }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    guard let device else { return search(milliseconds) }
    if damage != nil { return tellDamage() }
    do throws(CameraError) {
      guard try device.wait(milliseconds: milliseconds) else { return stalled() }
      guard let newest = try takeNewest(device) else { return damage == nil ? stalled() : tellDamage() }
      let words = fill(&frame, from: newest, of: device)
      try device.give(newest)
      if let words {
        noteDamage(words)
        return tellDamage()
      }
      guard thinner.takes(frame.nanoseconds) else { return .nothing }
    } catch {
      // Whatever a running camera refuses, it is started anew; what it was is told.
      return lose(error)
    }
    // What follows a wait is told before the frame, which is kept no longer than the next one takes to come.
    if isWaiting {
      isWaiting = false
      return .resumed
    }
    return .frame
  }

  private func takeNewest(_ device: CaptureDevice) throws(CameraError) -> cv4l2_frame? {
    var newest: cv4l2_frame?
    while let frame = try device.take() {
      count(frame.sequence)
      lastFrame = ct_now()
      if frame.is_damaged != 0 || frame.count == 0 {
        noteDamage(frame.is_damaged != 0 ? "the camera's driver marked it so" : "it is empty")
        try device.give(frame)
        continue
      }
      if let older = newest {
        losses.skipped += 1
        try device.give(older)
      }
      newest = frame
    }
    return newest
  }

  private func count(_ number: UInt32) {
    if let last = lastSequence {
      let step = number &- last
      // A step back is a driver that began anew.
      if step == 0 || step > UInt32.max / 2 {
        sequenceBase = sequence + 1 - Int(number)
      } else {
        losses.lost += Int(step) - 1
      }
      if number < last, step != 0, step <= UInt32.max / 2 { sequenceBase += 1 << 32 }
    } else {
      sequenceBase = sequence == 0 ? 0 : sequence + 1 - Int(number)
    }
    lastSequence = number
    sequence = sequenceBase + Int(number)
  }

  private func noteDamage(_ words: String) {
    losses.damaged += 1
    damage = ImageError(file: "frame \(sequence)", cause: .damaged(words))
  }

  /// The first few are named; all are counted.
  private func tellDamage() -> FrameOutcome {
    defer { damage = nil }
    told += 1
    guard let damage, told <= 3 else { return .nothing }
    return .damaged(damage)
  }

  /// - Returns: what is wrong with the frame, as far as that shows here.
  private func fill(_ frame: inout Frame, from taken: cv4l2_frame, of device: CaptureDevice) -> String? {
    let now = ct_now()
    let words = device.copy(taken, into: &frame.bytes)
    frame.format = granted.format
    frame.width = granted.mode.width
    frame.height = granted.mode.height
    frame.stride = granted.stride
    frame.sequence = sequence
    frame.receivedNanoseconds = now
    let isPlausible = taken.is_monotonic != 0 && taken.nanoseconds > 0 && taken.nanoseconds <= now
    frame.nanoseconds = isPlausible ? taken.nanoseconds : now
    (frame.file, frame.position) = (nil, nil)
    return words
  }

  /// No frame: if that has lasted, starts the camera anew.
  private func stalled() -> FrameOutcome {
    guard ct_now() - lastFrame > Self.stallNanoseconds else { return .nothing }
    return lose(CameraError(device: path, cause: .stalled(seconds: Int(Self.stallNanoseconds / 1_000_000_000))))
  }

  private func lose(_ error: CameraError) -> FrameOutcome {
    device = nil
    searched = 0
    guard !isWaiting else { return .nothing }
    isWaiting = true
    return .waiting(error)
  }

  /// Looks for the camera at its path, then wherever the same plug shows up.
  private func search(_ milliseconds: Int) -> FrameOutcome {
    let now = ct_now()
    guard now - searched >= Self.searchNanoseconds else {
      usleep(UInt32(min(milliseconds, Int((Self.searchNanoseconds - (now - searched)) / 1_000_000) + 1)) * 1000)
      return .nothing
    }
    searched = now
    for candidate in [path] + CaptureDevice.paths() {
      guard let found = try? CaptureDevice(candidate) else { continue }
      // A link by serial number leads to the same camera at any plug.
      guard found.bus == bus || candidate == path && path.contains("/by-id/") else { continue }
      guard let granted = try? found.start(request) else { continue }
      self.granted = granted
      device = found
      lastSequence = nil
      lastFrame = ct_now()
      title = Self.title(found, granted)
      break
    }
    return .nothing
  }

  private static func title(_ device: CaptureDevice, _ granted: CaptureDevice.Granted) -> String {
    let refused = granted.refused.map { mode in
      " (the USB bus has no bandwidth for \(mode.width) x \(mode.height) \(mode.name)"
        + "\(mode.rate > 0 ? " at \(mode.rateText)" : ""))"
    }
    return "\(device.name) (\(device.path)), \(mode(granted))\(refused ?? "")"
  }

  private static func mode(_ granted: CaptureDevice.Granted) -> String {
    let rate = granted.mode.rate > 0 ? " at \(granted.mode.rateText)" : ""
    return "\(granted.mode.width) x \(granted.mode.height) "
      + "\(granted.mode.name)\(granted.mode.format == nil ? ", converted" : "")\(rate)"
  }
}
