import ArgumentParser
import Camera
import Files
import Imaging
import Numerics
import RenderedFaces

/// Where the frames of `glint live` come from.
struct SourceOptions: ParsableArguments {
  @Option(
    name: .long,
    help: "The camera: path, number, part of its name, or an address (default: the first that can be opened).")
  var camera: String?

  @Option(name: .long, help: "Play the pictures of this folder as a camera, over and over.")
  var folder: String?

  @Flag(name: .long, help: "Use a rendered camera: a person who smiles and frowns.")
  var rendered = false

  @Option(name: .long, help: "How many people are rendered; several walk through each other's sight.")
  var people = 1

  @Flag(name: .long, help: "Label each frame of a video file, in order, as fast as this machine can.")
  var everyFrame = false

  @Flag(name: .long, help: "List the cameras and what they offer, and end.")
  var list = false

  @Option(
    name: .long, help: "Size of the frames, as in 640x480; the nearest that the camera has.", transform: FrameSize.init)
  var size: FrameSize?

  @Option(name: .long, help: "Frames a second, as in 29.97 or 0.5 (default: 30).")
  var fps: Double?

  @Option(
    name: .long, help: "The camera's format: mjpeg, yuyv, nv12 or rgb (default: what costs least).",
    transform: Self.format)
  var format: PixelFormat?

  /// In place of `/`, for tests.
  @Option(name: .long, help: .hidden)
  var deviceRoot = "/"

  /// Refuses what does not go together.
  ///
  /// - Parameter recording: a video file that was named beside the options.
  func check(recording: String?) throws {
    guard [camera != nil, folder != nil, rendered, recording != nil].filter({ $0 }).count <= 1 else {
      throw ValidationError("--camera, --folder, --rendered and a video file exclude each other.")
    }
    if let fps, !(0.1...1000).contains(fps) { throw ValidationError("--fps takes a number from 0.1 to 1000.") }
    if format != nil, folder != nil || rendered { throw ValidationError("--format is for cameras.") }
    guard (1...8).contains(people), people == 1 || rendered else {
      throw ValidationError("--people takes a number from 1 to 8, and goes with --rendered.")
    }
    if size != nil, folder != nil { throw ValidationError("--size is for cameras; pictures have their own.") }
    guard everyFrame else { return }
    guard recording != nil || camera.map(CameraAddress.isRecording) == true else {
      throw ValidationError("--every-frame goes with a video file; a camera does not wait.")
    }
    if fps != nil { throw ValidationError("--every-frame excludes --fps.") }
  }

  /// Starts the program anew under libcamera's adaptation, where that alone has the picture.
  func prepare(recording: String?) throws {
    guard recording == nil, folder == nil, !rendered else { return }
    let nodes = CameraNode.all(root: deviceRoot)
    guard LibcameraAdaptation.isNeeded(for: camera, among: nodes, root: deviceRoot) else { return }
    let words = "This is a CSI camera, of which libcamera makes the picture"
    guard !LibcameraAdaptation.isLoaded else {
      throw Failure("\(words), and its adaptation to V4L2 shows none. 'rpicam-hello --list-cameras' may say why")
    }
    guard let path = LibcameraAdaptation.path(root: deviceRoot) else {
      throw Failure("\(words): 'sudo apt install \(LibcameraAdaptation.package)' lets Glint have it")
    }
    printError("\(words). Starting under \(path).")
    LibcameraAdaptation.restart(under: path)
    throw Failure("\(words), and Glint cannot start itself under \(path)")
  }

  /// Opens it.
  ///
  /// - Parameter recording: as for `check`.
  func open(recording: String?) throws -> any FrameSource {
    if let folder {
      try FileArguments.checkFolders([folder])
      let source = try FolderSource(folder, rate: fps ?? 30)
      tell(source.account, quiet: !source.account.needsAttention)
      return source
    }
    if rendered {
      let scene = RenderedScene(
        seed: 1, width: size?.width ?? 640, height: size?.height ?? 480, people: people, choreography: .crossing)
      return PaintedSource(
        title: "\(people == 1 ? "a rendered person" : "\(people) rendered people"), \(scene.width) x \(scene.height)",
        rate: fps ?? 30
      ) {
        scene.frame(at: $0).image
      }
    }
    let request = CaptureRequest(size: size.map { ($0.width, $0.height) }, rate: fps, format: format)
    guard let text = recording ?? camera ?? CaptureDevice.first(root: deviceRoot) else {
      throw Failure(
        "no camera was found. Plug one in, name one with --camera, or try --rendered, which needs none. "
          + "'glint doctor camera' looks for the reason.")
    }
    let address = CameraAddress(text)
    do throws(CameraError) {
      switch address {
      case .device, .number, .name:
        let path = try address.device(root: deviceRoot)
        return CameraChoice(try CameraSource(path, request: request), path: path) { path throws(CameraError) in
          try CameraSource(path, request: request)
        }
      case .web, .stream, .unknown, .recording:
        return try address.open(request, everyFrame: everyFrame, root: deviceRoot)
      }
    } catch {
      // A file that was named by mistake: wrong use.
      if case .noDevice = error.cause, FileKind.refusal(of: text, wanting: "a camera", among: [.folder, .text]) != nil {
        throw ValidationError("\(error)")
      }
      throw error
    }
  }

  /// Prints the cameras that there are, or the one that is named.
  func listCameras() {
    let paths =
      camera.map { [(try? CameraAddress($0).device(root: deviceRoot)) ?? $0] } ?? CaptureDevice.paths(root: deviceRoot)
    if paths.isEmpty { emit("No video devices.") }
    for path in paths {
      do {
        let device = try CaptureDevice(path)
        emit("\(path)  \(device.name)  (\(device.bus))")
        for line in Self.lines(device.modes()) { emit("  \(line)") }
      } catch {
        emit("\(error)")
      }
    }
  }

  /// A line a format and size, with its rates.
  static func lines(_ modes: [CaptureMode]) -> [String] {
    var rates: [String: [Double]] = [:]
    var order: [String] = []
    for mode in modes {
      let size = mode.width > 0 ? "\(mode.isAnySize ? " up to" : "") \(mode.width)x\(mode.height)" : ""
      let name = "\(mode.name)\(size)\(mode.format == nil ? " (not read)" : "")"
      if rates[name] == nil { order.append(name) }
      rates[name, default: []].append(mode.rate)
    }
    return order.map { name in
      let known = (rates[name] ?? []).filter { $0 > 0 }.map { fixed($0, $0 == $0.rounded() ? 0 : 1) }
      return "\(name)\(known.isEmpty ? "" : "  \(known.joined(separator: ", "))/s")"
    }
  }

  private static func format(_ text: String) throws -> PixelFormat {
    guard let format = PixelFormat(rawValue: text.lowercased()) else {
      throw ValidationError("--format takes mjpeg, yuyv, nv12 or rgb, not '\(text)'.")
    }
    return format
  }
}

/// `640x480`.
struct FrameSize {
  let width: Int
  let height: Int

  init(_ text: String) throws {
    let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let width = sides[0], let height = sides[1], (16...8192).contains(width),
      (16...8192).contains(height)
    else { throw ValidationError("A size is columns x rows, as in 640x480, not '\(text)'.") }
    self.width = width
    self.height = height
  }
}
