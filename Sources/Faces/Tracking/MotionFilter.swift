/// One coordinate of something that moves: a Kalman filter (Kalman 1960) of constant velocity that random accelerations
/// disturb. Positions in pixels, times in seconds.
package struct MotionFilter: Hashable, Sendable {
  /// Where it is.
  package private(set) var position: Float
  /// Pixels a second.
  package private(set) var velocity: Float = 0
  /// The variance of `position`.
  package private(set) var variance: Float
  private var velocityVariance: Float
  private var covariance: Float = 0

  /// - Parameters:
  ///   - position: where it was first seen.
  ///   - noise: the standard deviation of a measured position.
  ///   - speed: the standard deviation of a velocity that nothing is known of.
  package init(position: Float, noise: Float, speed: Float) {
    self.position = position
    variance = noise * noise
    velocityVariance = speed * speed
  }

  /// Moves on by `seconds`.
  ///
  /// - Parameter agility: by how much the velocity changes in one second, as a standard deviation.
  package mutating func advance(_ seconds: Float, agility: Float) {
    let q = agility * agility
    position += velocity * seconds
    variance += seconds * (2 * covariance + seconds * (velocityVariance + q * seconds / 3))
    covariance += seconds * (velocityVariance + q * seconds / 2)
    velocityVariance += q * seconds
  }

  /// Takes in a measured position whose standard deviation is `noise`.
  package mutating func correct(_ measured: Float, noise: Float) {
    let innovation = measured - position
    let total = variance + noise * noise
    let gain = variance / total, velocityGain = covariance / total
    position += gain * innovation
    velocity += velocityGain * innovation
    velocityVariance -= velocityGain * covariance
    covariance -= gain * covariance
    variance -= gain * variance
  }
}
