import Camera
import LiveWeb
import Threads

/// The cameras of this machine, for the page to choose among.
enum PageCameras {
  private struct Camera: Encodable, Sendable {
    /// What the page chooses it by.
    let name: String
    let title: String
  }

  private struct Answer: Encodable {
    let cameras: [Camera]
    let chosen: String
    let error: String?
  }

  /// Asking a camera for its name may wake it up: a list serves for a while.
  private static let patience = Duration.seconds(2)

  /// What the page's server asks.
  static func make(_ choice: CameraChoice) -> WebCameras {
    let cached = Locked<(time: ContinuousClock.Instant, cameras: [Camera])?>(nil)
    @Sendable func cameras() -> [Camera] {
      cached.withLock { cached in
        if let cached, ContinuousClock.now - cached.time < patience { return cached.cameras }
        let found = list(choice)
        cached = (.now, found)
        return found
      }
    }
    return WebCameras(
      list: {
        let (chosen, failure) = choice.outcome
        return (try? jsonLine(Answer(cameras: cameras(), chosen: name(of: chosen), error: failure))) ?? "{}"
      },
      choose: { wanted in
        guard let path = paths(choice).first(where: { name(of: $0) == wanted }) else { return false }
        choice.choose(path)
        return true
      })
  }

  private static func paths(_ choice: CameraChoice) -> [String] {
    let chosen = choice.outcome.chosen, all = CaptureDevice.paths()
    return all.contains(chosen) ? all : [chosen] + all
  }

  private static func list(_ choice: CameraChoice) -> [Camera] {
    let chosen = choice.outcome.chosen
    return paths(choice).compactMap { path in
      if path == chosen { return Camera(name: name(of: path), title: choice.title) }
      return (try? CaptureDevice(path)).map { Camera(name: name(of: path), title: "\($0.name) (\(path))") }
    }
  }

  private static func name(of path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}
