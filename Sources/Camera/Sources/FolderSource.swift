import CThreads
import Glibc
import Imaging

/// A folder of pictures played as a camera, over and over. JPEGs are passed on as they are; PNGs come decoded.
public final class FolderSource: FrameSource {
  /// The folder, for people.
  public let title: String
  /// Frames that were not handed out, so far.
  public private(set) var losses = FrameLosses()
  /// What became of every file of the folder, before any was decoded.
  public private(set) var account = ReadingAccount()
  private let files: [String]
  private var pacer: FramePacer
  private var last = -1

  /// Takes the pictures of a folder, sorted by path.
  ///
  /// - Parameter rate: frames a second.
  public init(_ folder: String, rate: Double = 30) throws(CameraError) {
    let found: ImageFiles.Listing
    do { found = try ImageFiles.look(in: folder) } catch {
      throw CameraError(device: folder, cause: .noPictures(error.reason))
    }
    files = found.pictures
    account.leaveOut(found.others)
    account.used = files.count
    guard !files.isEmpty else {
      throw CameraError(device: folder, cause: .noPictures("there are no pictures (JPEG or PNG) in it\(account.hint)"))
    }
    pacer = FramePacer(rate: rate)
    title = "\(folder), \(files.count) pictures"
  }

  /// Waits for the next frame, as `FrameSource.next(into:milliseconds:)` says.
  public func next(into frame: inout Frame, milliseconds: Int) -> FrameOutcome {
    guard let (number, time) = pacer.next(milliseconds: milliseconds) else { return .nothing }
    losses.lost += number - last - 1
    last = number
    let file = files[number % files.count]
    frame.sequence = number
    frame.nanoseconds = time
    frame.file = file
    frame.failure = nil
    do throws(ImageError) {
      try FileFrame.read(file, into: &frame)
    } catch {
      // Passed on as what it is: an unreadable frame, for the pipeline to count and name.
      frame.bytes.removeAll(keepingCapacity: true)
      frame.failure = error
    }
    frame.receivedNanoseconds = ct_now()
    return .frame
  }
}

/// A picture file as a frame.
enum FileFrame {
  static func read(_ path: String, into frame: inout Frame) throws(ImageError) {
    let bytes = try ImageDecoder.bytes(ofFile: path)
    guard !bytes.starts(with: [0xFF, 0xD8]) else {
      frame.format = .mjpeg
      frame.bytes = bytes
      return
    }
    let image = try ImageDecoder.decode(bytes, name: path).rgb
    frame.format = .rgb
    frame.width = image.width
    frame.height = image.height
    frame.stride = image.width * 3
    frame.bytes = image.pixels
  }
}
