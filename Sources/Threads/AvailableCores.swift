import CThreads

/// The cores that this process may use.
public enum AvailableCores {
  /// The least of the processors that its affinity names and the whole ones that its control groups' quota gives; 1 to
  /// 256. More threads than that take turns, and a pool's threads wait for each other.
  public static var count: Int { min(256, Int(ct_available_cores())) }
}
