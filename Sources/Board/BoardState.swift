/// What a board tells of its heat and its power, as far as it tells.
public struct BoardState: Equatable, Sendable {
  /// The processor's temperature; nil where nothing tells it.
  public var celsius: Double?
  /// Whether the clock is lowered just now because of heat or power; nil where nothing tells it.
  public var isThrottled: Bool?
  /// Whether the supply's voltage is too low just now; nil where nothing tells it.
  public var isUndervolted: Bool?
  /// Whether either has been so since the board was started; nil where nothing tells it.
  public var wasThrottled, wasUndervolted: Bool?

  /// Nothing is told.
  public init() {}
}
