/// The cameras that the page may choose from. Both functions are called on the server's thread.
public struct WebCameras: Sendable {
  /// JSON: `cameras` (list of `name`, to choose it by, and `title`), `chosen` (a name), and `error` where the last that
  /// was chosen could not be opened.
  let list: @Sendable () -> String
  /// Asks for the camera of a name; false where there is none.
  let choose: @Sendable (String) -> Bool

  /// - Parameters:
  ///   - list: the JSON of `GET /cameras`.
  ///   - choose: asks for the camera of a name; whether there is one.
  public init(list: @escaping @Sendable () -> String, choose: @escaping @Sendable (String) -> Bool) {
    (self.list, self.choose) = (list, choose)
  }
}
