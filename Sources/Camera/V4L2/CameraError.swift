import Glibc

/// A camera that does not serve: which one, and why, in words that say what to do.
public struct CameraError: Error, Equatable, Sendable, CustomStringConvertible {
  /// What went wrong.
  public enum Cause: Equatable, Sendable {
    /// Nothing is at this path.
    case noSuchDevice
    /// The system does not let this user open it.
    case noPermission
    /// An address of a stream, where a device is wanted.
    case address
    /// A folder or a file, where a device is wanted; what it is.
    case noDevice(String)
    /// Another program uses it.
    case busy
    /// A file or device that knows nothing of V4L2.
    case notACamera
    /// A V4L2 device that does not capture pictures in one plane.
    case noCapture
    /// A V4L2 device that captures pictures in several planes.
    case multiPlanar
    /// No name of a camera has these words in it; those that there are.
    case noSuchName([String])
    /// Several cameras have these words in their names.
    case severalNames([String])
    /// The bus has no room for its stream.
    case noBandwidth
    /// It cannot stream through shared memory.
    case noStreaming
    /// None of its formats can be read, or none is the one asked for; what it offers.
    case noFormat(offered: [String])
    /// It was there and has gone.
    case unplugged
    /// No frame came for this many seconds.
    case stalled(seconds: Int)
    /// The system refused an operation; its words.
    case refused(operation: String, words: String)
    /// There is no picture to play; why.
    case noPictures(String)
    /// A stream or a recording that cannot be had; why.
    case failed(String)
    /// A stream that is none of JPEGs in parts; what it is.
    case foreignStream(String)
  }

  /// The device's path, or the folder's.
  public var device: String
  /// What went wrong.
  public var cause: Cause

  /// `device` is the path that was asked for, as a person named it.
  public init(device: String, cause: Cause) {
    self.device = device
    self.cause = cause
  }

  /// The error for a negative result of a system call: `-errno`.
  init(device: String, operation: String, result: Int32) {
    self.device = device
    switch -result {
    case ENOENT, ENXIO: cause = .noSuchDevice
    case EACCES, EPERM: cause = .noPermission
    case EBUSY: cause = .busy
    case ENOSPC where operation == "VIDIOC_STREAMON": cause = .noBandwidth
    case ENOTTY: cause = .notACamera
    case ENODEV: cause = .unplugged
    default: cause = .refused(operation: operation, words: String(cString: strerror(-result)))
    }
  }

  /// `DEVICE: what is wrong and what to do`.
  public var description: String {
    switch cause {
    case .noSuchName: "no camera is called '\(device)'. \(reason)."
    case .severalNames: "several cameras are called '\(device)': \(reason)."
    default: "\(device): \(reason)."
    }
  }

  /// What is wrong and what to do, for people, without the device.
  public var reason: String {
    switch cause {
    case .noSuchDevice: "no such device. Is the camera plugged in? 'glint live --list' shows those that are"
    case .noPermission:
      "permission denied. Add yourself to the group 'video' ('sudo usermod -aG video $USER') and log in again"
    case .address: "this is an address, and a device such as /dev/video0 is wanted here"
    case .noDevice(let words): "this is no camera, but \(words)"
    case .busy: "another program uses this camera. Close it ('glint doctor camera' names it) and try again"
    case .notACamera: "this is no camera"
    case .noCapture:
      "this device captures no pictures; a camera's other nodes carry metadata. 'glint live --list' shows the right one"
    case .multiPlanar:
      "this device gives pictures in several planes (V4L2 multi-planar), as video codecs, image processors and some "
        + "built-in cameras do; cameras are read here that give them in one. 'glint live --list' shows them"
    case .noSuchName(let known):
      known.isEmpty
        ? "There is none; is it plugged in? A network camera has an address that begins with http:// or rtsp://"
        : "There are: \(known.joined(separator: "; "))"
    case .severalNames(let known): "\(known.joined(separator: "; ")). Name one by its path or number"
    case .noBandwidth:
      "the USB bus has no bandwidth left for this camera. Take --format mjpeg, a smaller --size or fewer --fps, or "
        + "plug it in where no other camera or disk hangs on the same hub or port"
    case .noStreaming: "this camera cannot stream through shared memory (V4L2 memory mapping)"
    case .noFormat(let offered):
      "none of its formats serves (MJPEG, YUYV, NV12 and RGB are read here, and what libv4l converts); it offers "
        + (offered.isEmpty ? "none" : offered.joined(separator: ", "))
    case .unplugged: "the camera was unplugged"
    case .stalled(let seconds): "no frame for \(seconds) s"
    case .refused(let operation, let words): "\(operation) failed: \(words)"
    case .noPictures(let words), .failed(let words): words
    case .foreignStream(let words): "this is no stream of JPEG pictures (MJPEG): \(words)"
    }
  }
}
