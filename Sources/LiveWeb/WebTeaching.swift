/// Who answers what the page asks of teaching. Called on the server's thread.
public struct WebTeaching: Sendable {
  /// An answer.
  public struct Answer: Sendable {
    /// 200, 400 or 404.
    let status: Int
    /// The media type.
    let type: String
    /// The name under which a browser saves it; nil shows it.
    let file: String?
    /// The body.
    let bytes: [UInt8]

    /// - Parameters:
    ///   - status: 200, 400 or 404.
    ///   - type: the media type.
    ///   - file: the name under which a browser saves it; nil shows it.
    ///   - bytes: the body.
    public init(status: Int, type: String, file: String?, bytes: [UInt8]) {
      (self.status, self.type, self.file, self.bytes) = (status, type, file, bytes)
    }
  }

  /// Answers: the path behind `/teach`, decoded, and whether it was posted, so that it may change something.
  let answer: @Sendable (_ path: String, _ changes: Bool) -> Answer

  /// - Parameter answer: given the path behind `/teach`, decoded, and whether it was posted.
  public init(answer: @escaping @Sendable (_ path: String, _ changes: Bool) -> Answer) { self.answer = answer }
}
