import Datasets

extension Dataset {
  /// The same pictures with the classes of a model, of which they are some.
  ///
  /// - Parameter labels: hold every class of this set.
  public func relabelled(_ labels: [String]) -> Dataset {
    let numbers = self.labels.map { labels.firstIndex(of: $0) ?? 0 }
    func moved(_ pictures: [Picture]) -> [Picture] {
      pictures.map { picture in
        var picture = picture
        picture.label = numbers[picture.label]
        picture.votes = nil
        return picture
      }
    }
    var result = self
    result.labels = labels
    result.originClasses = originClasses.map { $0.map { numbers[$0] } }
    (result.training, result.validation, result.test) = (moved(training), moved(validation), moved(test))
    return result
  }
}
