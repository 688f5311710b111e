/// What `ffmpeg` is asked to do.
struct FFmpegCommand {
  /// An address, or the path of a recording.
  let input: String
  let isRecording: Bool
  /// As fast as it is read, in place of its own pace.
  let everyFrame: Bool
  let size: (width: Int, height: Int)?

  /// The authorities that a system trusts, where Debian, Fedora and Alpine have them.
  static let authorities = [
    "/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt", "/etc/ssl/cert.pem",
  ]

  /// Program and arguments. What is written is every picture that was decoded, once, with the colours that are read
  /// here: BT.601 in limited range. `bitexact` and `accurate_rnd` have all processors compute the same.
  ///
  /// - Parameter authorities: the file of authorities that there is, if any.
  func arguments(authorities: String?) -> [String] {
    var all = ["ffmpeg", "-nostdin", "-hide_banner", "-loglevel", "error"]
    if isRecording {
      // A playlist in place of a recording must lead nowhere.
      all += ["-protocol_whitelist", "file,pipe"]
      if !everyFrame { all.append("-re") }
      all += ["-i", "file:\(input)"]
    } else {
      all += ["-fflags", "nobuffer", "-flags", "low_delay"] + network(authorities) + ["-i", input]
    }
    all += ["-map", "0:v:0", "-an", "-sn", "-dn", "-fps_mode", "passthrough", "-vf", filter]
    return all + ["-pix_fmt", "yuv420p", "-f", "yuv4mpegpipe", "pipe:1"]
  }

  /// Ten seconds without a byte end it, in microseconds; by UDP, a third of pictures would come damaged.
  private func network(_ authorities: String?) -> [String] {
    switch input.prefix(while: { $0 != ":" }).lowercased() {
    case "rtsp", "rtsps": return ["-rtsp_transport", "tcp", "-timeout", "10000000"]
    case "https":
      let trust = authorities.map { ["-tls_verify", "1", "-ca_file", $0] } ?? []
      return ["-rw_timeout", "10000000"] + trust
    case "http", "rtmp", "rtmps", "tcp", "tls": return ["-rw_timeout", "10000000"]
    default: return []
    }
  }

  private var filter: String {
    // The time of each picture goes to descriptor 3: the pipe of pictures has none.
    let times = isRecording ? "metadata=mode=add:key=g:value=1,metadata=mode=print:file=pipe\\\\:3:direct=1," : ""
    let sides =
      size.map { "w=\($0.width):h=\($0.height):force_original_aspect_ratio=decrease:force_divisible_by=2" }
      ?? "w=trunc(iw/2)*2:h=trunc(ih/2)*2"
    return "\(times)scale=\(sides):out_color_matrix=bt601:out_range=tv:flags=bicubic+accurate_rnd+bitexact"
  }
}
