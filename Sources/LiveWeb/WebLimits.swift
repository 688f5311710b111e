import CWeb

/// What a visitor of the page may ask for. Whoever asks for more is refused or closed, so that others are served.
public struct WebLimits: Sendable {
  /// A request's line and fields together, in bytes; below 65,536.
  public var headBytes = 8192
  /// From the connection to the end of the request's head, TLS among it.
  public var headTime = Duration.seconds(5)
  /// A posted photo, in bytes.
  public var photoBytes = 24 << 20
  /// Photos that are on the way or looked at, of all visitors.
  public var photos = 4
  /// Between two pieces of a photo.
  public var photoPause = Duration.seconds(5)
  /// For a whole photo.
  public var photoTime = Duration.seconds(60)
  /// Browsers that look at a time.
  public var viewers = 16
  /// Connections in all.
  public var connections = 128
  /// Connections of one address that neither look nor post a photo. An IPv6 address is its first 64 bits here.
  public var connectionsOfAddress = 64
  /// A message that a browser sends over its WebSocket, in bytes.
  public var messageBytes = 4096
  /// How long a WebSocket may take no message, or answer no ping.
  public var stallTime = Duration.seconds(30)
  /// How long the answer to a wrong token is held back.
  public var wrongTokenTime = Duration.seconds(1)

  /// The limits of `glint live`.
  public init() {}

  var shim: cweb_limits {
    cweb_limits(
      head_bytes: UInt32(headBytes), head_time: Self.milliseconds(headTime),
      body_pause: Self.milliseconds(photoPause), body_time: Self.milliseconds(photoTime),
      connections: UInt32(connections), connections_of_peer: UInt32(connectionsOfAddress),
      message_bytes: UInt32(messageBytes), stall_time: Self.milliseconds(stallTime),
      wrong_time: Self.milliseconds(wrongTokenTime))
  }

  private static func milliseconds(_ time: Duration) -> UInt32 { UInt32(time / .milliseconds(1)) }
}
