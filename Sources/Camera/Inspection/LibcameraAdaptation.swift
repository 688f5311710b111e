import Files
import Glibc

/// libcamera's adaptation to V4L2: a library that is loaded before a program, and shows it CSI cameras as devices whose
/// pictures libcamera makes.
public enum LibcameraAdaptation {
  /// Debian's package of it.
  public static let package = "libcamera-v4l2"
  /// By this variable a program that was started anew knows that it was.
  static let mark = "GLINT_UNDER_LIBCAMERA"

  /// Where it is installed; nil where it is not.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func path(root: String = "/") -> String? {
    let prefix = root.hasSuffix("/") ? String(root.dropLast()) : root
    let libraries = ["\(prefix)/usr/lib", "\(prefix)/usr/local/lib"]
    let folders =
      ["\(prefix)/usr/libexec/libcamera", "\(prefix)/usr/local/libexec/libcamera"]
      + libraries.flatMap { library in
        ["\(library)/libcamera"]
          + FolderListing.names(library).filter { $0.contains("-linux-") }
          .map { "\(library)/\($0)/libcamera" }
      }
    return folders.map { "\($0)/v4l2-compat.so" }.first { access(PathText.bytes($0), R_OK) == 0 }
  }

  /// Whether libcamera itself is installed.
  ///
  /// - Parameter root: in place of `/`, for tests.
  public static func isLibraryThere(root: String = "/") -> Bool {
    let prefix = root.hasSuffix("/") ? String(root.dropLast()) : root
    let library = "\(prefix)/usr/lib"
    let folders = [library] + FolderListing.names(library).filter { $0.contains("-linux-") }.map { "\(library)/\($0)" }
    return folders.contains { folder in FolderListing.names(folder).contains { $0.hasPrefix("libcamera.so") } }
  }

  /// Whether only libcamera has the picture of what is asked for.
  ///
  /// - Parameters:
  ///   - camera: as `--camera` has it; nil for the first there is.
  ///   - nodes: all devices.
  ///   - root: in place of `/`, for tests.
  public static func isNeeded(for camera: String?, among nodes: [CameraNode], root: String = "/") -> Bool {
    guard let camera else {
      return nodes.contains { $0.kind == .sensor } && !nodes.contains { $0.kind == .camera }
    }
    guard case .device = CameraAddress(camera) else {
      guard case .number = CameraAddress(camera) else { return false }
      return isSensor(try? CameraAddress(camera).device(root: root), nodes)
    }
    return isSensor(camera, nodes)
  }

  private static func isSensor(_ path: String?, _ nodes: [CameraNode]) -> Bool {
    guard let target = path.flatMap(FolderListing.target) else { return false }
    return nodes.contains { $0.kind == .sensor && FolderListing.target($0.path) == target }
  }

  /// Whether this program runs under it already.
  public static var isLoaded: Bool { getenv(mark) != nil }

  /// Starts this program anew with the adaptation loaded before it, with the same arguments; returns only where that
  /// fails.
  ///
  /// - Parameter path: where the adaptation is.
  public static func restart(under path: String) {
    let before = getenv("LD_PRELOAD").map { String(cString: $0) } ?? ""
    setenv("LD_PRELOAD", before.isEmpty ? path : "\(path):\(before)", 1)
    setenv(mark, "1", 1)
    execv("/proc/self/exe", CommandLine.unsafeArgv)
  }
}
