import Datasets
import Imaging

/// A picture as a model is to be fed with it.
struct FedPicture {
  let image: Image
  /// The face to crop to, where one is known or found.
  let face: FaceBox?

  /// Nil where the picture does not decode or has no face where one is required; the account says which.
  init?(_ picture: Dataset.Picture, _ searches: [FaceSource.Search], _ account: inout ReadingAccount) {
    do throws(ImageError) { image = try picture.image() } catch {
      account.leaveOut(.init(error))
      return nil
    }
    let search = searches.isEmpty ? .none : searches[picture.origin]
    face = picture.face ?? search.finder?(image)
    if face == nil, search.isRequired {
      account.leaveOut(.init(file: picture.name, .faceless, reason: "no face was found"))
      return nil
    }
    account.used += 1
  }
}
