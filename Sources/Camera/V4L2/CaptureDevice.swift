import CV4L2
import Files
import Glibc
import Imaging

/// An open V4L2 capture device. For one thread at a time.
public final class CaptureDevice {
  /// The path it was opened by.
  public let path: String
  /// Its name, as in `HD Webcam`.
  public let name: String
  /// Where it is plugged in, as in `usb-0000:01:00.0-1.2`.
  public let bus: String
  private let device: Int32
  private var buffers: [cv4l2_memory] = []
  private var isStreaming = false
  /// What turns frames into RGB where their format is not read here.
  private var converter: FrameConverter?
  private var isMJPEG = false

  /// Opens a device and checks that it is a camera that streams.
  public init(_ path: String) throws(CameraError) {
    guard !path.contains("://") else { throw CameraError(device: CameraAddress.shown(path), cause: .address) }
    let device = cv4l2_open(PathText.bytes(path))
    guard device >= 0 else {
      if let words = Self.words(for: path) { throw CameraError(device: path, cause: .noDevice(words)) }
      throw CameraError(device: path, operation: "open", result: device)
    }
    var identity = cv4l2_identity()
    let result = cv4l2_identify(device, &identity)
    if result < 0 || identity.captures == 0 || identity.streams == 0 {
      cv4l2_close(device)
      if result == -EINVAL { throw CameraError(device: path, cause: .notACamera) }
      if result < 0 { throw CameraError(device: path, operation: "VIDIOC_QUERYCAP", result: result) }
      if CameraNode.isMultiPlanar(identity.bits) { throw CameraError(device: path, cause: .multiPlanar) }
      throw CameraError(device: path, cause: identity.captures == 0 ? .noCapture : .noStreaming)
    }
    self.path = path
    self.device = device
    name = fixedText(identity.card)
    bus = fixedText(identity.bus)
  }

  /// What stands at a path where a device is wanted, and what to do with it; nil for devices, and for nothing.
  private static func words(for path: String) -> String? {
    var facts = stat()
    guard stat(PathText.bytes(path), &facts) == 0 else { return nil }
    switch facts.st_mode & S_IFMT {
    case S_IFDIR:
      if let kind = try? FileKind(path: path), kind.group == .foreignModel { return kind.name }
      return "a folder: '--folder \(path)' plays the pictures in it"
    case S_IFREG:
      guard let kind = try? FileKind(path: path) else { return "a file" }
      let format = kind.group == .foreignModel ? nil : (try? ImageDecoder.format(ofFile: path)) ?? nil
      return kind.name + (format.map { $0.isRead ? ": '--folder' plays a folder of pictures" : ": \($0.advice)" } ?? "")
    default: return nil
    }
  }

  deinit {
    stop()
    cv4l2_close(device)
  }

  /// The formats, sizes and rates it offers. A driver that lists no sizes has one mode a format, of size 0 x 0, to be
  /// asked for any size.
  public func modes() -> [CaptureMode] {
    var found: [CaptureMode] = []
    var mode = cv4l2_mode()
    // The bounds are for drivers that never say that a list has ended.
    for format in 0..<64 as Range<UInt32> where cv4l2_format(device, format, &mode.code) == 0 {
      var sizes = 0
      while sizes < 256, cv4l2_size(device, UInt32(sizes), &mode) == 0 {
        var rates = 0
        var timed = mode
        while rates < 64, cv4l2_rate(device, UInt32(rates), &timed) == 0 {
          found.append(CaptureMode(timed))
          rates += 1
        }
        if rates == 0 { found.append(CaptureMode(mode)) }
        sizes += 1
      }
      (mode.width, mode.height, mode.any_size) = (0, 0, 0)
      if sizes == 0 { found.append(CaptureMode(mode)) }
    }
    return found
  }

  /// The mode, as the driver granted it.
  struct Granted {
    var mode: CaptureMode
    var format: PixelFormat
    var stride: Int
    /// What serves better, and has no room on the bus.
    var refused: CaptureMode?
  }

  /// Sets the mode that serves the request best and starts to stream. Where the bus has no room for it, the next best
  /// of those that take less.
  func start(_ request: CaptureRequest) throws(CameraError) -> Granted {
    var offered = modes(), refused: CaptureMode?
    while true {
      let best = request.best(of: offered)
      do throws(CameraError) {
        var granted = try start(request, best, offered: offered)
        granted.refused = refused
        return granted
      } catch {
        guard error.cause == .noBandwidth, let best else { throw error }
        refused = refused ?? best
        offered.removeAll { $0.format == nil || $0.bytesPerSecond >= best.bytesPerSecond }
        guard request.best(of: offered) != nil else { throw error }
      }
    }
  }

  private func start(
    _ request: CaptureRequest, _ best: CaptureMode?, offered: [CaptureMode]
  ) throws(CameraError) -> Granted {
    var mode = request.wanted(best)
    if best == nil {
      converter = request.format == nil ? FrameConverter(device: device, choosing: &mode) : nil
      guard converter != nil else {
        var names: [String] = []
        for mode in offered where !names.contains(mode.name) { names.append(mode.name) }
        throw CameraError(device: path, cause: .noFormat(offered: names))
      }
    }
    try check(cv4l2_set_mode(device, &mode), "VIDIOC_S_FMT")
    let granted = CaptureMode(mode)
    let isAccepted = converter?.accept(mode) ?? (request.format == nil || request.format == granted.format)
    guard isAccepted, let format = converter == nil ? granted.format : .rgb else {
      throw CameraError(device: path, cause: .noFormat(offered: [granted.name]))
    }
    // Four: one that is filled, one that waits, one that is copied, one to spare.
    var count: UInt32 = 4
    var memory = [cv4l2_memory](repeating: cv4l2_memory(), count: 4)
    let mapped = cv4l2_map(device, &memory, &count)
    // What a driver answers that streams, but only through the program's own memory.
    if mapped == -EINVAL { throw CameraError(device: path, cause: .noStreaming) }
    try check(mapped, "VIDIOC_REQBUFS")
    buffers = Array(memory[..<Int(count)])
    isStreaming = true
    isMJPEG = format == .mjpeg
    let result = cv4l2_start(device)
    if result < 0 {
      stop()
      try check(result, "VIDIOC_STREAMON")
    }
    return Granted(mode: granted, format: format, stride: Int(mode.stride))
  }

  /// Stops the stream and gives its memory back.
  func stop() {
    guard isStreaming else { return }
    isStreaming = false
    _ = cv4l2_stop(device)
    var memory = buffers
    cv4l2_unmap(device, &memory, UInt32(memory.count))
    buffers = []
  }

  /// Waits for a frame; whether there is one.
  func wait(milliseconds: Int) throws(CameraError) -> Bool {
    let result = cv4l2_wait(device, Int32(clamping: milliseconds))
    try check(result, "poll")
    return result == 1
  }

  /// The oldest filled buffer, or nil when there is none.
  func take() throws(CameraError) -> cv4l2_frame? {
    var frame = cv4l2_frame()
    let result = cv4l2_take(device, &frame)
    if result == -EAGAIN { return nil }
    try check(result, "VIDIOC_DQBUF")
    guard buffers.indices.contains(Int(frame.index)) else {
      throw CameraError(device: path, cause: .refused(operation: "VIDIOC_DQBUF", words: "a buffer that is not ours"))
    }
    return frame
  }

  /// Hands a buffer back.
  func give(_ frame: cv4l2_frame) throws(CameraError) {
    try check(cv4l2_give(device, frame.index), "VIDIOC_QBUF")
  }

  /// Copies a buffer's frame, or what the converter makes of it.
  ///
  /// - Returns: what is wrong with it, as far as that shows here; nil where nothing does.
  func copy(_ frame: cv4l2_frame, into bytes: inout [UInt8]) -> String? {
    let memory = buffers[Int(frame.index)]
    let filled = UnsafeBufferPointer(start: memory.start, count: min(Int(frame.count), memory.count))
    if let converter { return converter.convert(filled, into: &bytes) }
    bytes.removeAll(keepingCapacity: true)
    bytes.append(contentsOf: isMJPEG ? filled[FrameBytes.start(of: filled)...] : filled[...])
    return nil
  }

  private func check(_ result: Int32, _ operation: String) throws(CameraError) {
    guard result < 0 else { return }
    throw CameraError(device: path, operation: operation, result: result)
  }
}

extension CaptureDevice {
  /// The paths of all video devices, lowest number first, whether or not they are cameras.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func paths(root: String = "/") -> [String] {
    let folder = root.hasSuffix("/") ? "\(root)dev" : "\(root)/dev"
    let numbers = FolderListing.names(folder).compactMap { $0.hasPrefix("video") ? Int($0.dropFirst(5)) : nil }
    return numbers.sorted().map { "\(folder)/video\($0)" }
  }

  /// The path of the first camera that can be opened, or nil. What is no camera by its driver comes last: image
  /// processors capture too.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func first(root: String = "/") -> String? {
    let nodes = CameraNode.all(root: root)
    let ordered = nodes.filter { $0.kind == .camera } + nodes.filter { $0.kind != .camera }
    return ordered.map(\.path).first { (try? CaptureDevice($0)) != nil }
  }
}

/// A C string of fixed room.
func fixedText<Room>(_ room: Room) -> String {
  withUnsafeBytes(of: room) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
