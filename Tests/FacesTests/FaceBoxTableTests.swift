import Faces
import Imaging
import TestSupport
import Testing

@Suite struct FaceBoxesTests {
  @Test(arguments: [
    "file,x,y,w,h\nhappy/1.jpg,1,2,30,40\nsad/2.png,,,,\n",
    "\u{FEFF}Height,WIDTH,Y,X,Path\r\n40,30,2,1,happy/1.jpg\r\n,,,,sad/2.png\r\n",
    "x0,y0,x1,y1,image\n1,2,31,42,happy/1.jpg\n,,,,sad/2.png",
    "file,note,haar_boxes\nhappy/1.jpg,\"two, \"\"far\"\"\nones\",5 5 10 10;1 2 30 40\nsad/2.png,,\n\n",
  ])
  func readsEveryForm(_ table: String) throws {
    let boxes = try FaceBoxTable(table, path: "index.csv")
    #expect(boxes.count == 1)
    #expect(boxes.box(for: "photos/train/happy/1.jpg") == FaceBox(x: 1, y: 2, width: 30, height: 40))
    #expect(boxes.box(for: "1.jpg") == nil && boxes.box(for: "unhappy/1.jpg") == nil)
    #expect(boxes.names("/sad/2.png") && boxes.box(for: "/sad/2.png") == nil && !boxes.names("2.png"))
  }

  @Test(
    arguments: [
      ("", nil, "empty"), ("file,width\na,1\n", 1, "names no columns"), ("file,x,y,w,h\na,1,2,3\n", 2, "has 4 values"),
      ("file,x,y,w,h\na,1,2,3,4\nb,1,2,3,x\n", 3, "'1 2 3 x'"), ("file,x,y,w,h\na,1,2,0,4\n", 2, "no width"),
      ("file,boxes\na,1 2 3\n", 2, "no box"), ("file,x,y,w,h\na,1,2,nan,4\n", 2, "no box"),
      ("file,x,y,w,h\n,1,2,3,4\n", 2, "names no file"),
    ] as [(String, Int?, String)])
  func errorsNameTheLine(_ table: String, line: Int?, words: String) throws {
    let error = try #require(caught(FaceBoxError.self) { try FaceBoxTable(table, path: "t.csv") })
    #expect(error.line == line && error.description.contains(words), "\(error)")
  }

  @Test func anIndexOfSomethingElseIsNoTable() throws {
    let folder = try TemporaryFolder()
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == nil)
    try folder.write(Array("file,author\na.jpg,me\n".utf8), as: FaceBoxTable.defaultName)
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == nil)
    try folder.write(Array("file,x,y,w,h\na.jpg,1,2,3,4\n".utf8), as: FaceBoxTable.defaultName)
    #expect(try FaceBoxTable.found(in: folder.path(""))?.count == 1)
  }
}
