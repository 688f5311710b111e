/// The version of Glint: what `glint --version`, model cards and `glint_version()` say.
public enum GlintVersion {
  /// Major, minor and patch, as in Semantic Versioning.
  public static let current = "0.2.0"

  /// What a model's card names as the tool that made it.
  public static let tool = "glint \(current)"
}
