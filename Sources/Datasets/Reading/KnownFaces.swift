import Faces
import Imaging

extension Dataset {
  /// Gives each picture the box that a table names, and says how those of each layout are to be searched for faces.
  static func addFaces(
    to found: inout [FolderLayout.Found], _ layouts: [FolderLayout], from faces: FaceSource,
    _ account: inout ReadingAccount
  ) throws(DatasetError) -> (tables: [BoxTable], searches: [FaceSource.Search]) {
    var searches = layouts.map { faces.search($0.folder) }
    let tables = try addBoxes(
      to: &found, layouts, passingOver: Set(searches.indices.filter { searches[$0].isRequired }), table: faces.boxes,
      &account)
    for (number, layout) in layouts.enumerated() where tables.contains(where: { $0.folder == layout.folder }) {
      searches[number] = .none
    }
    return (tables, searches)
  }

  /// Gives each picture its box, but for those of layouts that are passed over.
  static func addBoxes(
    to found: inout [FolderLayout.Found], _ layouts: [FolderLayout], passingOver searched: Set<Int> = [],
    table: String?, _ account: inout ReadingAccount
  ) throws(DatasetError) -> [BoxTable] {
    do {
      let given = try table.map { try FaceBoxTable(path: $0) }
      var tables: [BoxTable] = []
      for (number, layout) in layouts.enumerated() where !searched.contains(number) {
        guard let boxes = try given ?? FaceBoxTable.found(in: layout.folder) else { continue }
        var (boxed, all) = (0, 0)
        for index in found.indices where found[index].layout == number {
          found[index].picture.face = boxes.box(for: found[index].picture.name)
          boxed += found[index].picture.face == nil ? 0 : 1
          all += 1
        }
        if boxed > 0 {
          tables.append(BoxTable(file: boxes.path, folder: layout.folder, boxed: boxed, unboxed: all - boxed))
        } else if given == nil {
          account.notes.append("\(boxes.path) \(FaceBoxTable.namesNone(of: all)), which are taken whole")
        }
      }
      if let given, tables.isEmpty, searched.count < layouts.count {
        throw DatasetError(
          path: given.path, FaceBoxTable.namesNone(of: found.count, seenFrom: "the data folder"))
      }
      return tables
    } catch let error as DatasetError {
      throw error
    } catch let error as FaceBoxError {
      throw DatasetError(path: error.path + (error.line.map { ", line \($0)" } ?? ""), error.reason)
    } catch { throw DatasetError(path: table ?? "boxes", "\(error)") }
  }
}
