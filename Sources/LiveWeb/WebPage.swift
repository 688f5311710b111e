/// The page itself: one file, nothing from the net, light and dark, phone and desktop.
///
/// Its parts lie in `Page` and are embedded in the program, so that a copy of the program alone still has them.
enum WebPage {
  /// `page.html` with stylesheet and script in the places that name them.
  static let html: String = {
    var page = text(PackageResources.page_html)
    for (file, content) in [
      ("page.css", PackageResources.page_css), ("teach.css", PackageResources.teach_css),
      ("region.css", PackageResources.region_css), ("page.js", PackageResources.page_js),
      ("region.js", PackageResources.region_js), ("teach.js", PackageResources.teach_js),
    ] {
      let place = page.firstRange(of: "/* \(file) */")
      precondition(place != nil, "page.html has no place for \(file)")
      page.replaceSubrange(place!, with: text(content))
    }
    return page
  }()

  private static func text(_ bytes: [UInt8]) -> String { String(decoding: bytes, as: UTF8.self) }
}
